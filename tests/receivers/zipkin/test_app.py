"""Zipkin's port: real senders, and what is refused how."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.exporter.zipkin.json import Protocol, ZipkinExporter  # type: ignore[attr-defined] # says nothing of what it exports
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from py_zipkin import Encoding  # type: ignore[attr-defined] # says nothing of what it exports
from py_zipkin.transport import SimpleHTTPTransport
from tests.receivers.conftest import Older, read, until
from tests.receivers.zipkin.samples import CHILD, V2_JSON, trace_call

from assay.core.errors import Retryable
from assay.core.signals import Signal

PATHS = {Encoding.V1_JSON: "/api/v1/spans", Encoding.V2_JSON: "/api/v2/spans", Encoding.V2_PROTO3: "/api/v2/spans"}


class _Transport(SimpleHTTPTransport):
    """py_zipkin's own, which has the path of version 1 for protobuf too."""

    def __init__(self, address: str, path: str) -> None:
        host, _, port = address.rpartition(":")
        super().__init__(host, int(port))
        self.path = path


@pytest.fixture
def client(older: Older) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=older.url("Zipkin"), trust_env=False) as client:
        yield client


async def post(client: httpx.Client, content: bytes, path: str = "/api/v2/spans", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await asyncio.to_thread(client.post, path, content=content, headers=named)


@pytest.mark.parametrize("encoding", PATHS)
async def test_py_zipkin_is_understood(older: Older, encoding: Encoding) -> None:
    """What py_zipkin reports in each of its encodings arrives with kinds, peers, tags and annotations."""
    transport = _Transport(older.receivers.ports["Zipkin"], PATHS[encoding])
    await asyncio.to_thread(trace_call, transport, encoding)
    await until(lambda: bool(older.recorder.taken))
    (resource, call), (_, served) = older.spans()
    assert [(signal, source) for signal, _, _, source in older.recorder.taken] == [(Signal.TRACES, "zipkin")]
    assert resource == {"service.name": "orders"}
    assert (call.name, call.kind, served.name, served.kind) == ("get /ledger", 3, "get /orders", 2)
    assert call.parent_span_id == served.span_id
    assert read(call.attributes)["service.peer.name"] == "ledger"
    assert read(served.attributes)["http.status_code"] == 200
    assert [event.name for event in call.events] == ["sent"]


@pytest.mark.parametrize(("version", "path"), [(Protocol.V1, "/api/v1/spans"), (Protocol.V2, "/api/v2/spans")])
async def test_opentelemetry_over_zipkin_is_what_it_was(older: Older, version: Protocol, path: str) -> None:
    """A span that an OpenTelemetry SDK sends as Zipkin has its resource, scope, types, status and events again."""
    provider = TracerProvider(resource=Resource({"service.name": "orders", "deployment.environment.name": "test"}))
    exporter = ZipkinExporter(version, older.url("Zipkin") + path, max_tag_value_length=200)
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def trace() -> None:
        with provider.get_tracer("shop.tracing", "1.2").start_as_current_span("GET /orders", kind=SpanKind.SERVER) as span:
            span.set_attributes({"http.route": "/orders", "rows": 7, "cached": False})
            span.add_event("miss", {"key": "o-1", "age": 3})
            span.set_status(Status(StatusCode.ERROR, "no capacity"))

    await asyncio.to_thread(trace)
    [(resource, span)] = older.spans()
    assert resource == {"service.name": "orders", "deployment.environment.name": "test"}
    attributes = {key: value for key, value in read(span.attributes).items() if not key.startswith("network.local")}
    assert attributes == {"http.route": "/orders", "rows": 7, "cached": False}
    assert (span.status.code, span.status.message) == (2, "no capacity")
    if version is Protocol.V2:  # of version 1 the exporter knows neither kinds nor the attributes of events
        assert span.kind == 2
        assert [(event.name, read(event.attributes)) for event in span.events] == [("miss", {"key": "o-1", "age": 3})]
    provider.shutdown()


async def test_zipkin_answers_202_when_it_is_safe(older: Older, client: httpx.Client) -> None:
    """Spans are taken whatever type their JSON is told to have, compressed too, and the answer is empty."""
    for headers in ({}, {"content_type": "application/json"}, {"content_type": "text/plain"}):
        response = await post(client, V2_JSON[0], **headers)
        assert (response.status_code, response.content) == (202, b"")
    assert (await post(client, gzip.compress(V2_JSON[0]), content_encoding="gzip")).status_code == 202
    assert (await post(client, b"[]")).status_code == 202
    assert [items for _, _, items, _ in older.recorder.taken] == [3, 3, 3, 3, 0]


async def test_the_example_of_the_documentation_works(older: Older, client: httpx.Client) -> None:
    """What the page for users shows is taken as it stands there."""
    page = Path("docs/integrations/zipkin.md").read_text("utf-8")
    example = page.partition("-d '")[2].partition("'")[0]
    assert (await post(client, example.encode())).status_code == 202
    [(resource, span)] = older.spans()
    assert (resource, read(span.attributes)) == ({"service.name": "orders"}, {"http.status_code": 200})


async def test_large_requests_are_read_elsewhere(older: Older, client: httpx.Client) -> None:
    """A request of many spans is the same as many requests of one."""
    spans = [{**CHILD, "id": f"{number + 1:x}", "tags": {"n": str(number)}} for number in range(2_000)]
    assert (await post(client, json.dumps(spans).encode())).status_code == 202
    assert [read(span.attributes)["n"] for _, span in older.spans()] == list(range(2_000))


@pytest.mark.parametrize(
    ("content", "path", "headers", "status", "told"),
    [
        (b'[{"traceId":"x"}]', "/api/v2/spans", {}, 400, "[0].traceId"),
        (b"[{", "/api/v2/spans", {}, 400, "no JSON"),
        (b"\xff\xff", "/api/v2/spans", {"content_type": "application/x-protobuf"}, 400, "ListOfSpans"),
        (b"[" * 100_000, "/api/v2/spans", {}, 400, "no JSON"),
        (b"[" + b" " * (1 << 20) + b"]", "/api/v2/spans", {}, 413, "larger than"),
        (gzip.compress(b" " * (1 << 21)), "/api/v1/spans", {"content_encoding": "gzip"}, 413, "larger than"),
        (V2_JSON[0], "/api/v2/spans", {"content_encoding": "br"}, 415, "gzip"),
        (b"\x0c", "/api/v2/spans", {"content_type": "application/x-thrift"}, 415, "x-thrift"),
        (V2_JSON[0], "/api/v2/spans", {"origin": "https://evil.example.com"}, 403, "browser"),
        (V2_JSON[0], "/api/v3/spans", {}, 404, "/api/v2/spans"),
    ],
)
async def test_refusals_are_text_that_says_why(  # noqa: PLR0917 - a row of the table
    older: Older, client: httpx.Client, content: bytes, path: str, headers: Any, status: int, told: str
) -> None:
    """As Zipkin does: a status that is not retried, and a line of text for the sender's log. Nothing is taken."""
    response = await post(client, content, path, **headers)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert told in response.text
    assert older.recorder.taken == []
    assert older.budget.used_bytes == 0


async def test_back_pressure_is_503(older: Older, client: httpx.Client) -> None:
    """While the journal takes nothing, senders are told when to come back."""
    older.recorder.error = Retryable("journal_full", "the journal is full", retry_after_seconds=7)
    response = await post(client, V2_JSON[0])
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")


async def test_the_port_says_what_it_is(client: httpx.Client) -> None:
    """A person with a browser learns what answers here, and other methods are told which one is taken."""
    response = await asyncio.to_thread(client.get, "/")
    assert (response.status_code, "Zipkin" in response.text) == (200, True)
    response = await asyncio.to_thread(client.get, "/api/v2/spans")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
