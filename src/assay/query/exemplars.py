"""Exemplars: the traces that were counted in a metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.conditions import Condition, as_parameters
from assay.query.times import TimeRange, fitting_step, format_time

_MOST_BY_STEP = 3


@dataclass(frozen=True, slots=True)
class MetricExemplar:
    """One value that was counted in a metric, and the span in which it was measured; `span_id` may be empty.

    `labels` are the attributes of the point that it came with, `filtered` those that only it has. `is_stored` says whether its
    trace can be seen: one that the sampling did not keep cannot.
    """

    time: str
    value: float
    kind: str
    service: str
    labels: dict[str, str]
    filtered: dict[str, str]
    trace_id: str
    span_id: str
    is_stored: bool


@dataclass(frozen=True, slots=True)
class MetricExemplars:
    """Exemplars of a metric by time: of each sixtieth of the time range or so the three with the highest values."""

    name: str
    exemplars: list[MetricExemplar]


def list_exemplars(  # noqa: PLR0917 - one argument for each way to narrow the question
    engine: Engine,
    name: str,
    within: TimeRange,
    kind: str = "",
    service: str = "",
    conditions: Sequence[Condition] = (),
    limit: int = 200,
) -> MetricExemplars:
    """Return the exemplars of a metric that name a trace; none if it has none, or is not known at all."""
    parameters = {
        "name": name,
        "kind": kind,
        "service": service,
        **as_parameters(conditions),
        "start": within.start_ns,
        "end": within.end_ns,
        "step": fitting_step(within),
        "most": _MOST_BY_STEP,
        "limit": limit,
    }
    rows = engine.query(load("assay.query.questions", "list_exemplars"), parameters).dicts()
    stored = _find_stored(engine, sorted({row["trace_id"] for row in rows}))
    found = [
        MetricExemplar(
            time=format_time(row["time_ns"]),
            value=row["value"],
            kind=row["kind"],
            service=row["service"],
            labels=row["labels"],
            filtered=row["filtered"],
            trace_id=row["trace_id"],
            span_id=row["span_id"],
            is_stored=row["trace_id"] in stored,
        )
        for row in rows
    ]
    return MetricExemplars(name, sorted(found, key=lambda exemplar: (exemplar.time, exemplar.value)))


def _find_stored(engine: Engine, trace_ids: list[str]) -> set[str]:
    if not trace_ids:
        return set()
    rows = engine.query(load("assay.query.questions", "find_stored_traces"), {"trace_ids": trace_ids}).rows
    return {row[0] for row in rows}
