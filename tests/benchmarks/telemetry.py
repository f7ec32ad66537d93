"""Requests for the benchmarks: spans, log records and points as services of one shop would send them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ROUTES = ("/api/orders", "/api/orders/{id}", "/api/approvals", "/api/ledger/entries", "/api/ledger/balance")
OPERATIONS = ("workflow_validation", "order_processing", "ledger_booking", "report_export", "price_calculation")
CRITICAL_OPERATIONS = ("audit_trail", "compliance_check", "quality_gate", "workflow_approval")
# Of single spans; a trace has eight.
CRITICAL_SHARE = 0.005
ERROR_SHARE = 0.005
RESOURCE = {
    "service.version": "1.4.2",
    "deployment.environment.name": "production",
    "qms.phase": "phase_4",
    "qms.component": "observability",
    "telemetry.sdk.language": "python",
    "telemetry.sdk.name": "opentelemetry",
}
SPANS_OF_A_TRACE = 8


def traces(chance: random.Random, spans: int, service: str) -> bytes:
    """Serialize a request of `spans` spans with ten attributes each."""
    request = ExportTraceServiceRequest()
    scope = _scope(request.resource_spans.add(), "scope_spans", chance, service)
    now = time.time_ns()
    trace_id = parent = b""
    for index in range(spans):
        if index % SPANS_OF_A_TRACE == 0:
            trace_id, parent = chance.randbytes(16), b""
        span = scope.spans.add(
            trace_id=trace_id, span_id=chance.randbytes(8), parent_span_id=parent, kind=chance.choice((1, 2, 3))
        )
        parent = span.span_id
        span.name = f"GET {chance.choice(ROUTES)}"
        span.start_time_unix_nano = now + chance.randrange(10**9)
        span.end_time_unix_nano = span.start_time_unix_nano + int(chance.lognormvariate(16, 1))
        span.flags = 0x101
        if chance.random() < ERROR_SHARE:
            span.status.code = 2
        _attributes(span.attributes, _request_attributes(chance))
    return request.SerializeToString()


def logs(chance: random.Random, records: int, service: str) -> bytes:
    """Serialize a request of `records` log records with five attributes each."""
    request = ExportLogsServiceRequest()
    scope = _scope(request.resource_logs.add(), "scope_logs", chance, service)
    for _ in range(records):
        now = time.time_ns()
        record = scope.log_records.add(time_unix_nano=now, observed_time_unix_nano=now, severity_number=9, severity_text="INFO")
        record.body.string_value = (
            f"order {chance.randrange(10**6)} of customer {chance.randrange(10**4)} took {chance.randrange(900)} ms"
        )
        record.trace_id, record.span_id, record.flags = chance.randbytes(16), chance.randbytes(8), 1
        some = dict(list(_request_attributes(chance).items())[:4])
        _attributes(record.attributes, {**some, "code.line.number": chance.randrange(400)})
    return request.SerializeToString()


def metrics(chance: random.Random, points: int, service: str) -> bytes:
    """Serialize a request of `points` cumulative sums with four attributes each."""
    request = ExportMetricsServiceRequest()
    scope = _scope(request.resource_metrics.add(), "scope_metrics", chance, service)
    metric = scope.metrics.add(name="qms_requests_total", unit="{request}", description="Requests handled.")
    metric.sum.aggregation_temporality, metric.sum.is_monotonic = 2, True
    for _ in range(points):
        point = metric.sum.data_points.add(
            time_unix_nano=time.time_ns(), start_time_unix_nano=1, as_int=chance.randrange(10**9)
        )
        some = list(_request_attributes(chance).items())
        _attributes(point.attributes, {**dict(some[:3]), "instance": f"node-{chance.randrange(500)}"})
    return request.SerializeToString()


def _scope(resource: Any, field: str, chance: random.Random, service: str) -> Any:
    _attributes(resource.resource.attributes, {"service.name": service, "host.name": f"node-{chance.randrange(8)}", **RESOURCE})
    scope = getattr(resource, field).add()
    scope.scope.name, scope.scope.version = "opentelemetry.instrumentation.fastapi", "0.66b1"
    return scope


def _request_attributes(chance: random.Random) -> dict[str, str | int]:
    route = chance.choice(ROUTES)
    return {
        "http.request.method": "GET",
        "http.route": route,
        "url.path": route.replace("{id}", str(chance.randrange(10**5))),
        "http.response.status_code": chance.choice((200, 200, 200, 201, 404, 500)),
        "server.address": "orders.internal",
        "server.port": 8080,
        "network.protocol.version": "1.1",
        "user_agent.original": "python-httpx/0.28.1",
        "qms.operation": chance.choice(CRITICAL_OPERATIONS if chance.random() < CRITICAL_SHARE else OPERATIONS),
        "qms.workflow.id": f"wf-{chance.randrange(10**5)}",
    }


def _attributes(target: Any, values: dict[str, str | int]) -> None:
    for key, value in values.items():
        attribute = target.add(key=key)
        if isinstance(value, int):
            attribute.value.int_value = value
        else:
            attribute.value.string_value = value


def services(count: int) -> Iterable[str]:
    """Name `count` services."""
    return [f"service-{number:02d}" for number in range(count)]
