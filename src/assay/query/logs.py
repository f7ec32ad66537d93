"""The search for log records and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.statement import load
from assay.core.values import Described, describe, read_value
from assay.query.conditions import Condition, as_parameters
from assay.query.cursor import Cursor
from assay.query.origin import Resource, Scope, describe_attributes, read_resource, read_scope
from assay.query.times import TimeRange, format_time

# SeverityNumber of the OpenTelemetry logs data model: each name has four numbers.
_SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")
_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


@dataclass(frozen=True, slots=True)
class LogConditions:
    """What a record must meet, all at once; an empty string, 0 or no condition lets every record pass.

    `min_severity` is a SeverityNumber; `text` is a part of the body, in any case of its ASCII letters; `kind` is `event`, which
    has a name, or `record`, which has none; `received_after_ns` is about the time of its receipt here, whatever its own time.
    """

    service: str = ""
    min_severity: int = 0
    text: str = ""
    trace_id: str = ""
    span_id: str = ""
    event: str = ""
    kind: str = ""
    received_after_ns: int = 0
    attributes: Sequence[Condition] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """The conditions as the statements on log records take them."""
        return {
            "service": self.service,
            "min_severity": self.min_severity,
            "pattern": f"%{self.text.translate(_LIKE)}%" if self.text else "",
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "event": self.event,
            "kind": self.kind,
            "received_after": self.received_after_ns,
            **as_parameters(self.attributes),
        }


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A log record or event. `time` is its own, or that of its observation or receipt if it has none (`has_time` is false).

    `id` is the same in every answer and tells records of the same time apart.
    """

    id: str
    time: str
    has_time: bool
    observed_time: str
    service: str
    severity: str
    severity_number: int
    severity_text: str
    event_name: str
    body: Described
    trace_id: str
    span_id: str
    trace_flags: int
    attributes: dict[str, Described]
    dropped_attributes: int
    resource: Resource
    scope: Scope


@dataclass(frozen=True, slots=True)
class Logs:
    """Log records, the newest first; `next_cursor` leads to the older ones."""

    logs: list[LogRecord]
    next_cursor: str | None


def parse_severity(text: str) -> int:
    """Return the least SeverityNumber of a name such as `warn`, or the number itself.

    Raises:
        InvalidInput: it is neither a name nor a number from 1 to 24.
    """
    name = text.strip().lower()
    if name in _SEVERITIES:
        return _SEVERITIES.index(name) * 4 + 1
    if name.isdecimal() and name.isascii() and 1 <= int(name[:3]) <= 24:
        return int(name)
    raise InvalidInput(
        "severity_invalid", f"{text!r} is no severity", f"use {', '.join(_SEVERITIES)} or a SeverityNumber from 1 to 24"
    )


def name_severity(number: int) -> str:
    """Return the name of a SeverityNumber, or nothing for one that has none."""
    return _SEVERITIES[(number - 1) // 4] if 1 <= number <= 24 else ""


def find_logs(engine: Engine, conditions: LogConditions, within: TimeRange, limit: int, cursor: Cursor | None = None) -> Logs:
    """Return records in the time range that meet all conditions.

    With a cursor the list goes on in the cursor's own time range; records that have come since then do not disturb it.
    """
    if cursor:
        within = TimeRange(cursor.start_ns, cursor.time_ns + 1)
    rows = engine.query(
        load("assay.query.questions", "find_logs"),
        {
            "start": within.start_ns,
            "end": within.end_ns,
            **conditions.parameters,
            "from_id": cursor.id if cursor else "",
            "seen": cursor.seen if cursor else 0,
            "limit": limit + 1,
        },
    ).dicts()
    page = rows[:limit]
    following = _next_cursor(page, within, cursor).encode() if len(rows) > limit else None
    return Logs([_record(row) for row in page], following)


def _next_cursor(page: list[dict[str, Any]], within: TimeRange, cursor: Cursor | None) -> Cursor:
    time, key = page[-1]["time_ns"], page[-1]["id"]
    seen = sum(row["time_ns"] == time and row["id"] == key for row in page)
    if cursor and (cursor.time_ns, cursor.id) == (time, key):
        seen += cursor.seen
    return Cursor(within.start_ns, time, key, seen)


def _record(row: dict[str, Any]) -> LogRecord:
    return LogRecord(
        id=row["id"],
        time=format_time(row["time_ns"]),
        has_time=row["time_present"],
        observed_time=format_time(row["observed_ns"]),
        service=row["service"],
        severity=name_severity(row["severity_number"]),
        severity_number=row["severity_number"],
        severity_text=row["severity_text"],
        event_name=row["event_name"],
        body=describe(read_value(row["body_text"], row["body_type"])),
        trace_id=row["trace_id"],
        span_id=row["span_id"],
        trace_flags=row["trace_flags"],
        attributes=describe_attributes(row["keys"], row["texts"], row["types"]),
        dropped_attributes=row["dropped_attributes"],
        resource=read_resource(row),
        scope=read_scope(row),
    )
