"""What a data point says, in the forms that Prometheus knows; deltas of one series can be added up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import add as add_numbers
from typing import TypeAlias

from prometheus_client.utils import floatToGoString

_MOST_BUCKETS = 40
_MOST_EXPONENTIAL_BUCKETS = 320
# The least power of two that is no double.
_OVERFLOW = 1024


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A measurement with the trace in which it was made; `time` is in Unix seconds, 0 if it is not known."""

    labels: Mapping[str, str]
    value: float
    time: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: the family's name goes on with `suffix`, and the series' labels with `labels`."""

    suffix: str
    labels: Mapping[str, str]
    value: float
    exemplar: Exemplar | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """The value of a counter or a gauge."""

    value: float
    exemplars: Sequence[Exemplar] = ()

    def plus(self, more: Number) -> Number:
        return Number(self.value + more.value, more.exemplars)

    def samples(self, kind: str) -> Iterator[Sample]:
        if kind == "counter":
            yield Sample("_total", {}, self.value, self.exemplars[-1] if self.exemplars else None)
        else:
            yield Sample("", {}, self.value)


@dataclass(frozen=True, slots=True)
class Buckets:
    """A histogram: `counts` has one more than `bounds`, which each bucket includes; both are empty if there are no buckets.

    `sum` is NaN if it is not known.
    """

    count: float
    sum: float
    bounds: tuple[float, ...]
    counts: tuple[float, ...]
    exemplars: Sequence[Exemplar] = ()

    def plus(self, more: Buckets) -> Buckets:
        """Add what was counted in the same buckets; with other bounds it begins anew."""
        if more.bounds != self.bounds:
            return more
        counts = tuple(map(add_numbers, self.counts, more.counts))
        return Buckets(self.count + more.count, self.sum + more.sum, self.bounds, counts, more.exemplars)

    def samples(self, _kind: str) -> Iterator[Sample]:
        latest = {bisect_left(self.bounds, exemplar.value): exemplar for exemplar in self.exemplars}
        ends = [*map(_text, self.bounds), "+Inf"]
        counts = [*accumulate(self.counts[:-1]), self.count] if self.counts else [self.count]
        for place, (end, count) in enumerate(zip(ends[-len(counts) :], counts, strict=True)):
            yield Sample("_bucket", {"le": end}, count, latest.get(place))
        # OpenMetrics has no sum of what can be negative, and no count without a sum.
        if self.sum >= 0:
            yield Sample("_count", {}, self.count)
            yield Sample("_sum", {}, self.sum)


@dataclass(frozen=True, slots=True)
class Side:
    """The buckets on one side of zero: bucket i is that of index `offset` + i."""

    offset: int = 0
    counts: tuple[int, ...] = ()

    def coarser(self, steps: int) -> Side:
        """Merge 2**steps buckets into one."""
        if not self.counts or not steps:
            return self
        first = self.offset >> steps
        counts = [0] * (((self.offset + len(self.counts) - 1) >> steps) - first + 1)
        for place, count in enumerate(self.counts):
            counts[((self.offset + place) >> steps) - first] += count
        return Side(first, tuple(counts))

    def width(self, more: Side) -> int:
        """Return how many buckets the sum of two would have."""
        sides = [side for side in (self, more) if side.counts]
        return max((side.offset + len(side.counts) for side in sides), default=0) - min(
            (side.offset for side in sides), default=0
        )

    def plus(self, more: Side) -> Side:
        if not self.counts or not more.counts:
            return self if self.counts else more
        first = min(self.offset, more.offset)
        counts = [0] * (max(self.offset + len(self.counts), more.offset + len(more.counts)) - first)
        for side in (self, more):
            for place, count in enumerate(side.counts, side.offset - first):
                counts[place] += count
        return Side(first, tuple(counts))


@dataclass(frozen=True, slots=True)
class Exponential:
    """A histogram whose buckets grow by 2**(2**-scale)."""

    count: int
    sum: float
    scale: int
    zero_count: int
    zero_threshold: float
    positive: Side
    negative: Side
    exemplars: Sequence[Exemplar] = ()

    def at_scale(self, scale: int) -> Exponential:
        """Return the same with coarser buckets; `scale` is at most the present one."""
        steps = self.scale - scale
        return replace(self, scale=scale, positive=self.positive.coarser(steps), negative=self.negative.coarser(steps))

    def plus(self, more: Exponential) -> Exponential:
        """Add at the finest scale that both have and that needs no more buckets than SDKs allow themselves."""
        scale = min(self.scale, more.scale)
        one, two = self.at_scale(scale), more.at_scale(scale)
        while max(one.positive.width(two.positive), one.negative.width(two.negative)) > _MOST_EXPONENTIAL_BUCKETS:
            scale -= 1
            one, two = one.at_scale(scale), two.at_scale(scale)
        return Exponential(
            self.count + more.count,
            self.sum + more.sum,
            scale,
            self.zero_count + more.zero_count,
            max(self.zero_threshold, more.zero_threshold),
            one.positive.plus(two.positive),
            one.negative.plus(two.negative),
            more.exemplars,
        )

    def as_buckets(self) -> Buckets:
        """Return it with bounds that are powers of two, so that they hardly change from one time to the next.

        The counts are exact; what is zero or negative is in the first bucket.
        """
        coarse = self.at_scale(min(self.scale, 0))
        while len(coarse.positive.counts) > _MOST_BUCKETS:
            coarse = coarse.at_scale(coarse.scale - 1)
        bounds, counts = [self.zero_threshold], [self.zero_count + sum(self.negative.counts)]
        for place, count in enumerate(coarse.positive.counts, coarse.positive.offset + 1):
            end = place * 2**-coarse.scale
            bound = 2.0**end if end < _OVERFLOW else float("inf")
            if bound > bounds[-1]:
                bounds.append(bound)
                counts.append(count)
            else:
                counts[-1] += count
        if bounds[-1] == float("inf"):
            bounds.pop()
        else:
            counts.append(0)
        return Buckets(max(self.count, sum(counts)), self.sum, tuple(bounds), tuple(counts), self.exemplars)

    def samples(self, kind: str) -> Iterator[Sample]:
        return self.as_buckets().samples(kind)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A summary: values by quantile."""

    count: int
    sum: float
    values: tuple[tuple[float, float], ...]

    def samples(self, _kind: str) -> Iterator[Sample]:
        for quantile, value in self.values:
            yield Sample("", {"quantile": _text(quantile)}, value)
        if self.sum >= 0:
            yield Sample("_count", {}, self.count)
            yield Sample("_sum", {}, self.sum)


Value: TypeAlias = Number | Buckets | Exponential | Quantiles


def _text(number: float) -> str:
    return str(floatToGoString(number))  # type: ignore[no-untyped-call] # the library has no types there


def add(total: Value, more: Value) -> Value:
    """Return the sum of two values of a series; one of another form begins anew."""
    match total, more:
        case Number(), Number():
            return total.plus(more)
        case Buckets(), Buckets():
            return total.plus(more)
        case Exponential(), Exponential():
            return total.plus(more)
    return more
