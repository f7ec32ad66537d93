"""Which events there are, and one of them in full."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from assay.core import registry
from assay.core.errors import NotFound
from assay.core.ports import Engine
from assay.core.statement import load
from assay.core.values import Described, Value, describe, read_value
from assay.query.cursor import Cursor
from assay.query.times import TimeRange, format_time

_KINDS = {"int": "int", "double": "double", "boolean": "bool"}


@dataclass(frozen=True, slots=True)
class EventConditions:
    """What an event must be; an empty text stands for any."""

    name: str = ""
    service: str = ""
    environment: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event as it was corrected last.

    `subject` is the deployment, incident or revision that it is about; `status` how the deployment, gate or check ended;
    `inferred` is true if Assay concluded it. `body` is text for people, or the raw message of a webhook.
    """

    id: str
    name: str
    time: str
    service: str
    environment: str
    team: str
    status: str
    subject: str
    source: str
    inferred: bool
    observed_time: str
    received_time: str
    attributes: dict[str, Described]
    body: str


@dataclass(frozen=True, slots=True)
class Events:
    """A page of events, the newest first; `next_cursor` is null on the last page."""

    events: list[KnownEvent]
    next_cursor: str | None


def find_events(engine: Engine, conditions: EventConditions, within: TimeRange, limit: int, cursor: Cursor | None) -> Events:
    """Return the events in the time range that meet all conditions."""
    if cursor:
        within = TimeRange(cursor.start_ns, cursor.time_ns + 1)
    rows = _ask(engine, conditions, within, limit + 1, from_id=cursor.id if cursor else "")
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = Cursor(within.start_ns, page[-1]["time_ns"], page[-1]["id"]).encode()
    return Events([_event(row) for row in page], following)


def read_event(engine: Engine, key: str) -> KnownEvent:
    """Return the event with an id.

    Raises:
        NotFound: there is none, or it was withdrawn.
    """
    rows = _ask(engine, EventConditions(), TimeRange(0, 0), 1, id=key)
    if not rows:
        raise NotFound("event_unknown", f"There is no event {key!r}", "see `assay events list`; it may be withdrawn or invalid")
    return _event(rows[0])


def read_incident_times(engine: Engine, incidents: Collection[str]) -> dict[tuple[str, str, str], int]:
    """Return the time in nanoseconds of each event of these incidents, by event name, incident and id of the event."""
    rows = engine.query(load("assay.query.questions", "read_incident_times"), {"incidents": list(incidents)}).dicts()
    return {(row["name"], row["incident"], row["id"]): row["time_ns"] for row in rows}


def _ask(engine: Engine, conditions: EventConditions, within: TimeRange, limit: int, **more: Any) -> list[dict[str, Any]]:
    return engine.query(
        load("assay.query.questions", "find_events"),
        {
            "id": "",
            "from_id": "",
            "start": within.start_ns,
            "end": within.end_ns,
            "name": conditions.name,
            "service": conditions.service,
            "environment": conditions.environment,
            "subject": conditions.subject,
            "limit": limit,
            **more,
        },
    ).dicts()


def _event(row: dict[str, Any]) -> KnownEvent:
    known = registry.load().attributes
    return KnownEvent(
        id=row["id"],
        name=row["name"],
        time=format_time(row["time_ns"]),
        service=row["service"],
        environment=row["environment"],
        team=row["team"],
        status=row["status"],
        subject=row["subject"],
        source=row["source"],
        inferred=row["inferred"],
        observed_time=format_time(row["observed_ns"]),
        received_time=format_time(row["received_ns"]),
        attributes={key: describe(_value(text, known.get(key))) for key, text in zip(row["keys"], row["texts"], strict=True)},
        body=row["body"],
    )


def _value(text: str, attribute: registry.Attribute | None) -> Value:
    if attribute is None:
        return text
    try:
        if attribute.type == "string[]":
            return read_value(text, "array") if text.startswith("[") else [text]
        return read_value(text, _KINDS.get(attribute.type, "string"))
    except ValueError:
        return text  # an SDK may send any type under any name
