"""OTLP requests in few words, for tests that ask about what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SECOND = 1_000_000_000

_KINDS = {bool: "bool", int: "int", float: "double", bytes: "bytes", str: "string"}


def any_value(value: Any) -> AnyValue:
    """Return a Python value as an `AnyValue`; None is empty."""
    made = AnyValue()
    if isinstance(value, list):
        made.array_value.SetInParent()
        made.array_value.values.extend(map(any_value, value))
    elif isinstance(value, dict):
        made.kvlist_value.SetInParent()
        made.kvlist_value.values.extend(attributes(value))
    elif value is not None:
        setattr(made, f"{_KINDS[type(value)]}_value", value)
    return made


def attributes(values: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in values.items()]


def span(  # noqa: PLR0917 - a span has that much
    trace_id: str,
    span_id: int,
    parent: int = 0,
    name: str = "work",
    start_ns: int = 0,
    duration_ns: int = 1_000_000,
    values: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Span:
    """Return a span; ids of spans are small numbers, 0 for none."""
    return Span(
        trace_id=bytes.fromhex(trace_id),
        span_id=span_id.to_bytes(8),
        parent_span_id=parent.to_bytes(8) if parent else b"",
        name=name,
        start_time_unix_nano=start_ns,
        end_time_unix_nano=start_ns + duration_ns,
        attributes=attributes(values or {}),
        **fields,
    )


def traces(service: str, spans: Sequence[Span], resource: Mapping[str, Any] | None = None) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().resource.attributes.extend(attributes({"service.name": service, **(resource or {})}))
    request.resource_spans[0].scope_spans.add().spans.extend(spans)
    return request


def record(time_ns: int, body: Any, values: Mapping[str, Any] | None = None, **fields: Any) -> LogRecord:
    return LogRecord(time_unix_nano=time_ns, body=any_value(body), attributes=attributes(values or {}), **fields)


def logs(service: str, records: Sequence[LogRecord], resource: Mapping[str, Any] | None = None) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    request.resource_logs.add().resource.attributes.extend(attributes({"service.name": service, **(resource or {})}))
    request.resource_logs[0].scope_logs.add().log_records.extend(records)
    return request


def metrics(service: str, made: Sequence[Metric], resource: Mapping[str, Any] | None = None) -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().resource.attributes.extend(attributes({"service.name": service, **(resource or {})}))
    request.resource_metrics[0].scope_metrics.add().metrics.extend(made)
    return request
