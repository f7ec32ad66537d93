"""What the services record by hand, beside what the auto-instrumentation records for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import metrics, trace
from opentelemetry.trace import Span

from assay import __version__

_tracer = trace.get_tracer("assay.demo", __version__)
_meter = metrics.get_meter("assay.demo", __version__)

# The default boundaries of the SDK run from 0 to 10,000 and would put every duration in seconds into the first two buckets.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = _meter.create_counter("qms_requests_total", unit="{request}", description="Requests processed.")
ERRORS = _meter.create_counter("qms_errors_total", unit="{request}", description="Requests that failed.")
REQUEST_SECONDS = _meter.create_histogram(
    "qms_request_duration_seconds",
    unit="s",
    description="Time to process a request.",
    explicit_bucket_boundaries_advisory=_SECONDS,
)
WORKFLOWS_ACTIVE = _meter.create_up_down_counter(
    "qms_workflows_active", unit="{workflow}", description="Workflows in progress."
)
WORKFLOWS = _meter.create_counter(
    "qms_workflows_processed_total", unit="{workflow}", description="Workflows that came to an end."
)
QUALITY_GATES = _meter.create_counter("qms_quality_gates_total", unit="{evaluation}", description="Quality gate evaluations.")
COMPLIANCE_CHECKS = _meter.create_counter(
    "qms_compliance_checks_total", unit="{check}", description="Compliance checks performed."
)
COMPLIANCE_SCORE = _meter.create_gauge("qms_compliance_score", unit="1", description="Share of compliance checks that passed.")


@contextmanager
def operation(name: str, kind: str, **attributes: str | int | float | bool) -> Iterator[Span]:
    """Record a QMS operation as a span; `workflow_id=…` becomes `qms.workflow.id`.

    An exception is recorded on the span, sets its status to error and goes on.
    """
    named = {f"qms.{key.replace('_', '.', 1)}": value for key, value in attributes.items()}
    with _tracer.start_as_current_span(name, attributes={"qms.operation": kind, **named}) as span:
        yield span


@contextmanager
def measured(endpoint: str) -> Iterator[None]:
    """Count a request to `endpoint`, its duration and whether it ended with an exception."""
    labels = {"endpoint": endpoint}
    started = time.perf_counter()
    try:
        yield
    except Exception as error:
        ERRORS.add(1, {**labels, "error_type": type(error).__name__})
        raise
    finally:
        REQUESTS.add(1, labels)
        REQUEST_SECONDS.record(time.perf_counter() - started, labels)
