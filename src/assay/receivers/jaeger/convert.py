"""Spans of Jaeger to OTLP, whatever they were encoded in.

The mapping is that of OpenTelemetry's specification for exporting to Jaeger (trace/sdk_exporters/jaeger.md) read backwards;
logs follow its page on OpenTracing (compatibility/opentracing.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assay.receivers.trace_request import Scalar, TraceRequest, fill

Tags = dict[str, Scalar]

MAX_NANOSECONDS = (1 << 64) - 1

_KINDS: dict[Scalar, int] = {"internal": 1, "server": 2, "client": 3, "producer": 4, "consumer": 5}
_CODES: dict[Scalar, int] = {"OK": 1, "ERROR": 2}
_REFERENCES = {0: "child_of", 1: "follows_from"}
_EXCEPTION = {"error.kind": "exception.type", "message": "exception.message", "stack": "exception.stacktrace"}
_PROCESS = {"hostname": "host.name"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A span that this one refers to; `kind` is 0 for a parent and 1 for one that this one follows."""

    kind: int
    trace_id: bytes
    span_id: bytes


def resource_of(service: str, tags: Tags) -> Tags:
    """Give the attributes of the resource that a process of Jaeger is."""
    named: Tags = {"service.name": service} if service else {}
    return {**{_PROCESS.get(key, key): value for key, value in tags.items()}, **named}


def add_span(  # noqa: PLR0917 - a span has that much
    request: TraceRequest,
    resource: Tags,
    trace_id: bytes,
    span_id: bytes,
    parent_id: bytes,
    name: str,
    sampled: bool,
    start_ns: int,
    end_ns: int,
    tags: Tags,
    references: Sequence[Reference],
    logs: Iterable[tuple[int, Tags]],
) -> None:
    """Add one span. Times out of range become the nearest that OTLP has."""
    kind = _KINDS.get(tags.pop("span.kind", ""), 0)
    code, message = _status(tags)
    trace_state = tags.pop("w3c.tracestate", "")
    span = request.add(resource, tags)
    span.trace_id, span.span_id = trace_id, span_id
    if not any(parent_id):
        parent_id = next((found.span_id for found in references if found.kind == 0 and found.trace_id == trace_id), b"")
    span.parent_span_id = parent_id
    span.name, span.kind, span.flags, span.trace_state = name, kind, int(sampled), str(trace_state)
    span.start_time_unix_nano = start = _fit(start_ns)
    span.end_time_unix_nano = max(start, _fit(end_ns))
    if code:
        span.status.code, span.status.message = code, message
    for found in references:
        if found.kind != 0 or found.trace_id != trace_id or found.span_id != parent_id:
            link = span.links.add(trace_id=found.trace_id, span_id=found.span_id)
            fill(link.attributes, {"opentracing.ref_type": _REFERENCES.get(found.kind, str(found.kind))})
    for at_ns, fields in logs:
        _add_event(span.events.add(time_unix_nano=_fit(at_ns)), fields)


def _fit(nanoseconds: int) -> int:
    return min(max(nanoseconds, 0), MAX_NANOSECONDS)


def _status(tags: Tags) -> tuple[int, str]:
    """Take the status out of the tags: OpenTelemetry's own, or OpenTracing's `error`."""
    code = _CODES.get(tags.get("otel.status_code", ""), 0)
    if code:
        del tags["otel.status_code"]
    elif tags.get("error") in (True, "true"):
        code = 2
    if code == 2 and tags.get("error") in (True, "true"):
        del tags["error"]
    return code, str(tags.pop("otel.status_description", "")) if code else ""


def _add_event(event: Any, fields: Tags) -> None:
    name = fields.pop("event", "log")
    if name == "error":
        name = "exception"
        fields = {_EXCEPTION.get(key, key): value for key, value in fields.items()}
    event.name = str(name)
    fill(event.attributes, fields)
