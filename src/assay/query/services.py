"""Services and their operations."""

from __future__ import annotations

from dataclasses import dataclass

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import TimeRange, format_time

_MAX_OPERATIONS = 1_000


@dataclass(frozen=True, slots=True)
class Durations:
    """Percentiles in nanoseconds, off by at most 0.55 % of their value."""

    p50_ns: int
    p95_ns: int
    p99_ns: int


@dataclass(frozen=True, slots=True)
class Service:
    """What a service sent in a time range; `requests` are its server and consumer spans, and `durations` theirs.

    Spans are counted from all that came in, before any sampling, and adjusted for the sampling of the senders.
    """

    name: str
    spans: int
    errors: int
    requests: int
    durations: Durations | None
    log_records: int
    metric_points: int
    last_seen: str


@dataclass(frozen=True, slots=True)
class Services:
    """All services that sent something in the time range, by name."""

    services: list[Service]


@dataclass(frozen=True, slots=True)
class Operation:
    """All spans of a service that have one name and kind."""

    name: str
    kind: str
    spans: int
    errors: int
    durations: Durations
    last_seen: str


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of a service, the most frequent first, at most 1000."""

    operations: list[Operation]


def list_services(engine: Engine, within: TimeRange) -> Services:
    """Return who sent anything in the time range, which is widened to whole minutes for spans."""
    rows = engine.query(
        load("assay.query.questions", "list_services"), {"start": within.start_ns, "end": within.end_ns}
    ).dicts()
    return Services(
        [
            Service(
                name=row["name"],
                spans=row["spans"],
                errors=row["errors"],
                requests=row["requests"],
                durations=_durations([row["p50_ns"], row["p95_ns"], row["p99_ns"]]) if row["requests"] else None,
                log_records=row["log_records"],
                metric_points=row["metric_points"],
                last_seen=format_time(row["last_seen_ns"]),
            )
            for row in rows
        ]
    )


def list_operations(engine: Engine, service: str, within: TimeRange) -> Operations:
    """Return what a service did in the time range, widened to whole minutes; nothing if it sent no span."""
    rows = engine.query(
        load("assay.query.questions", "list_operations"),
        {"service": service, "start": within.start_ns, "end": within.end_ns, "limit": _MAX_OPERATIONS},
    ).dicts()
    return Operations(
        [
            Operation(
                name=row["name"],
                kind=row["kind"].lower(),
                spans=row["spans"],
                errors=row["errors"],
                durations=_durations(row["durations"]),
                last_seen=format_time(row["last_seen_ns"]),
            )
            for row in rows
        ]
    )


def _durations(values: list[float]) -> Durations:
    p50, p95, p99 = (round(value) for value in values)
    return Durations(p50, p95, p99)
