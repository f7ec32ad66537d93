"""Rows of the otel_metrics_ tables as points of series that Prometheus knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf, nan
from typing import Any, TypeAlias

from assay.exporters.prometheus.names import metric_name, resource_labels, scope_labels, target_labels, to_labels
from assay.exporters.prometheus.values import Buckets, Exemplar, Exponential, Number, Quantiles, Side, Value

DELTA = 1
"""The temporality of increments."""
_NO_VALUE = 1
_LONGEST_EXEMPLAR = 128
# Those that SDKs may use; others are no sensible measurement, and their counts and sums are passed on without buckets.
_SCALES = range(-10, 21)

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values, in the order of the names."""


@dataclass(frozen=True, slots=True)
class Family:
    """What the series of a name have in common; `kind` is `counter`, `gauge`, `histogram` or `summary`."""

    name: str
    kind: str
    unit: str
    help: str


@dataclass(frozen=True, slots=True)
class Point:
    """What a series was at a time (nanoseconds); `received` is in Unix seconds.

    With `delta` the value counts from `start` to `time`, else from the beginning of the series. A point without a value says
    that the series has ended. `target` are the labels of `target_info`, empty if that would say nothing.
    """

    family: Family
    labels: Labels
    time: int
    start: int
    received: float
    delta: bool
    value: Value | None
    target: Labels


def read_points(table: str, rows: Iterable[Mapping[str, Any]], prefix: str = "") -> Iterator[Point]:
    """Yield the points of rows as `read_points.sql` gives them; one whose name has no character to be used is left out."""
    for row in rows:
        kind = kind_of(table, row)
        name, unit = metric_name(row["MetricName"], row["MetricUnit"], kind, prefix)
        if name:
            resource = row["ResourceAttributes"]
            identity = resource_labels(resource)
            target = target_labels(resource)
            yield Point(
                Family(name, kind, unit, row["MetricDescription"] or row["MetricName"]),
                tuple(sorted({**to_labels(row["Attributes"].items()), **scope_labels(row), **identity}.items())),
                row["TimeUnixNano"] or int(row["Received"] * 1e9),
                row["StartTimeUnixNano"],
                row["Received"],
                row.get("AggregationTemporality") == DELTA,
                value_of(table, row),
                tuple(sorted(target.items())) if identity and len(target) > len(identity) else (),
            )


def value_of(table: str, row: Mapping[str, Any]) -> Value | None:
    """Return what a row of a table says; None if it says that its series has ended."""
    return None if row["Flags"] & _NO_VALUE else _READERS[table](row)


def kind_of(table: str, row: Mapping[str, Any]) -> str:
    """Return the kind of the family that a row of a table belongs to."""
    if table == "sum":
        return "counter" if row["IsMonotonic"] else "gauge"
    return {"gauge": "gauge", "summary": "summary"}.get(table, "histogram")


def _number(row: Mapping[str, Any]) -> Number:
    return Number(float(row["Value"]), _exemplars(row))


def _sum(row: Mapping[str, Any]) -> float:
    return float(row["Sum"]) if row["SumPresent"] else nan


def _buckets(row: Mapping[str, Any]) -> Buckets:
    bounds, counts = tuple(map(float, row["ExplicitBounds"])), tuple(row["BucketCounts"])
    ordered = all(lower < upper for lower, upper in pairwise((*bounds, inf)))
    if len(counts) != len(bounds) + 1 or not ordered:
        bounds, counts = (), ()
    return Buckets(sum(counts) if counts else row["Count"], _sum(row), bounds, counts, _exemplars(row))


def _exponential(row: Mapping[str, Any]) -> Exponential | Buckets:
    if row["Scale"] not in _SCALES:
        return Buckets(row["Count"], _sum(row), (), (), _exemplars(row))
    return Exponential(
        row["Count"], _sum(row), row["Scale"], row["ZeroCount"], float(row["ZeroThreshold"]),
        _side(row, "Positive"), _side(row, "Negative"), _exemplars(row),
    )  # fmt: skip


def _side(row: Mapping[str, Any], name: str) -> Side:
    return Side(row[f"{name}Offset"], tuple(row[f"{name}BucketCounts"]))


def _quantiles(row: Mapping[str, Any]) -> Quantiles:
    pairs = zip(row["ValueAtQuantiles.Quantile"], row["ValueAtQuantiles.Value"], strict=True)
    values = {float(quantile): float(value) for quantile, value in pairs if 0 <= float(quantile) <= 1}
    return Quantiles(row["Count"], float(row["Sum"]), tuple(values.items()))


_READERS: dict[str, Callable[[Mapping[str, Any]], Value]] = {
    "gauge": _number, "sum": _number, "histogram": _buckets, "exp_histogram": _exponential, "summary": _quantiles,
}  # fmt: skip


def _exemplars(row: Mapping[str, Any]) -> list[Exemplar]:
    columns = (row[f"Exemplars.{name}"] for name in ("TraceId", "SpanId", "Value", "TimeUnixNano", "FilteredAttributes"))
    return [
        Exemplar(_exemplar_labels(trace, span, attributes), float(value), time / 1e9)
        for trace, span, value, time, attributes in zip(*columns, strict=True)
    ]


def _exemplar_labels(trace: str, span: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the ids, and the attributes too if OpenMetrics has room for all of them."""
    ids = {name: value for name, value in (("trace_id", trace), ("span_id", span)) if value}
    whole = {**to_labels(attributes.items()), **ids}
    return whole if sum(len(name) + len(value) for name, value in whole.items()) <= _LONGEST_EXEMPLAR else ids
