"""Totals of senders that report increments."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from assay.exporters.page import Page
from assay.exporters.prometheus.points import Labels, Point
from assay.exporters.prometheus.values import Value, add

_MOST = 50_000


class Totals:
    """What each series has come to since the start; a page that comes again is not counted again.

    Of more than 50,000 series those that did not change for longest begin anew.
    """

    def __init__(self) -> None:
        self._totals: dict[tuple[str, Labels], tuple[int, Value]] = {}
        self._before = self._totals
        self._page: Hashable = None

    def begin(self, page: Page) -> None:
        """Remember, or go back to, how it was before a page."""
        rows = (*page.parameters.items(), *page.sources.values())
        self._totals = dict(self._before) if rows == self._page else self._totals
        self._before, self._page = dict(self._totals), rows

    def add_up(self, points: Iterable[Point]) -> Iterator[Point]:
        """Yield points without deltas; one that overlaps what was counted is left out."""
        for point in points:
            if not point.delta or point.value is None:
                yield point
                continue
            key = (point.family.name, point.labels)
            at, total = self._totals.pop(key, (0, None))
            if 0 < point.start < at or point.time <= at:
                assert total is not None
                self._totals[key] = at, total
                continue
            value = point.value if total is None else add(total, point.value)
            self._totals[key] = point.time, value
            if len(self._totals) > _MOST:
                del self._totals[next(iter(self._totals))]
            yield replace(point, value=value, delta=False)
