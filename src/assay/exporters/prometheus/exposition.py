"""The series that a scrape sees: the last point of each, as long as points of it come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar as ShownExemplar

from assay.exporters.prometheus.points import Family, Labels, Point
from assay.exporters.prometheus.values import Number, Sample, Value, add

_SUFFIXES = {
    "counter": ("", "_total"),
    "gauge": ("",),
    "histogram": ("", "_bucket", "_count", "_sum"),
    "summary": ("", "_count", "_sum"),
}
_SWEEP_SECONDS = 10.0


@dataclass(slots=True)
class _Series:
    value: Value
    time: int
    received: float
    target: Labels


@dataclass(slots=True)
class _Held:
    family: Family
    series: dict[Labels, _Series] = field(default_factory=dict)


class Exposition(Collector):
    """A bounded number of series; any thread may add points and read."""

    def __init__(self, most_series: int, stale_seconds: float, clock: Callable[[], float] = time.time) -> None:
        """Forget a series when nothing of it was received for `stale_seconds`; `clock` gives Unix seconds."""
        self._most = most_series
        self._stale_seconds = stale_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}
        # Which family each name in the text belongs to.
        self._names: dict[str, str] = {}
        self._count = 0
        self._swept = 0.0

    def take(self, point: Point) -> str:
        """Add a point; return why it is refused, or nothing.

        A point that is not newer than the last of its series changes nothing, so points may come again.
        """
        with self._lock:
            # A delta counts however late it is; another point says nothing of the present once it is old.
            received = self._clock() if point.delta else point.received
            if received < self._clock() - self._stale_seconds:
                return ""
            if point.family.kind == "counter" and isinstance(point.value, Number) and not point.value.value >= 0:
                return f"{point.family.name} is a counter and cannot be {point.value.value}"
            held = self._held.get(point.family.name)
            series = held.series.get(point.labels) if held else None
            if held and series and held.family.kind == point.family.kind:
                if point.value is None:
                    self._drop(held, [point.labels])
                else:
                    _renew(series, point, point.value, received)
                return ""
            if point.value is None:
                return ""
            if reason := self._refuse(held, point.family):
                return reason
            held = held or self._begin(point.family)
            held.series[point.labels] = _Series(point.value, point.time, received, point.target)
            self._count += 1
            return ""

    def collect(self) -> Iterator[Metric]:
        """Yield what is there now, and `target_info`."""
        with self._lock:
            self._swept = 0.0
            self._sweep()
            families = [(held.family, [*held.series.items()]) for _, held in sorted(self._held.items())]
        targets: dict[Labels, Labels] = {}
        for family, series in families:
            yield _shown(family, [(labels, each.value) for labels, each in series])
            targets |= {_identity(each.target): each.target for _, each in series if each.target}
        if targets:
            info = Metric("target", "What is known of the instances that sent metrics.", "info")
            for target in targets.values():
                info.add_sample("target_info", dict(target), 1)
            yield info

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: what there is depends on what is received."""
        return ()

    def _refuse(self, held: _Held | None, family: Family) -> str:
        """Say why there can be no new series of a family."""
        others = [held] if held else [self._held[self._names[name]] for name in _names(family) if name in self._names]
        for other in others:
            if other.family.kind != family.kind or other.family.name != family.name:
                return f"{family.name} would be a {family.kind} and {other.family.name} is a {other.family.kind} already"
        if self._count >= self._most and not self._sweep():
            return f"there are {self._most} series already (max_series)"
        return ""

    def _begin(self, family: Family) -> _Held:
        held = self._held[family.name] = _Held(family)
        self._names |= dict.fromkeys(_names(family), family.name)
        return held

    def _sweep(self) -> bool:
        """Forget what has ended; return whether there is room."""
        now = self._clock()
        if now - self._swept >= _SWEEP_SECONDS:
            self._swept = now
            for held in [*self._held.values()]:
                self._drop(held, [key for key, each in held.series.items() if each.received < now - self._stale_seconds])
        return self._count < self._most

    def _drop(self, held: _Held, labels: list[Labels]) -> None:
        for each in labels:
            del held.series[each]
            self._count -= 1
        if not held.series:
            del self._held[held.family.name]
            for name in _names(held.family):
                del self._names[name]


def _renew(series: _Series, point: Point, value: Value, received: float) -> None:
    # What has no start comes in pieces of one time: the slices of a large batch of spans.
    again = point.time < series.time or (point.time == series.time and not (point.delta and not point.start))
    if again or (point.delta and 0 < point.start < series.time):
        return
    series.value = add(series.value, value) if point.delta else value
    series.time, series.received, series.target = point.time, received, point.target


def _names(family: Family) -> list[str]:
    return [family.name + suffix for suffix in _SUFFIXES[family.kind]]


def _identity(target: Labels) -> Labels:
    return tuple(pair for pair in target if pair[0] in ("job", "instance"))


def _shown(family: Family, series: list[tuple[Labels, Value]]) -> Metric:
    metric = Metric(family.name, family.help, family.kind, family.unit)
    for labels, value in series:
        base = dict(labels)
        for sample in value.samples(family.kind):
            metric.add_sample(
                family.name + sample.suffix, {**base, **sample.labels}, sample.value, exemplar=_shown_exemplar(sample)
            )
    return metric


def _shown_exemplar(sample: Sample) -> ShownExemplar | None:
    given = sample.exemplar
    return ShownExemplar(dict(given.labels), given.value, given.time or None) if given else None
