"""What a receiver has to know of each signal's OTLP request and answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

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


def answer(kind: Kind, warning: str) -> Any:
    """Build the answer to a request that was taken whole; without a warning it is empty."""
    response = kind.response()
    if warning:
        response.partial_success.error_message = warning
    return response
