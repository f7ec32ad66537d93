"""What the policies have done to what came in: values that were scrubbed, items that were filtered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import DAY, SECOND, TimeRange, format_time

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


class Totals:
    """What the policies have done in all, in numbers that only grow while this is kept, although the tables lose old days.

    A day that may still change is read again each time; one that is over is remembered. That costs a scan of two days' rows.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._days: dict[tuple[str, str, str, str], int] = {}
        self._since_ns = 0

    def read(self, now_ns: int) -> dict[tuple[str, str, str], int]:
        """Return values and items by effect (scrubbed, filtered), signal and name of the rule or filter."""
        since = self._since_ns // SECOND
        for row in self._engine.query(load("assay.query.questions", "total_policy_effects"), {"since": since}).rows:
            self._days[row[0], row[1], row[2], row[3]] = row[4]
        self._since_ns = max(0, now_ns - DAY)
        totals: dict[tuple[str, str, str], int] = {}
        for (effect, _, signal, name), items in self._days.items():
            totals[effect, signal, name] = totals.get((effect, signal, name), 0) + items
        return totals


def account(engine: Engine, since_seconds: int) -> tuple[dict[str, int], int]:
    """Return how many items of each signal filters have dropped since a time, and how many spans wait for a decision now."""
    filtered = engine.query(load("assay.query.questions", "account_filtered"), {"since": since_seconds}).rows
    undecided = engine.query(load("assay.query.questions", "account_undecided")).rows[0][0]
    return dict(filtered), undecided
