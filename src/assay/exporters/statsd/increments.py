"""What series grew by: senders report totals, StatsD adds up."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from assay.core.statement import load
from assay.exporters.page import Page
from assay.exporters.prometheus.points import DELTA, kind_of, value_of
from assay.exporters.prometheus.values import Buckets, Number, Quantiles, Value

_READ = load("assay.exporters.statements", "read_points")
_MOST = 50_000
_NEW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Grown:
    """What a point is to say: `kind` is `gauge`, `change` (of a gauge), `counter`, `histogram` or `summary`.

    `numbers` are the value of the first three; count and sum of the others, and for a histogram the counts of its buckets.
    `value` is the point as it came.
    """

    kind: str
    numbers: tuple[float, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class _Last:
    time: int
    start: int
    shape: Hashable
    numbers: tuple[float, ...]


class Increments:
    """The last totals of up to 50,000 series; after a restart they are those that are stored."""

    def __init__(self) -> None:
        self._last: dict[bytes, _Last] = {}
        # Metrics of which some series was there before; a further one of them has begun at zero.
        self._metrics: dict[bytes, None] = {}
        self._page: Hashable = None
        self._before: tuple[dict[bytes, _Last], dict[bytes, None]] = ({}, {})

    def begin(self, page: Page) -> None:
        """Get ready for the points of a page, or again for those of the same page."""
        rows = (*page.parameters.items(), *page.sources.values())
        if self._page is None:
            for table in page.earlier:
                for row in page.before().dicts(_READ, table):
                    self.of(table, row)
        elif rows == self._page:
            self._last, self._metrics = self._before
        self._page, self._before = rows, (dict(self._last), dict(self._metrics))

    def of(self, table: str, row: Mapping[str, Any]) -> Grown | None:
        """Return what a row, as `read_points.sql` gives it, adds; None if that is not known, or nothing."""
        value, kind = value_of(table, row), kind_of(table, row)
        if value is None:
            return None
        numbers = _numbers(value)
        delta = row.get("AggregationTemporality") == DELTA
        if kind == "gauge" or delta:
            return Grown("change" if kind == "gauge" and delta else kind, numbers, value)
        grown = self._since_last(row, numbers, value.bounds if isinstance(value, Buckets) else len(numbers))
        return Grown(kind, grown, value) if grown and any(grown) else None

    def _since_last(self, row: Mapping[str, Any], numbers: tuple[float, ...], shape: Hashable) -> tuple[float, ...] | None:
        metric = _key(row, ("MetricName", "ResourceAttributes", "ScopeName", "StartTimeUnixNano"))
        key = _key(row, ("MetricName", "ResourceAttributes", "ScopeName", "Attributes"))
        time, start = row["TimeUnixNano"], row["StartTimeUnixNano"]
        last, known = self._last.pop(key, None), metric in self._metrics
        if last and time <= last.time:
            self._last[key] = last
            return None
        self._last[key] = _Last(time, start, shape, numbers)
        self._metrics[metric] = None
        for held in (self._last, self._metrics):
            if len(held) > _MOST:
                del held[next(iter(held))]
        if last is None:
            return numbers if known or start >= (row["Received"] - _NEW_SECONDS) * 1e9 else None
        grown = tuple(now - before for now, before in zip(numbers, last.numbers, strict=False))
        begun_anew = start != last.start or shape != last.shape or min(grown) < 0
        return numbers if begun_anew else grown


def _numbers(value: Value) -> tuple[float, ...]:
    match value:
        case Number():
            return (value.value,)
        case Buckets():
            return (value.count, value.sum, *value.counts)
        case Quantiles():
            return (value.count, value.sum)
    # Buckets that differ from one time to the next say nothing to a receiver that adds up.
    return (value.count, value.sum)


def _key(row: Mapping[str, Any], names: Iterable[str]) -> bytes:
    return orjson.dumps([row[name] for name in names])
