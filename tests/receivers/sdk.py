"""One application's telemetry through the real SDK: a span, a counter and a log record, by any exporters."""

from __future__ import annotations

from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor


def send(span_exporter: Any, metric_exporter: Any, log_exporter: Any) -> None:
    """Send one item of each signal and return when all exporters are done."""
    resource = Resource({"service.name": "orders"})
    traces, logs = TracerProvider(resource=resource), LoggerProvider(resource=resource)
    metrics = MeterProvider([PeriodicExportingMetricReader(metric_exporter, export_interval_millis=1e9)], resource)
    traces.add_span_processor(SimpleSpanProcessor(span_exporter))
    logs.add_log_record_processor(SimpleLogRecordProcessor(log_exporter))
    with traces.get_tracer("sdk").start_as_current_span("approve", attributes={"order.id": 7}):
        pass
    metrics.get_meter("sdk").create_counter("orders").add(1, {"tier": "gold"})
    logs.get_logger("sdk").emit(body="approved", severity_number=SeverityNumber.INFO)
    for provider in (traces, metrics, logs):
        provider.shutdown()
