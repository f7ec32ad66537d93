"""Rows of the `otel_metrics_*` tables back to metrics with their data points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from assay.core.restore.attributes import restore_attributes
from assay.core.restore.groups import Groups, Row


def metrics(tables: Mapping[str, Iterable[Row]]) -> ExportMetricsServiceRequest:
    """Return a request with one data point for each row, by the kind of metric.

    `tables` gives the rows of `otel_metrics_<kind>` under `gauge`, `sum`, `histogram`, `exp_histogram` and `summary`. Points of
    one resource, scope and metric (name, description, unit, metadata, kind, temporality, monotonicity) are in one `Metric`.
    """
    request = ExportMetricsServiceRequest()
    groups = Groups(request.resource_metrics, "scope_metrics", dropped="ScopeDroppedAttrCount")
    for table, rows in tables.items():
        field, add_point = _KINDS[table]
        made: dict[tuple[int, bytes], Any] = {}
        for row in rows:
            scope = groups.scope(row)
            key = (id(scope), _key(row))
            if (data := made.get(key)) is None:
                data = made[key] = _add_metric(scope.metrics, field, row)
            add_point(data.data_points, row)
    return request


def _key(row: Row) -> bytes:
    return orjson.dumps(
        (
            row["MetricName"],
            row["MetricDescription"],
            row["MetricUnit"],
            row["MetricMetadata"],
            row["MetricMetadataTypes"],
            row.get("AggregationTemporality"),
            row.get("IsMonotonic"),
        )
    )


def _add_metric(target: Any, field: str, row: Row) -> Any:
    metric = target.add(name=row["MetricName"], description=row["MetricDescription"], unit=row["MetricUnit"])
    restore_attributes(metric.metadata, row["MetricMetadata"], row["MetricMetadataTypes"])
    data = getattr(metric, field)
    if "AggregationTemporality" in row:
        data.aggregation_temporality = row["AggregationTemporality"]
    if "IsMonotonic" in row:
        data.is_monotonic = row["IsMonotonic"]
    return data


def _add_point(points: Any, row: Row) -> Any:
    point = points.add(start_time_unix_nano=row["StartTimeUnixNano"], time_unix_nano=row["TimeUnixNano"], flags=row["Flags"])
    restore_attributes(point.attributes, row["Attributes"], row["AttributeTypes"])
    return point


def _add_number(points: Any, row: Row) -> None:
    point = _add_point(points, row)
    _set_number(point, row["ValueType"], row["Value"], row["ValueInt"])
    _add_exemplars(point.exemplars, row)


def _add_histogram(points: Any, row: Row) -> None:
    point = _add_distribution(points, row)
    point.bucket_counts.extend(row["BucketCounts"])
    point.explicit_bounds.extend(row["ExplicitBounds"])


def _add_exponential_histogram(points: Any, row: Row) -> None:
    point = _add_distribution(points, row)
    point.scale, point.zero_count, point.zero_threshold = row["Scale"], row["ZeroCount"], row["ZeroThreshold"]
    for side, name in ((point.positive, "Positive"), (point.negative, "Negative")):
        if row[f"{name}Offset"] or row[f"{name}BucketCounts"]:
            side.offset = row[f"{name}Offset"]
            side.bucket_counts.extend(row[f"{name}BucketCounts"])


def _add_summary(points: Any, row: Row) -> None:
    point = _add_point(points, row)
    point.count, point.sum = row["Count"], row["Sum"]
    for quantile, value in zip(row["ValueAtQuantiles.Quantile"], row["ValueAtQuantiles.Value"], strict=True):
        point.quantile_values.add(quantile=quantile, value=value)


def _add_distribution(points: Any, row: Row) -> Any:
    point = _add_point(points, row)
    point.count = row["Count"]
    for field, name in (("sum", "Sum"), ("min", "Min"), ("max", "Max")):
        if row[f"{name}Present"]:
            setattr(point, field, row[name])
    _add_exemplars(point.exemplars, row)
    return point


def _add_exemplars(exemplars: Any, row: Row) -> None:
    if not row["Exemplars.Value"]:
        return
    columns = ("SpanId", "TraceId", "ValueType", "Value", "ValueInt", "FilteredAttributes", "AttributeTypes")
    details = (row[f"Exemplars.{name}"] for name in columns)
    times = zip(row["Exemplars.TimeUnixNano"], row["Exemplars.TimeUnix"], strict=True)
    for (nano, second), span_id, trace_id, kind, double, integer, pairs, kinds in zip(times, *details, strict=True):
        exemplar = exemplars.add(span_id=bytes.fromhex(span_id), trace_id=bytes.fromhex(trace_id))
        exemplar.time_unix_nano = nano or _nanoseconds(second)
        _set_number(exemplar, kind, double, integer)
        restore_attributes(exemplar.filtered_attributes, pairs, kinds)


def _nanoseconds(text: str) -> int:
    # All that a Collector keeps of an exemplar's time; of ours, that of an exemplar without time is 1970 too.
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp()) * 1_000_000_000


def _set_number(target: Any, kind: str, double: float, integer: int) -> None:
    if kind == "int":
        target.as_int = integer
    elif kind == "double" or double:  # an exemplar that a Collector wrote has no kind
        target.as_double = double


_KINDS: dict[str, tuple[str, Callable[[Any, Row], None]]] = {
    "gauge": ("gauge", _add_number),
    "sum": ("sum", _add_number),
    "histogram": ("histogram", _add_histogram),
    "exp_histogram": ("exponential_histogram", _add_exponential_histogram),
    "summary": ("summary", _add_summary),
}
