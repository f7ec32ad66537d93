from __future__ import annotations

from typing import Any

from assay.core.signals import Signal
from assay.exporters.page import Page
from assay.exporters.prometheus.points import Family, Point
from assay.exporters.prometheus.totals import Totals
from assay.exporters.prometheus.values import Number

_NO_ENGINE: Any = None


def page(after: int) -> Page:
    return Page(_NO_ENGINE, Signal.METRICS, {"sum": "rows"}, {"after": after, "upto": after + 1}, 512)


def grew(value: float, time: int) -> Point:
    return Point(Family("done", "counter", "", ""), (("job", "a"),), time, time - 1, 0, True, Number(value), ())


def values(points: Any) -> list[float]:
    return [point.value.value for point in points]


def test_a_page_that_is_read_again_gives_the_same_totals() -> None:
    """An exporter that is paused amid a page reads it again later; what was counted of it is not counted twice."""
    totals = Totals()
    totals.begin(page(0))
    assert values(totals.add_up([grew(1, 10), grew(2, 11)])) == [1, 3]
    for _ in range(2):
        totals.begin(page(1))
        assert values(totals.add_up([grew(4, 12), grew(5, 13)])) == [7, 12]


def test_increments_that_overlap_are_left_out() -> None:
    """A point that was counted, or that begins before what was counted ends, adds nothing."""
    totals = Totals()
    totals.begin(page(0))
    assert values(totals.add_up([grew(1, 10), grew(1, 10), grew(2, 9), grew(3, 11)])) == [1, 4]
