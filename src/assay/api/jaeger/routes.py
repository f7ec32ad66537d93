"""`/jaeger/api` and `/jaeger/api/v3`.

Both families answer every error in their own form. They are no part of our OpenAPI document: Jaeger's describes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, Request

from assay.api.answer import JsonAnswer
from assay.api.jaeger.asked import Search, read_legacy_search, read_lookback, read_trace_id, read_v3_search
from assay.api.jaeger.otlp import write_resource_spans
from assay.api.jaeger.uimodel import write_trace
from assay.core.errors import AssayError, InvalidInput, NotFound
from assay.core.ports import Engine
from assay.query.graph import read_graph
from assay.query.services import list_operations, list_services
from assay.query.times import DAY, Clock, TimeRange, instant
from assay.query.trace import Span, read_spans
from assay.query.traces import find_traces

log = structlog.get_logger(__name__)

_KNOWN_NS = 30 * DAY
_AT_ONCE = 20
"""Traces that are read by one statement: each may have 10,000 spans."""

Told = Callable[[Request], Any]
Found = list[tuple[str, list[Span]]]


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/jaeger/api", include_in_schema=False)

    def legacy(path: str, tell: Told) -> None:
        router.add_api_route(path, _answering(tell, _list_answer, _legacy_error), methods=["GET"], response_model=None)

    def v3(path: str, tell: Told) -> None:
        router.add_api_route(f"/v3{path}", _answering(tell, dict, _v3_error), methods=["GET"], response_model=None)

    def known() -> TimeRange:
        now_ns = clock()
        return TimeRange(max(0, now_ns - _KNOWN_NS), now_ns)

    def services() -> list[str]:
        return [service.name for service in list_services(engine, known()).services if service.spans]

    def operations(request: Request) -> list[dict[str, str]]:
        service, kind = request.query_params.get("service", ""), _kind(request)
        if not service:
            raise InvalidInput("parameter_missing", "parameter 'service' is required")
        found = {(each.name, each.kind) for each in list_operations(engine, service, known()).operations}
        return [{"name": name, "spanKind": of} for name, of in sorted(found) if kind in ("", of)]

    def names(request: Request) -> list[str]:
        found = list_operations(engine, request.path_params["service"], known()).operations
        return sorted({each.name for each in found})

    def dependencies(request: Request) -> list[dict[str, Any]]:
        graph = read_graph(engine, read_lookback(request.query_params, clock()), request.query_params.get("service", ""))
        edges = [(edge.caller.name, edge.callee.name, edge.calls) for edge in graph.edges]
        return [{"parent": caller, "child": callee, "callCount": calls} for caller, callee, calls in edges]

    def search(request: Request) -> list[dict[str, Any]]:
        return [write_trace(*each) for each in _find(engine, read_legacy_search(request.query_params, clock()))]

    def one(request: Request) -> list[tuple[str, list[Span]]]:
        trace_id = read_trace_id(request.path_params["trace_id"])
        found = _read(engine, [trace_id])
        if not found:
            raise NotFound("trace_unknown", "trace not found")
        return found

    def found_v3(request: Request) -> Found:
        found = _find(engine, read_v3_search(request.query_params, clock()))
        if not found:
            raise NotFound("trace_unknown", "No traces found")
        return found

    legacy("/services", lambda _: services())
    legacy("/services/{service:path}/operations", names)
    legacy("/operations", operations)
    legacy("/dependencies", dependencies)
    legacy("/traces", search)
    legacy("/traces/{trace_id}", lambda request: [write_trace(*each) for each in one(request)])
    v3("/services", lambda _: {"services": services()})
    v3("/operations", lambda request: {"operations": operations(request)})
    v3("/traces", lambda request: {"result": {"resourceSpans": write_resource_spans(found_v3(request))}})
    v3("/traces/{trace_id}", lambda request: {"result": {"resourceSpans": write_resource_spans(one(request))}})
    v3("/trace-summaries", lambda request: {"summaries": [_summary(*each) for each in found_v3(request)]})
    return router


def _find(engine: Engine, search: Search) -> Found:
    trace_ids = search.trace_ids or [
        each.trace_id for each in find_traces(engine, search.conditions, search.within, search.limit).traces
    ]
    return _read(engine, trace_ids)


def _read(engine: Engine, trace_ids: Sequence[str]) -> Found:
    found: Found = []
    trace_ids = list(dict.fromkeys(trace_ids))
    for first in range(0, len(trace_ids), _AT_ONCE):
        some = trace_ids[first : first + _AT_ONCE]
        spans = read_spans(engine, some)
        found += [(trace_id, spans[trace_id]) for trace_id in some if trace_id in spans]
    return found


def _summary(trace_id: str, spans: list[Span]) -> dict[str, Any]:
    root = next((span for span in spans if not span.parent_span_id), spans[0])
    starts = [instant(span.start) for span in spans]
    by_service: dict[str, list[Span]] = {}
    for span in spans:
        by_service.setdefault(span.service, []).append(span)
    return {
        "traceId": trace_id,
        "rootServiceName": root.service,
        "rootOperationName": root.name,
        "minStartTimeUnixNano": str(min(starts)),
        "maxEndTimeUnixNano": str(max(start + span.duration_ns for start, span in zip(starts, spans, strict=True))),
        "spanCount": len(spans),
        "errorSpanCount": _errors(spans),
        "services": [
            {"name": name, "spanCount": len(of), "errorSpanCount": _errors(of)} for name, of in sorted(by_service.items())
        ],
    }


def _errors(spans: list[Span]) -> int:
    return sum(span.status == "error" for span in spans)


def _kind(request: Request) -> str:
    asked = request.query_params
    return (asked.get("spanKind") or asked.get("span_kind") or "").lower()


def _answering(
    tell: Told, wrap: Callable[[Any], Any], tell_error: Callable[[AssayError], Any]
) -> Callable[[Request], JsonAnswer]:
    def answer(request: Request) -> JsonAnswer:
        try:
            return JsonAnswer(wrap(tell(request)))
        except AssayError as error:
            if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                log.error("question_failed", path=request.url.path, code=error.code, error=error.message)
            return JsonAnswer(tell_error(error), error.http_status)

    return answer


def _list_answer(data: Sequence[Any]) -> dict[str, Any]:
    return {"data": data, "total": len(data), "limit": 0, "offset": 0, "errors": None}


def _legacy_error(error: AssayError) -> dict[str, Any]:
    told = [{"code": error.http_status, "msg": str(error)}]
    return {"data": None, "total": 0, "limit": 0, "offset": 0, "errors": told}


def _v3_error(error: AssayError) -> dict[str, Any]:
    return {"error": {"httpCode": error.http_status, "message": str(error)}}
