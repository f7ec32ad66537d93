"""Log records over time: how many there were, and what was around one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.conditions import Condition, as_parameters
from assay.query.logs import LogConditions, Logs, find_logs, name_severity
from assay.query.times import HOUR, SECOND, TimeRange, fitting_step, format_time

_STEPS = (1, 2, 5, 10, 15, 30)
_MOST = 60


@dataclass(frozen=True, slots=True)
class LogCount:
    """How many records there were in the step from `time` on, by severity; `unset` are those that have none."""

    time: str
    records: dict[str, int]


@dataclass(frozen=True, slots=True)
class LogCounts:
    """How many records there were, step by step; a step without any is left out."""

    step_seconds: float
    start: str
    end: str
    points: list[LogCount]


def count_logs(engine: Engine, conditions: LogConditions, within: TimeRange) -> LogCounts:
    """Count the records in the time range that meet all conditions, in at most 61 steps."""
    step = _step(within)
    rows = engine.query(
        load("assay.query.questions", "count_logs"),
        {"start": within.start_ns, "end": within.end_ns, "step": step, **conditions.parameters},
    ).dicts()
    start, end = within.start_ns // step * step, -(-within.end_ns // step) * step
    by_step = groupby(rows, lambda row: int(row["step_ns"]))
    points = [LogCount(format_time(time), _by_severity(of_one)) for time, of_one in by_step]
    return LogCounts(step / SECOND, format_time(start), format_time(end), points)


def find_context(engine: Engine, time_ns: int, service: str, limit: int, attributes: Sequence[Condition] = ()) -> Logs:
    """Return about `limit` records before a time and as many from it on, within an hour of it, the newest first.

    They are those of a service, or of all if it is empty, that meet the conditions on attributes, such as on the instance. The
    cursor leads to the older ones.
    """
    within = TimeRange(time_ns - HOUR, time_ns + HOUR)
    ((later, last),) = engine.query(
        load("assay.query.questions", "bound_logs"),
        {"start": time_ns, "end": within.end_ns, "service": service, "limit": limit, **as_parameters(attributes)},
    ).rows
    wanted = LogConditions(service=service, attributes=attributes)
    return find_logs(engine, wanted, TimeRange(within.start_ns, max(last, time_ns) + 1), min(later, limit) + limit)


def _step(within: TimeRange) -> int:
    length = within.end_ns - within.start_ns
    return next((step * SECOND for step in _STEPS if length <= _MOST * step * SECOND), fitting_step(within))


def _by_severity(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    return {name_severity(row["severity"] * 4) or "unset": row["records"] for row in rows}
