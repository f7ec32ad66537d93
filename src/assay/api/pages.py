"""`/`, which is the web application, or a page with ways to go on if that is not built; and `/docs`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from assay.api.web import Web

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430 }
h2 { margin-top: 2.5rem; border-top: 1px solid #d5dae1; padding-top: 1rem } code, pre { font: 14px/1.5 ui-monospace, monospace }
pre { background: #f3f5f8; padding: .8rem; overflow-x: auto } table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #e6e9ee }
@media (prefers-color-scheme: dark) { body { color: #dde3ea; background: #14181d }
pre { background: #1e242b } a { color: #8ab4f8 } h2, td, th { border-color: #2c343d } }
"""
_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}

_INDEX = """
<h1>Assay</h1>
<p>It receives OpenTelemetry data, keeps it safe and answers questions on it. Services send to OTLP/gRPC or OTLP/HTTP;
this is where one asks. The web application was not built with this copy: <code>make ui</code> builds it.</p>
<table>
<tr><td><a href="/docs">/docs</a><td>the HTTP API, in words
<tr><td><a href="/openapi.json">/openapi.json</a><td>the HTTP API, for programs
<tr><td><a href="/api/v1/services">/api/v1/services</a><td>who sends what
<tr><td><a href="/api/v1/traces">/api/v1/traces</a><td>the newest traces
<tr><td><a href="/api/v1/logs">/api/v1/logs</a><td>the newest log records
<tr><td><a href="/api/v1/metrics">/api/v1/metrics</a><td>the metrics there are
<tr><td><a href="/api/v1/status">/api/v1/status</a><td>how Assay is doing
<tr><td><a href="/metrics">/metrics</a><td>Assay's own metrics, for Prometheus
</table>
<p>In a terminal:</p>
<pre>assay services
assay traces search --status error
assay logs tail
assay sql 'SELECT ServiceName, count() FROM assay_spans GROUP BY ALL'</pre>
"""


def routes(web: Web) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def index() -> HTMLResponse:
        return web.page() if web.is_built else _page("Assay", _INDEX)

    @router.get("/docs")
    async def docs(request: Request) -> HTMLResponse:
        return _page("Assay: HTTP API", "".join(_describe(request.app.openapi())))

    return router


def _page(title: str, body: str) -> HTMLResponse:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return HTMLResponse(f'<!doctype html><html lang="en">{head}<style>{_STYLE}</style>{body}</html>', headers=_HEADERS)


def _describe(api: dict[str, Any]) -> Iterator[str]:
    yield f"<h1>{escape(api['info']['title'])}</h1>{_text(api['info']['description'])}"
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            yield f"<h2>{escape(operation['summary'])}</h2><pre>{method.upper()} {escape(path)}</pre>"
            yield _text(operation.get("description", ""))
            yield from _table("Parameter", ((each["name"], each["schema"], each) for each in operation.get("parameters", [])))
            yield from (
                f"<p>Body: {_kind(each['schema'])}</p>" for each in operation.get("requestBody", {}).get("content", {}).values()
            )
            answers = operation["responses"]["200"].get("content", {})
            yield from (f"<p>Answer: {_kind(each['schema'])}</p>" for each in answers.values() if "schema" in each)
    yield "<h2>Values</h2>"
    for name, schema in api["components"]["schemas"].items():
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3>{_text(schema.get("description", ""))}'
        yield from _table("Field", ((field, kind, kind) for field, kind in schema.get("properties", {}).items()))


def _table(title: str, rows: Iterator[tuple[str, dict[str, Any], dict[str, Any]]]) -> Iterator[str]:
    lines = [
        f"<tr><td><code>{escape(name)}</code><td>{_kind(schema)}<td>{_inline(about.get('description', ''))}"
        for name, schema, about in rows
    ]
    if lines:
        yield f"<table><tr><th>{title}<th>Type<th>{''.join(lines)}</table>"


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"] if option.get("type") != "null")
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_kind(schema['additionalProperties'])}"
    return escape(schema.get("type", "any"))


def _text(markdown: str) -> str:
    return "".join(f"<p>{_inline(paragraph)}</p>" for paragraph in markdown.split("\n\n") if paragraph)


def _inline(markdown: str) -> str:
    parts = escape(markdown).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))
