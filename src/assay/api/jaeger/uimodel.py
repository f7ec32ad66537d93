"""Traces in the form that Jaeger's UI reads.

Source: jaegertracing/jaeger, `internal/uimodel/model.go`, and the OpenTelemetry specification's "OpenTelemetry to Jaeger
Transformation" for the tags that tell a span's own fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from assay.core.values import Described
from assay.query.times import instant
from assay.query.trace import Span

_TYPES = {"bool": "bool", "int": "int64", "double": "float64", "bytes": "binary"}


def write_trace(trace_id: str, spans: Sequence[Span]) -> dict[str, Any]:
    """Return a trace; each distinct resource is a process."""
    processes: dict[bytes, tuple[str, dict[str, Any]]] = {}
    written = [_span(trace_id, span, _process(span, processes)) for span in spans]
    return {"traceID": trace_id, "spans": written, "processes": dict(processes.values()), "warnings": None}


def _process(span: Span, processes: dict[bytes, tuple[str, dict[str, Any]]]) -> str:
    attributes = {key: value for key, value in span.resource.attributes.items() if key != "service.name"}
    key = orjson.dumps([span.service, attributes])
    if key not in processes:
        processes[key] = f"p{len(processes) + 1}", {"serviceName": span.service, "tags": list(_tags(attributes))}
    return processes[key][0]


def _span(trace_id: str, span: Span, process: str) -> dict[str, Any]:
    return {
        "traceID": trace_id,
        "spanID": span.span_id,
        "operationName": span.name,
        "references": list(_references(trace_id, span)),
        "startTime": instant(span.start) // 1000,
        "duration": span.duration_ns // 1000,
        "tags": [*_tags(span.attributes), *_tags(_own_fields(span))],
        "logs": [
            {
                "timestamp": instant(event.time) // 1000,
                "fields": list(_tags({"event": Described("string", event.name), **event.attributes})),
            }
            for event in span.events
        ],
        "processID": process,
        "warnings": None,
    }


def _references(trace_id: str, span: Span) -> Iterator[dict[str, str]]:
    if span.parent_span_id:
        yield {"refType": "CHILD_OF", "traceID": trace_id, "spanID": span.parent_span_id}
    for link in span.links:
        yield {"refType": "FOLLOWS_FROM", "traceID": link.trace_id, "spanID": link.span_id}


def _own_fields(span: Span) -> dict[str, Described]:
    told = {
        "span.kind": "" if span.kind == "unspecified" else span.kind,
        "otel.status_code": "" if span.status == "unset" else span.status.upper(),
        "otel.status_description": span.status_message,
        "otel.scope.name": span.scope.name,
        "otel.scope.version": span.scope.version,
        "w3c.tracestate": span.trace_state,
    }
    tags = {key: Described("string", value) for key, value in told.items() if value and key not in span.attributes}
    if span.status == "error" and "error" not in span.attributes:
        tags["error"] = Described("bool", True)
    return tags


def _tags(attributes: Mapping[str, Described]) -> Iterator[dict[str, Any]]:
    for key, described in attributes.items():
        kind, value = _TYPES.get(described.type, "string"), described.value
        if described.type == "int":
            value = int(value)
        elif described.type in ("array", "map"):
            value = orjson.dumps(plain(described)).decode()
        elif described.type == "empty":
            value = ""
        yield {"key": key, "type": kind, "value": value}


def plain(described: Described) -> Any:
    """Return an array or a map without its types, for reading."""
    match described.type:
        case "array":
            return [plain(element) for element in described.value]
        case "map":
            return {key: plain(element) for key, element in described.value.items()}
        case _:
            return described.value
