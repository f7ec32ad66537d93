"""Where everything of ours goes: one tracer, one logger, the instruments of the registry, a clock and a source of ids."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from opentelemetry import _logs, metrics, trace
from opentelemetry.trace import Tracer
from opentelemetry.util.types import AttributeValue

from assay_sdk import names
from assay_sdk.durations import LEAD_SECONDS, RECOVERY_SECONDS, REQUEST_SECONDS, WORKFLOW_SECONDS
from assay_sdk.failures import guarded
from assay_sdk.version import __version__

SCOPE = "assay_sdk"
Labels = Mapping[str, AttributeValue]

_BOUNDARIES = {
    names.METRIC_QMS_LEAD_TIME_CHANGES_SECONDS: LEAD_SECONDS,
    names.METRIC_QMS_MTTR_SECONDS: RECOVERY_SECONDS,
    names.METRIC_QMS_WORKFLOW_DURATION_SECONDS: WORKFLOW_SECONDS,
}


class Sources:
    """The clock (nanoseconds since 1970, UTC) and the source of ids; `assay_sdk.testing` puts others in their place."""

    clock: Callable[[], int] = staticmethod(time.time_ns)
    new_id: Callable[[], str] = staticmethod(lambda: str(uuid.uuid4()))


sources = Sources()


@cache
def tracer() -> Tracer:
    """Return our tracer; made before the SDK is set up, it finds it later."""
    return trace.get_tracer(SCOPE, __version__)


@cache
def logger() -> _logs.Logger:
    """Return the logger of our events."""
    return _logs.get_logger(SCOPE, __version__)


@guarded("a metric")
def add(name: str, amount: int, labels: Labels) -> None:
    """Add to a counter or up-down counter of the registry."""
    _instrument(name).add(amount, labels)


@guarded("a metric")
def record(name: str, value: float, labels: Labels) -> None:
    """Record in a histogram of the registry."""
    _instrument(name).record(value, labels)


@guarded("a metric")
def put(name: str, value: float, labels: Labels) -> None:
    """Set a gauge of the registry."""
    _instrument(name).set(value, labels)


@cache
def _instrument(name: str) -> Any:
    meter, metric = metrics.get_meter(SCOPE, __version__), names.METRICS[name]
    described = {"name": name, "unit": metric.unit, "description": metric.description}
    match metric.instrument:
        case "counter":
            return meter.create_counter(**described)
        case "updowncounter":
            return meter.create_up_down_counter(**described)
        case "gauge":
            return meter.create_gauge(**described)
        case _:
            boundaries = _BOUNDARIES.get(name, REQUEST_SECONDS)
            return meter.create_histogram(**described, explicit_bucket_boundaries_advisory=boundaries)


def service() -> str:
    """Return the name of this service; empty if nobody has said it."""
    return _resource(names.SERVICE_NAME) or os.environ.get("OTEL_SERVICE_NAME", "")


def environment() -> str:
    """Return the environment in which this service runs; empty if nobody has said it."""
    return _resource(names.DEPLOYMENT_ENVIRONMENT_NAME) or os.environ.get("ENVIRONMENT", "")


def _resource(key: str) -> str:
    resource = getattr(trace.get_tracer_provider(), "resource", None)
    return str(resource.attributes.get(key, "")) if resource else ""
