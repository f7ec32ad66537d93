"""Histogram boundaries for durations in seconds."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from opentelemetry.sdk.metrics import Histogram
from opentelemetry.sdk.metrics.view import Aggregation, DefaultAggregation, ExplicitBucketHistogramAggregation

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Boundaries for requests, as the semantic conventions recommend them for `http.server.request.duration`."""

WORKFLOW_SECONDS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Boundaries of the guidelines for `qms_workflow_duration_seconds`."""

RECOVERY_SECONDS = tuple(60.0 * 2**n for n in range(10))
"""Boundaries of the guidelines for `qms_mttr_seconds`: one minute to about eight and a half hours."""

LEAD_SECONDS = (3600.0, 14_400.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0, 1_209_600.0, 2_592_000.0, 7_776_000.0)
"""Boundaries for lead times: one hour to ninety days."""

_UNITS = {"s", "seconds"}


class SecondsAggregation(DefaultAggregation):
    """Aggregate as the SDK does, except that histograms in seconds without boundaries of their own get ours.

    The default boundaries of the SDK run from 0 to 10,000 and would put every duration in seconds into the first two buckets.
    """

    def _create_aggregation(self, instrument: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(instrument, Histogram) and instrument.unit in _UNITS and _has_no_boundaries(instrument):
            return ExplicitBucketHistogramAggregation(REQUEST_SECONDS)._create_aggregation(instrument, *args, **kwargs)
        return super()._create_aggregation(instrument, *args, **kwargs)


def _has_no_boundaries(instrument: Any) -> bool:
    return instrument._advisory.explicit_bucket_boundaries is None


def exporter_arguments() -> dict[type, dict[str, Any]]:
    """Return the arguments that make the OTLP metric exporter of the chosen protocol use `SecondsAggregation`.

    Empty if OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION asks for something else than explicit buckets.
    """
    wanted = os.environ.get("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram")
    if wanted.strip().lower() != "explicit_bucket_histogram":
        return {}
    aggregations: dict[type, Aggregation] = {Histogram: SecondsAggregation()}
    return {_exporter(): {"preferred_aggregation": aggregations}}


def _exporter() -> type:
    general = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", general).strip()
    # Only the one in use is imported: gRPC alone takes a tenth of a second.
    transport = "grpc" if protocol == "grpc" else "http"
    exporter: type = import_module(f"opentelemetry.exporter.otlp.proto.{transport}.metric_exporter").OTLPMetricExporter
    return exporter
