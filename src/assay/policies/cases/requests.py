"""What is given, as the OTLP requests that senders would have made of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from assay.core.signals import Signal
from assay.policies.cases.model import Case, GivenLog, GivenPoint, GivenSpan, trace_id

_KINDS = {bool: "bool", int: "int", float: "double", bytes: "bytes", str: "string"}
_SEVERITIES: dict[str, Any] = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17, "FATAL": 21}
_MILLISECOND, _SECOND = 1_000_000, 1_000_000_000
_BATCH, _RECEIVED = 15001, 15002


def requests_of(case: Case, began: int) -> dict[Signal, list[tuple[float, Message]]]:
    """Return the requests by signal, each with the seconds after `began` (Unix seconds) at which it came in, in order."""
    made: dict[Signal, dict[float, Any]] = {
        Signal.TRACES: defaultdict(ExportTraceServiceRequest),
        Signal.LOGS: defaultdict(ExportLogsServiceRequest),
        Signal.METRICS: defaultdict(ExportMetricsServiceRequest),
    }
    roots: set[str] = set()
    for number, item in enumerate(case.given, 1):
        if isinstance(item, GivenSpan):
            about = made[Signal.TRACES][item.received].resource_spans.add()
            scope = about.scope_spans.add()
            scope.spans.extend(_spans(item, number, began * _SECOND, roots))
        elif isinstance(item, GivenLog):
            about = made[Signal.LOGS][item.received].resource_logs.add()
            scope = about.scope_logs.add()
            scope.log_records.append(_log(item, began * _SECOND + number))
        else:
            about = made[Signal.METRICS][item.received].resource_metrics.add()
            scope = about.scope_metrics.add()
            scope.metrics.append(_metric(item, began * _SECOND + number))
        about.resource.attributes.extend(_attributes({"service.name": item.service, **item.resource}))
        scope.scope.CopyFrom(InstrumentationScope(attributes=_attributes(item.scope)))
    return {signal: sorted(found.items(), key=lambda pair: pair[0]) for signal, found in made.items()}


def record(request: Message, batch: int, received_unix_nano: int) -> bytes:
    """Return a record as the journal has it: behind its length, with the envelope as extra fields (docs/formats/journal.md)."""
    body = request.SerializeToString() + _varint(_BATCH << 3) + _varint(batch)
    body += _varint(_RECEIVED << 3 | 1) + received_unix_nano.to_bytes(8, "little")
    return _varint(len(body)) + body


def _spans(item: GivenSpan, number: int, began_nano: int, roots: set[str]) -> Iterator[Span]:
    trace = item.trace or f"trace {number}"
    start = began_nano + round(item.start_ms * _MILLISECOND)
    for repeated in range(item.times):
        is_root = (trace not in roots) if item.root is None else item.root
        roots.add(trace)
        yield Span(
            trace_id=bytes.fromhex(trace_id(trace)),
            span_id=(number << 32 | repeated).to_bytes(8),
            parent_span_id=b"" if is_root else (1).to_bytes(8),
            name=item.name,
            kind=Span.SpanKind.Value(f"SPAN_KIND_{item.kind.upper()}"),
            start_time_unix_nano=start,
            end_time_unix_nano=start + round(item.duration_ms * _MILLISECOND),
            status=Status(code=Status.StatusCode.Value(f"STATUS_CODE_{item.status}"), message=item.status_message),
            attributes=_attributes(item.attributes),
            trace_state=item.trace_state or _threshold(item.adjusted_count),
            flags=item.flags,
            events=[Span.Event(name=each.name, attributes=_attributes(each.attributes)) for each in item.events],
            links=[
                Span.Link(trace_id=bytes.fromhex(trace_id(each.trace)), attributes=_attributes(each.attributes))
                for each in item.links
            ],
        )


def _threshold(adjusted_count: float) -> str:
    """Return the trace state of a sender that keeps one in so many (OpenTelemetry, TraceState handling: ot=th)."""
    return f"ot=th:{round((1 - 1 / adjusted_count) * (1 << 56)):014x}" if adjusted_count > 1 else ""


def _log(item: GivenLog, time_unix_nano: int) -> LogRecord:
    return LogRecord(
        time_unix_nano=time_unix_nano,
        severity_text=item.severity,
        severity_number=_SEVERITIES.get(item.severity, 0),
        body=_value(item.log),
        event_name=item.event_name,
        attributes=_attributes(item.attributes),
    )


def _metric(item: GivenPoint, time_unix_nano: int) -> Metric:
    metric = Metric(name=item.metric, unit=item.unit, metadata=_attributes(item.metadata))
    point: Any = getattr(metric, item.kind).data_points.add()
    point.time_unix_nano = time_unix_nano
    point.attributes.extend(_attributes(item.attributes))
    if item.kind in ("gauge", "sum"):
        point.as_double = item.value
    else:
        point.count, point.sum = 1, item.value
    if item.exemplar:
        point.exemplars.add(filtered_attributes=_attributes(item.exemplar), as_double=item.value)
    return metric


def _attributes(values: Mapping[str, Any]) -> Sequence[KeyValue]:
    return [KeyValue(key=key, value=_value(value)) for key, value in values.items()]


def _value(value: Any) -> AnyValue:
    made = AnyValue()
    if isinstance(value, list):
        made.array_value.SetInParent()
        made.array_value.values.extend(map(_value, value))
    elif isinstance(value, dict):
        made.kvlist_value.SetInParent()
        made.kvlist_value.values.extend(_attributes(value))
    elif value is not None:
        kind = _KINDS.get(type(value), "string")
        setattr(made, f"{kind}_value", value if kind != "string" else str(value))
    return made


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
