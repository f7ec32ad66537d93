"""What the policies have done to what came in: values that were scrubbed, items that were filtered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import TimeRange, format_time

_MAX_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Leak:
    """Values at one place of a service's telemetry that a rule has changed; `last_seen` is the minute of the last one."""

    service: str
    signal: str
    place: str
    rule: str
    items: int
    last_seen: str


@dataclass(frozen=True, slots=True)
class Leaks:
    """The most frequent first, at most 10000."""

    leaks: list[Leak]


@dataclass(frozen=True, slots=True)
class Filtered:
    """Items of a service that a filter has dropped; `last_seen` is the minute of the last one."""

    signal: str
    filter: str
    service: str
    items: int
    last_seen: str


@dataclass(frozen=True, slots=True)
class FilteredItems:
    """The most frequent first, at most 10000."""

    filtered: list[Filtered]


def list_leaks(engine: Engine, within: TimeRange, service: str = "") -> Leaks:
    """Return what scrubbing has changed in the time range, in whole minutes; of all services unless one is named."""
    parameters = {"start": within.start_ns, "end": within.end_ns, "service": service, "limit": _MAX_ROWS}
    rows = engine.query(load("assay.query.questions", "list_leaks"), parameters).dicts()
    return Leaks([Leak(**_timed(row)) for row in rows])


def count_filtered(engine: Engine, within: TimeRange) -> FilteredItems:
    """Return what the filters have dropped in the time range, in whole minutes."""
    parameters = {"start": within.start_ns, "end": within.end_ns, "limit": _MAX_ROWS}
    rows = engine.query(load("assay.query.questions", "count_filtered"), parameters).dicts()
    return FilteredItems([Filtered(**_timed(row)) for row in rows])


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"last_seen": format_time(row.pop("last_ns"))}
