"""Events that came over OTLP and do not fit the registry or each other: shown, counted, and measured nowhere."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.core import registry
from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import TimeRange, format_time

_FOLDER = "assay.query.questions"
_KINDS = {"int": "a whole number", "double": "a number", "boolean": "true or false"}
_EVENT_WORDS = {
    "event_unknown": ("There is no event {name!r}", ""),
    "time_ahead": ("{name} is more than a day in the future", "check the clock of the sender"),
    "resolved_before_opened": (
        "Incident {incident} was resolved before it was opened",
        "check both times; send the wrong one again with the same id",
    ),
}
_UNKNOWN = "{name} does not fit ({code} {key})", "check the sender: its clock, and what it sends"


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not fit, in the codes of `POST /api/v1/events`, and what to do next."""

    code: str
    attribute: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class InvalidEvent:
    """A record with a name that begins with `qms.` and at least one problem. `corrected` is true if a good event has its id."""

    received_time: str
    time: str
    name: str
    id: str
    service: str
    environment: str
    trace_id: str
    problems: list[Problem]
    corrected: bool


@dataclass(frozen=True, slots=True)
class InvalidEvents:
    """The newest of them."""

    events: list[InvalidEvent]


def find_invalid_events(engine: Engine, within: TimeRange, name: str, service: str, limit: int) -> InvalidEvents:
    """Return what came in the time range; empty texts stand for any."""
    asked = {"start": within.start_ns, "end": within.end_ns, "name": name, "service": service, "limit": limit}
    rows = engine.query(load(_FOLDER, "find_invalid_events"), asked).dicts()
    return InvalidEvents([_event(row) for row in rows])


def count_invalid_events(engine: Engine) -> dict[tuple[str, str], int]:
    """Return how many there are by event name, empty for one that is not known, and code."""
    rows = engine.query(load(_FOLDER, "count_invalid_events")).dicts()
    return {(row["name"], row["reason"]): int(row["n"]) for row in rows}


def _event(row: Mapping[str, Any]) -> InvalidEvent:
    attributes = dict(zip(row["keys"], row["texts"], strict=True))
    pairs = zip(row["codes"], row["about"], strict=True)
    return InvalidEvent(
        received_time=format_time(row["received_ns"]),
        time=format_time(row["time_ns"]),
        name=row["name"],
        id=row["id"],
        service=row["service"],
        environment=row["environment"],
        trace_id=row["trace_id"],
        problems=[Problem(code, key, *_explain(code, row["name"], key, attributes)) for code, key in pairs],
        corrected=bool(row["corrected"]),
    )


def _explain(code: str, name: str, key: str, attributes: Mapping[str, str]) -> tuple[str, str]:
    """Return what is wrong and what to do; a code or attribute of another version's registry is told as it is."""
    known = registry.load()
    about = known.attributes.get(key)
    if about is None or code == "resolved_before_opened":
        message, hint = _EVENT_WORDS.get(code, _UNKNOWN)
        incident = attributes.get("qms.incident.id", "")
        return message.format(name=name, code=code, key=key, incident=incident), hint or _nearest(name, known.events)
    if code == "attribute_missing":
        return f"{name} needs {key}", f"{about.brief} For example {about.examples[0]}"
    if code == "times_crossed":
        return f"{key} is after the end", "the time of the event is the end, and has to come later"
    wanted = {
        "value_unknown": f"use one of {', '.join(about.values)}",
        "time_invalid": "write RFC 3339 with an offset, such as 2026-11-03T10:00:00Z",
    }
    given = attributes.get(key, "")
    return f"{key} cannot be {given!r:.100}", wanted.get(code, f"send {_KINDS.get(about.type, 'a text')}")


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, sorted(known), 1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known))}"
