"""What came in and what became of it, over time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import SECOND, TimeRange, fitting_step, format_time


@dataclass(frozen=True, slots=True)
class FlowPoint:
    """How many items, or scrubbed values, there were in the step from `time` on."""

    time: str
    items: int


@dataclass(frozen=True, slots=True)
class FlowSeries:
    """Items of a signal by what became of them.

    `passed`: they passed the filters, spans before sampling; `kept`: spans that sampling keeps beyond the hot window;
    `filtered`: dropped by a filter; `scrubbed`: values, not items, that scrubbing changed.
    """

    signal: str
    fate: str
    items: int
    points: list[FlowPoint]


@dataclass(frozen=True, slots=True)
class FlowCourse:
    """A step in which nothing happened has no point. What passed has its own time, the rest that of its receipt."""

    step_seconds: float
    start: str
    end: str
    series: list[FlowSeries]


def count_flow(engine: Engine, within: TimeRange) -> FlowCourse:
    """Count items by signal and fate in at most 61 steps of whole minutes, to which the time range is widened."""
    step = fitting_step(within)
    start, end = within.start_ns // step * step, -(-within.end_ns // step) * step
    rows = engine.query(load("assay.query.questions", "count_flow"), {"start": start, "end": end, "step": step}).rows
    series = []
    for (signal, fate), of_one in groupby(rows, lambda row: (str(row[0]), str(row[1]))):
        points = [FlowPoint(format_time(at), items) for _, _, at, items in of_one]
        series.append(FlowSeries(signal, fate, sum(point.items for point in points), points))
    return FlowCourse(step / SECOND, format_time(start), format_time(end), series)
