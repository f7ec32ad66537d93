"""One trace with all that is known of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assay.core.errors import InvalidInput, NotFound
from assay.core.ports import Engine
from assay.core.statement import load
from assay.core.values import Described
from assay.query.logs import LogConditions, LogRecord, find_logs
from assay.query.origin import Resource, Scope, describe_attributes, read_resource, read_scope
from assay.query.times import TimeRange, format_time

MAX_SPANS = 10_000
MAX_LOGS = 1_000
MAX_LINKS = 1_000

_ALL_TIME = TimeRange(0, 2**63 - 1)
_TRACE_ID = re.compile(r"[0-9a-fA-F]{32}")
_SPAN_ID = re.compile(r"[0-9a-fA-F]{16}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a span."""

    time: str
    name: str
    attributes: dict[str, Described]
    dropped_attributes: int


@dataclass(frozen=True, slots=True)
class Link:
    """Another span that a span has to do with."""

    trace_id: str
    span_id: str
    trace_state: str
    flags: int
    attributes: dict[str, Described]
    dropped_attributes: int


@dataclass(frozen=True, slots=True)
class Span:
    """A span with everything that was sent of it; `kind` and `status` are in lower case."""

    span_id: str
    parent_span_id: str
    name: str
    kind: str
    service: str
    start: str
    duration_ns: int
    status: str
    status_message: str
    attributes: dict[str, Described]
    events: list[Event]
    links: list[Link]
    trace_state: str
    flags: int
    dropped_attributes: int
    dropped_events: int
    dropped_links: int
    resource: Resource
    scope: Scope


@dataclass(frozen=True, slots=True)
class Follower:
    """A span of another trace that links to the span `to_span_id` of this one."""

    to_span_id: str
    trace_id: str
    span_id: str
    service: str
    name: str
    start: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The spans of a trace by start, its log records by time, and the spans that link to it by start.

    At most 10000 spans, the newest 1000 records and 1000 links are given; `more_spans` and `more_logs` say if there are others.
    """

    trace_id: str
    spans: list[Span]
    more_spans: bool
    logs: list[LogRecord]
    more_logs: bool
    followers: list[Follower]


def parse_trace_id(text: str) -> str:
    """Return a trace id as it is stored.

    Raises:
        InvalidInput: it is not 32 hexadecimal digits.
    """
    if not _TRACE_ID.fullmatch(text):
        raise InvalidInput("trace_id_invalid", f"{text!r} is no trace id", "a trace id has 32 hexadecimal digits")
    return text.lower()


def parse_span_id(text: str) -> str:
    """Return a span id as it is stored.

    Raises:
        InvalidInput: it is not 16 hexadecimal digits.
    """
    if not _SPAN_ID.fullmatch(text):
        raise InvalidInput("span_id_invalid", f"{text!r} is no span id", "a span id has 16 hexadecimal digits")
    return text.lower()


def read_trace(engine: Engine, trace_id: str) -> Trace:
    """Return all spans and log records of a trace; either may be missing.

    Raises:
        NotFound: there is no span and no record of it.
    """
    spans = read_spans(engine, [trace_id], MAX_SPANS + 1).get(trace_id, [])
    logs = find_logs(engine, LogConditions(trace_id=trace_id), _ALL_TIME, MAX_LOGS)
    if not spans and not logs.logs:
        raise NotFound("trace_unknown", f"There is no trace {trace_id}", "what was just sent is visible after about a second")
    return Trace(
        trace_id=trace_id,
        spans=spans[:MAX_SPANS],
        more_spans=len(spans) > MAX_SPANS,
        logs=logs.logs[::-1],
        more_logs=logs.next_cursor is not None,
        followers=_followers(engine, trace_id),
    )


def _followers(engine: Engine, trace_id: str) -> list[Follower]:
    rows = engine.query(load("assay.query.questions", "find_links"), {"trace_id": trace_id, "limit": MAX_LINKS}).dicts()
    return [Follower(start=format_time(row.pop("start_ns")), **row) for row in rows]


def read_spans(engine: Engine, trace_ids: Sequence[str], limit: int = MAX_SPANS) -> dict[str, list[Span]]:
    """Return the spans of each trace by start, at most the first `limit` of a trace; a trace without spans is left out."""
    question = load("assay.query.questions", "read_trace")
    found: dict[str, list[Span]] = {}
    for row in engine.query(question, {"trace_ids": list(trace_ids), "limit": limit}).dicts():
        found.setdefault(row["trace_id"], []).append(_span(row))
    return found


def _span(row: dict[str, Any]) -> Span:
    return Span(
        span_id=row["span_id"],
        parent_span_id=row["parent_span_id"],
        name=row["name"],
        kind=row["kind"].lower(),
        service=row["service"],
        start=format_time(row["start_ns"]),
        duration_ns=row["duration_ns"],
        status=row["status"].lower(),
        status_message=row["status_message"],
        attributes=describe_attributes(row["keys"], row["texts"], row["types"]),
        events=_events(row),
        links=_links(row),
        trace_state=row["trace_state"],
        flags=row["flags"],
        dropped_attributes=row["dropped_attributes"],
        dropped_events=row["dropped_events"],
        dropped_links=row["dropped_links"],
        resource=read_resource(row),
        scope=read_scope(row),
    )


def _events(row: dict[str, Any]) -> list[Event]:
    columns = (row[f"event_{name}"] for name in ("times", "names", "keys", "texts", "types", "dropped"))
    return [
        Event(format_time(time), name, describe_attributes(keys, texts, types), dropped)
        for time, name, keys, texts, types, dropped in zip(*columns, strict=True)
    ]


def _links(row: dict[str, Any]) -> list[Link]:
    names = ("traces", "spans", "states", "flags", "keys", "texts", "types", "dropped")
    columns = (row[f"link_{name}"] for name in names)
    return [
        Link(trace_id, span_id, state, flags, describe_attributes(keys, texts, types), dropped)
        for trace_id, span_id, state, flags, keys, texts, types, dropped in zip(*columns, strict=True)
    ]
