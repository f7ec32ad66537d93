"""What a receiver has to know of each signal's OTLP request, and the one parse that validates it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from assay.core.errors import InvalidInput
from assay.core.signals import Signal


def _count_spans(resource: Any) -> int:
    return sum(len(scope.spans) for scope in resource.scope_spans)


def _count_log_records(resource: Any) -> int:
    return sum(len(scope.log_records) for scope in resource.scope_logs)


def _count_points(resource: Any) -> int:
    points = 0
    for scope in resource.scope_metrics:
        for metric in scope.metrics:
            kind = metric.WhichOneof("data")
            if kind is not None:
                points += len(getattr(metric, kind).data_points)
    return points


@dataclass(frozen=True, slots=True)
class Kind:
    """The shape of one signal: its gRPC method, its messages and how its items are found."""

    signal: Signal
    grpc_method: str
    request: Any
    response: Any
    resources: Callable[[Any], Iterable[Any]]
    count: Callable[[Any], int]


KINDS = {
    Signal.TRACES: Kind(
        Signal.TRACES,
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        trace_service_pb2.ExportTraceServiceRequest,
        trace_service_pb2.ExportTraceServiceResponse,
        lambda request: request.resource_spans,
        _count_spans,
    ),
    Signal.METRICS: Kind(
        Signal.METRICS,
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        metrics_service_pb2.ExportMetricsServiceRequest,
        metrics_service_pb2.ExportMetricsServiceResponse,
        lambda request: request.resource_metrics,
        _count_points,
    ),
    Signal.LOGS: Kind(
        Signal.LOGS,
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        logs_service_pb2.ExportLogsServiceRequest,
        logs_service_pb2.ExportLogsServiceResponse,
        lambda request: request.resource_logs,
        _count_log_records,
    ),
}


@dataclass(frozen=True, slots=True)
class Inspected:
    """What the parse found: `items` are spans, data points or log records; `warning` is for the sender, or empty."""

    items: int
    warning: str


def inspect(kind: Kind, request: bytes) -> Inspected:
    """Parse a request once: reject what is no OTLP, count its items, notice resources that nobody could find again.

    Raises:
        InvalidInput: the bytes are no request of this signal.
    """
    try:
        message = kind.request.FromString(request)
    except DecodeError as error:
        raise InvalidInput(
            "bad_protobuf",
            f"the body is no {kind.request.DESCRIPTOR.name}: {str(error).rpartition(': ')[2]}",
            "check that it is whole, that it went to the address of its signal, that strings are UTF-8 "
            "and that values are nested less than 100 messages deep",
        ) from error
    items = total = nameless = 0
    for resource in kind.resources(message):
        found = kind.count(resource)
        if found:
            items += found
            total += 1
            nameless += not _has_service_name(resource)
    return Inspected(items, _warn(nameless, total) if nameless else "")


def _has_service_name(resource: Any) -> bool:
    return any(attribute.key == "service.name" for attribute in resource.resource.attributes)


def _warn(nameless: int, total: int) -> str:
    return (
        f"{nameless} of {total} resources have no service.name, so their telemetry is hard to find; "
        "set OTEL_SERVICE_NAME or the resource attribute service.name"
    )


def answer(kind: Kind, warning: str) -> Any:
    """Build the answer to a request that was taken whole; without a warning it is empty."""
    response = kind.response()
    if warning:
        response.partial_success.error_message = warning
    return response
