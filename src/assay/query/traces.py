"""The search for traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.conditions import Condition, as_parameters
from assay.query.cursor import Cursor
from assay.query.times import MINUTE, TimeRange, format_time

MAX_DURATION = 2**64 - 1

_SHORTER = (MINUTE, 10 * MINUTE)


@dataclass(frozen=True, slots=True)
class SpanConditions:
    """What one span of a trace must meet, all at once; an empty string or no condition lets every span pass.

    `kind` is such as `server`; `status` is `unset`, `ok` or `error`; the durations are nanoseconds, both included. `caller` is
    the service of its parent; `peer` is the name, in the service graph, of what it calls or takes from.
    """

    service: str = ""
    operation: str = ""
    kind: str = ""
    status: str = ""
    min_duration_ns: int = 0
    max_duration_ns: int = MAX_DURATION
    attributes: Sequence[Condition] = ()
    caller: str = ""
    peer: str = ""


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """A trace in a list. Its root is its first span without a parent, or its first span of all if there is none.

    `kept` says whether it stays when the hot window has passed, null while nothing was decided; `policy` is what keeps it.
    """

    trace_id: str
    root_service: str
    root_operation: str
    start: str
    duration_ns: int
    spans: int
    errors: int
    services: list[str]
    kept: bool | None
    policy: str


@dataclass(frozen=True, slots=True)
class Traces:
    """Traces, the newest first; `next_cursor` leads to the older ones."""

    traces: list[TraceSummary]
    next_cursor: str | None


def find_traces(
    engine: Engine, conditions: SpanConditions, within: TimeRange, limit: int, cursor: Cursor | None = None
) -> Traces:
    """Return traces that have a span in the time range which meets all conditions, by the time of the first such span.

    With a cursor the list goes on in the cursor's own time range; traces that have come since then do not disturb it.
    """
    if cursor:
        within = TimeRange(cursor.start_ns, cursor.time_ns + 1)
    parameters = {
        "end": within.end_ns,
        "service": conditions.service,
        "operation": conditions.operation,
        "kind": conditions.kind.capitalize(),
        "status": conditions.status.capitalize(),
        "min_duration_ns": conditions.min_duration_ns,
        "max_duration_ns": conditions.max_duration_ns,
        **as_parameters(conditions.attributes),
        "caller": conditions.caller,
        "peer": conditions.peer,
        "after_id": cursor.id if cursor else "",
    }
    found = _newest(engine, parameters, within, limit + 1)
    page = found[:limit]
    last = Cursor(within.start_ns, page[-1][1], page[-1][0]) if len(found) > limit else None
    return Traces(_describe(engine, [trace_id for trace_id, _ in page]), last.encode() if last else None)


def _newest(engine: Engine, parameters: dict[str, Any], within: TimeRange, limit: int) -> list[tuple[str, int]]:
    """Return the id and the first time of the newest traces; the end of a long range is tried first, as it is mostly enough.

    What is found there first may have begun before: only those that did not are sure to be the newest.
    """
    question = load("assay.query.questions", "find_traces")

    def ask(start_ns: int, trace_ids: list[str], limit: int) -> list[tuple[str, int]]:
        rows = engine.query(question, {**parameters, "start": start_ns, "trace_ids": trace_ids, "limit": limit}).rows
        return [(trace_id, found_ns) for trace_id, found_ns in rows]

    for length in _SHORTER:
        start_ns = within.end_ns - length
        if start_ns <= within.start_ns:
            break
        some = ask(start_ns, [], 2 * limit)
        since = some[-1][1] if len(some) == 2 * limit else start_ns
        begun = ask(within.start_ns, [trace_id for trace_id, _ in some], 2 * limit) if len(some) >= limit else []
        sure = [(trace_id, found_ns) for trace_id, found_ns in begun if found_ns >= since]
        if len(sure) >= limit:
            return sure[:limit]
    return ask(within.start_ns, [], limit)


def _describe(engine: Engine, trace_ids: list[str]) -> list[TraceSummary]:
    if not trace_ids:
        return []
    rows, decisions = (
        {row["trace_id"]: row for row in engine.query(load("assay.query.questions", name), {"trace_ids": trace_ids}).dicts()}
        for name in ("describe_traces", "describe_decisions")
    )
    # Retention may have dropped one between the two questions.
    return [_summary(rows[trace_id], decisions.get(trace_id)) for trace_id in trace_ids if trace_id in rows]


def _summary(row: dict[str, Any], decision: dict[str, Any] | None) -> TraceSummary:
    return TraceSummary(
        trace_id=row["trace_id"],
        root_service=row["root_service"],
        root_operation=row["root_operation"],
        start=format_time(row["start_ns"]),
        duration_ns=int(row["duration_ns"]),
        spans=row["spans"],
        errors=row["errors"],
        services=row["services"],
        kept=bool(decision["kept"]) if decision else None,
        policy=decision["policy"] if decision else "",
    )
