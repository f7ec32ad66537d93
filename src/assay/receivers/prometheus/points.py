"""Points of a page that was scraped, whatever format it had, and what they are in OTLP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, isnan
from typing import Any, TypeAlias

from assay.core.errors import InvalidInput
from assay.receivers.prometheus.metric_request import (
    NO_RECORDED_VALUE,
    Kind,
    Labels,
    MetricRequest,
    Resource,
    add_exemplar,
    is_stale,
    set_value,
)
from assay.receivers.prometheus.native import Limit, Side, to_exponential

MAX_COUNT = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Family:
    """What all points of one name have in common; `unit` is in Prometheus' words."""

    name: str
    kind: Kind
    unit: str = ""
    description: str = ""


@dataclass(slots=True)
class Buckets:
    """A histogram; `counts` has one more than `bounds`, or none where only sum and count are known."""

    count: int = 0
    sum: float | None = None
    bounds: Sequence[float] = ()
    counts: Sequence[int] = ()


@dataclass(slots=True)
class Native:
    """A native histogram: the counts of buckets by their indexes in Prometheus."""

    count: int
    sum: float
    schema: int
    zero_threshold: float
    zero_count: int
    positive: dict[int, int]
    negative: dict[int, int]


@dataclass(slots=True)
class Quantiles:
    """A summary."""

    count: int = 0
    sum: float = 0.0
    values: list[tuple[float, float]] = field(default_factory=list)


Value: TypeAlias = float | Buckets | Native | Quantiles


@dataclass(slots=True)
class Exemplar:
    labels: Labels
    value: float
    at_ns: int


@dataclass(slots=True)
class Point:
    """A value of one series; `at_ns` is 0 where the page does not tell the time, `start_ns` where it does not tell that."""

    family: Family
    labels: Labels
    value: Value
    at_ns: int = 0
    start_ns: int = 0
    exemplars: list[Exemplar] = field(default_factory=list)


def add_point(request: MetricRequest, resource: Resource, point: Point, *, scraped_ns: int, limit: Limit) -> None:
    """Add a point; without a time of its own it has that of the scrape."""
    family = point.family
    added = request.add(resource, dict(point.labels), family.name, family.kind, family.unit, family.description)
    added.time_unix_nano, added.start_time_unix_nano = point.at_ns or scraped_ns, point.start_ns
    value = point.value
    if isinstance(value, float):
        set_value(added, value)
    elif isinstance(value, Quantiles):
        added.count, added.sum = value.count, value.sum
        for quantile, found in value.values:
            added.quantile_values.add(quantile=quantile, value=found)
    elif value.sum is not None and is_stale(value.sum):
        added.flags = NO_RECORDED_VALUE
    elif isinstance(value, Buckets):
        _set_buckets(added, value)
    else:
        _set_native(added, value, limit)
    for exemplar in point.exemplars:
        add_exemplar(added, exemplar.labels, exemplar.value, exemplar.at_ns or added.time_unix_nano)


def add_end(request: MetricRequest, resource: Resource, family: Family, labels: Labels, at_ns: int) -> None:
    """Add the end of a series that is no longer there."""
    added = request.add(resource, dict(labels), family.name, family.kind, family.unit, family.description)
    added.time_unix_nano, added.flags = at_ns, NO_RECORDED_VALUE


def _set_buckets(added: Any, value: Buckets) -> None:
    added.count = value.count
    if value.sum is not None and not isnan(value.sum):
        added.sum = value.sum
    added.explicit_bounds.extend(value.bounds)
    added.bucket_counts.extend(value.counts)


def _set_native(added: Any, value: Native, limit: Limit) -> None:
    added.count, added.sum = value.count, value.sum
    added.zero_count, added.zero_threshold = value.zero_count, value.zero_threshold
    added.scale, positive, negative = to_exponential(value.schema, value.positive, value.negative, limit)
    for side, into in ((positive, added.positive), (negative, added.negative)):
        _set_side(into, side)


def _set_side(into: Any, side: Side) -> None:
    into.offset = side.offset
    into.bucket_counts.extend(side.counts)


def make_buckets(cumulative: Sequence[tuple[float, float]], count: float | None, total: float | None) -> Buckets:
    """Make a histogram from (upper bound, count of all up to it) pairs, in any order; the bound +Inf may be missing.

    Raises:
        InvalidInput: a bound or a count cannot be.
    """
    pairs = sorted(cumulative)
    if any(isnan(bound) or isnan(number) or number < 0 for bound, number in pairs):
        raise InvalidInput("bad_page", "a bucket has no number", "check what makes the page")
    whole = to_count(count) if count is not None else max((to_count(number) for _, number in pairs), default=0)
    bounds = [bound for bound, _ in pairs if bound != inf]
    if not pairs:
        return Buckets(whole, total)
    counts, before = [], 0
    for number in (*(to_count(number) for bound, number in pairs if bound != inf), whole):
        counts.append(max(0, number - before))
        before = max(before, number)
    return Buckets(sum(counts), total, bounds, counts)


def to_count(value: float) -> int:
    """Round a count to what OTLP can hold; raises InvalidInput if it is none."""
    if isnan(value) or not 0 <= value <= MAX_COUNT:
        raise InvalidInput("bad_page", f"{value} is no count", "check what makes the page")
    return round(value)
