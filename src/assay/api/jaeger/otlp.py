"""Traces as OTLP in JSON: ids in hexadecimal, enums as numbers, 64-bit integers as text.

Source: the OpenTelemetry protocol's JSON encoding, as Jaeger's `/api/v3` answers with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from assay.core.values import Described
from assay.query.times import instant
from assay.query.trace import Span

_KINDS = {name: number for number, name in enumerate(("unspecified", "internal", "server", "client", "producer", "consumer"))}
_STATUS = {"unset": 0, "ok": 1, "error": 2}


def write_resource_spans(traces: Iterable[tuple[str, Iterable[Span]]]) -> list[dict[str, Any]]:
    """Return the spans of traces by resource and scope."""
    resources: dict[bytes, dict[str, Any]] = {}
    scopes: dict[tuple[bytes, bytes], dict[str, Any]] = {}
    for trace_id, spans in traces:
        for span in spans:
            of_resource, of_scope = orjson.dumps(span.resource), orjson.dumps(span.scope)
            resource = resources.get(of_resource)
            if resource is None:
                made: dict[str, Any] = {"attributes": _attributes(span.resource.attributes)}
                resource = {"resource": made, "scopeSpans": [], "schemaUrl": span.resource.schema_url}
                resources[of_resource] = resource
            scope = scopes.get((of_resource, of_scope))
            if scope is None:
                made = {
                    "name": span.scope.name,
                    "version": span.scope.version,
                    "attributes": _attributes(span.scope.attributes),
                }
                scope = {"scope": made, "spans": [], "schemaUrl": span.scope.schema_url}
                scopes[of_resource, of_scope] = scope
                resource["scopeSpans"].append(scope)
            scope["spans"].append(_span(trace_id, span))
    return list(resources.values())


def _span(trace_id: str, span: Span) -> dict[str, Any]:
    start_ns = instant(span.start)
    return {
        "traceId": trace_id,
        "spanId": span.span_id,
        "traceState": span.trace_state,
        "parentSpanId": span.parent_span_id,
        "flags": span.flags,
        "name": span.name,
        "kind": _KINDS[span.kind],
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + span.duration_ns),
        "attributes": _attributes(span.attributes),
        "droppedAttributesCount": span.dropped_attributes,
        "events": [
            {
                "timeUnixNano": str(instant(event.time)),
                "name": event.name,
                "attributes": _attributes(event.attributes),
                "droppedAttributesCount": event.dropped_attributes,
            }
            for event in span.events
        ],
        "droppedEventsCount": span.dropped_events,
        "links": [
            {
                "traceId": link.trace_id,
                "spanId": link.span_id,
                "traceState": link.trace_state,
                "attributes": _attributes(link.attributes),
                "droppedAttributesCount": link.dropped_attributes,
                "flags": link.flags,
            }
            for link in span.links
        ],
        "droppedLinksCount": span.dropped_links,
        "status": {"message": span.status_message, "code": _STATUS[span.status]},
    }


def _attributes(attributes: Mapping[str, Described]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(described)} for key, described in attributes.items()]


def _value(described: Described) -> dict[str, Any]:
    value = described.value
    match described.type:
        case "empty":
            return {}
        case "int":
            return {"intValue": str(value)}
        case "array":
            return {"arrayValue": {"values": [_value(element) for element in value]}}
        case "map":
            return {"kvlistValue": {"values": _attributes(value)}}
        case kind:
            return {f"{kind}Value": value}
