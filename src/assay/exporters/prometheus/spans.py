"""Rate, errors and duration of spans as points, named as the Collector's spanmetrics connector names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assay.exporters.prometheus.names import metric_name
from assay.exporters.prometheus.points import Family, Point
from assay.exporters.prometheus.values import Buckets, Exemplar, Number

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Bounds of the durations in seconds, which measure_spans.sql repeats."""


def read_spans(rows: Iterable[Mapping[str, Any]], prefix: str = "") -> Iterator[Point]:
    """Yield two points for each row that `measure_spans.sql` gives."""
    for row in rows:
        labels = {
            "service_name": row["ServiceName"],
            "span_name": row["SpanName"],
            "span_kind": f"SPAN_KIND_{row['SpanKind'].upper()}",
            "status_code": f"STATUS_CODE_{row['StatusCode'].upper()}",
            "deployment_environment_name": row["Environment"],
        }
        key = tuple(sorted((name, value) for name, value in labels.items() if value))
        exemplar = Exemplar({"trace_id": row["TraceId"], "span_id": row["SpanId"]}, row["Longest"], row["LongestEnd"] / 1e9)
        durations = Buckets(row["Calls"], row["Sum"], BOUNDS, tuple(row["Counts"]), [exemplar])
        calls = Family(metric_name("traces_span_metrics_calls", "", "counter", prefix)[0], "counter", "", "Spans received.")
        name, unit = metric_name("traces_span_metrics_duration", "s", "histogram", prefix)
        for family, value in (
            (calls, Number(row["Calls"])),
            (Family(name, "histogram", unit, "How long spans took."), durations),
        ):
            yield Point(family, key, row["Batch"], 0, row["Received"], True, value, ())
