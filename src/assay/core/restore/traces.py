"""Rows of `otel_traces` back to spans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assay.core.restore.attributes import restore_attributes
from assay.core.restore.groups import Groups, Row

_KINDS = {"Unspecified": 0, "Internal": 1, "Server": 2, "Client": 3, "Producer": 4, "Consumer": 5}
_CODES = {"Unset": 0, "Ok": 1, "Error": 2}


def traces(rows: Iterable[Row]) -> ExportTraceServiceRequest:
    """Return a request with one span for each row of `otel_traces`."""
    request = ExportTraceServiceRequest()
    groups = Groups(request.resource_spans, "scope_spans")
    for row in rows:
        _add_span(groups.scope(row).spans, row)
    return request


def _add_span(spans: Any, row: Row) -> None:
    span = spans.add(
        trace_id=bytes.fromhex(row["TraceId"]),
        span_id=bytes.fromhex(row["SpanId"]),
        parent_span_id=bytes.fromhex(row["ParentSpanId"]),
        trace_state=row["TraceState"],
        flags=row["Flags"],
        name=row["SpanName"],
        start_time_unix_nano=row["StartTimeUnixNano"],
        end_time_unix_nano=row["EndTimeUnixNano"],
        dropped_attributes_count=row["DroppedAttributesCount"],
        dropped_events_count=row["DroppedEventsCount"],
        dropped_links_count=row["DroppedLinksCount"],
    )
    span.kind = _number(_KINDS, row["SpanKind"])
    restore_attributes(span.attributes, row["SpanAttributes"], row["SpanAttributeTypes"])
    if row["StatusCode"] != "Unset" or row["StatusMessage"]:
        span.status.code = _number(_CODES, row["StatusCode"])
        span.status.message = row["StatusMessage"]
    if row["Events.Name"]:
        _add_events(span.events, row)
    if row["Links.TraceId"]:
        _add_links(span.links, row)


def _number(names: dict[str, int], text: str) -> int:
    known = names.get(text)
    return int(text or 0) if known is None else known


def _add_events(events: Any, row: Row) -> None:
    columns = (
        "EventTimesUnixNano",
        "Events.Name",
        "Events.DroppedAttributesCount",
        "Events.Attributes",
        "Events.AttributeTypes",
    )
    for time, name, dropped, pairs, kinds in zip(*(row[column] for column in columns), strict=True):
        event = events.add(time_unix_nano=time, name=name, dropped_attributes_count=dropped)
        restore_attributes(event.attributes, pairs, kinds)


def _add_links(links: Any, row: Row) -> None:
    columns = ("TraceId", "SpanId", "TraceState", "DroppedAttributesCount", "Flags", "Attributes", "AttributeTypes")
    for trace_id, span_id, state, dropped, flags, pairs, kinds in zip(*(row[f"Links.{name}"] for name in columns), strict=True):
        link = links.add(
            trace_id=bytes.fromhex(trace_id),
            span_id=bytes.fromhex(span_id),
            trace_state=state,
            dropped_attributes_count=dropped,
            flags=flags,
        )
        restore_attributes(link.attributes, pairs, kinds)
