"""How all services go at a glance: a short series for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import SECOND, TimeRange, fitting_step, format_time

_MAX_POINTS = 50_000


@dataclass(frozen=True, slots=True)
class GlancePoint:
    """What began in the step from `time` on; `p95_ns` is off by at most 0.55 % of its value."""

    time: str
    spans: float
    errors: float
    p95_ns: float


@dataclass(frozen=True, slots=True)
class Glance:
    """The requests to a service; of one to which there was none, all its spans."""

    name: str
    points: list[GlancePoint]


@dataclass(frozen=True, slots=True)
class Glances:
    """The services that sent a span in the time range by name; a step without spans has no point."""

    step_seconds: float
    start: str
    end: str
    services: list[Glance]


def read_service_series(engine: Engine, within: TimeRange) -> Glances:
    """Return how often each service was asked, failed and how long it took, in at most 60 steps, from all its spans.

    Raises:
        InvalidInput: there are too many services for one answer.
    """
    step = fitting_step(within)
    start, end = within.start_ns // step * step, -(-within.end_ns // step) * step
    rows = engine.query(
        load("assay.query.questions", "read_service_series"),
        {"start": start, "end": end, "step": step, "limit": _MAX_POINTS + 1},
    ).dicts()
    if len(rows) > _MAX_POINTS:
        raise InvalidInput("answer_too_large", f"The answer has more than {_MAX_POINTS} points", "use a shorter time range")
    return Glances(
        step / SECOND,
        format_time(start),
        format_time(end),
        [Glance(name, [_point(row) for row in of_one]) for name, of_one in groupby(rows, lambda row: str(row["service"]))],
    )


def _point(row: Mapping[str, Any]) -> GlancePoint:
    return GlancePoint(format_time(row["step_ns"]), row["spans"], row["errors"], row["p95_ns"])
