"""How a service went over time: requests, errors and durations, from all its spans whatever the sampling keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.statement import load
from assay.query.times import MINUTE, SECOND, TimeRange, fitting_step, format_time

LABELS = ("operation", "kind", "environment", "version", "status")
PERCENTILES = ("p50", "p95", "p99")

_REQUESTS = ("server", "consumer")
_MAX_STEPS = 1_500
_MAX_POINTS = 50_000
_PERCENTILE = re.compile(r"p(\d{1,2}(\.\d{1,6})?|100)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A trace that shows what a number is about, and how long its span took."""

    trace_id: str
    duration_ns: int


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """What began in the step from `time` on; percentiles are by name, `slow` did not fail and `failed` did."""

    time: str
    spans: float
    errors: float
    per_second: float
    error_ratio: float
    mean_ns: float
    percentiles_ns: dict[str, float]
    slow: Exemplar | None
    failed: Exemplar | None


@dataclass(frozen=True, slots=True)
class ServiceSeries:
    """What has the same labels."""

    labels: dict[str, str]
    points: list[ServicePoint]


@dataclass(frozen=True, slots=True)
class ServiceMetrics:
    """How a service went: a point per series and step in which one of its spans began."""

    service: str
    kinds: list[str]
    step_seconds: float
    start: str
    end: str
    series: list[ServiceSeries]


@dataclass(frozen=True, slots=True)
class ServiceQuestion:
    """Which spans to count and how to divide them.

    Without `kinds` and `operation` they are requests: server and consumer spans. `percentiles` are such as `p95`. `group_by`
    has any of `LABELS`. `step_ns` is 0 for one that fits the time range, else whole minutes.
    """

    service: str
    operation: str = ""
    kinds: Sequence[str] = ()
    environment: str = ""
    version: str = ""
    group_by: Sequence[str] = ()
    percentiles: Sequence[str] = PERCENTILES
    step_ns: int = 0


def read_service_metrics(engine: Engine, question: ServiceQuestion, within: TimeRange) -> ServiceMetrics:
    """Return rate, errors and durations by step; counts are adjusted for the sampling of the senders.

    The time range is widened to whole steps, which begin at multiples of their length since 1970. A percentile is off by at
    most 0.55 % of its value.

    Raises:
        InvalidInput: a percentile is none, the step is not of whole minutes, or the answer would be too large.
    """
    quantiles = [parse_percentile(name) for name in question.percentiles]
    step = question.step_ns or fitting_step(within)
    if step % MINUTE:
        raise InvalidInput("step_invalid", "A step is not of whole minutes", "use 1m, 5m, 1h or the like")
    start, end = within.start_ns // step * step, -(-within.end_ns // step) * step
    if (end - start) // step > _MAX_STEPS:
        raise InvalidInput("step_too_small", f"The time range has more than {_MAX_STEPS} steps", "use a longer step")
    kinds = list(question.kinds) or ([] if question.operation else list(_REQUESTS))
    rows = engine.query(
        load("assay.query.questions", "read_service_metrics"),
        {
            "service": question.service,
            "operation": question.operation,
            "kinds": [kind.capitalize() for kind in kinds],
            "environment": question.environment,
            "version": question.version,
            "by": list(question.group_by),
            "quantiles": quantiles,
            "start": start,
            "end": end,
            "step": step,
            "limit": _MAX_POINTS + 1,
        },
    ).dicts()
    if len(rows) > _MAX_POINTS:
        raise InvalidInput(
            "answer_too_large",
            f"The answer has more than {_MAX_POINTS} points",
            "group by less, or use a longer step or a shorter time range",
        )
    return ServiceMetrics(
        service=question.service,
        kinds=kinds,
        step_seconds=step / SECOND,
        start=format_time(start),
        end=format_time(end),
        series=[
            ServiceSeries(labels, [_point(row, step, question.percentiles) for row in group])
            for labels, group in groupby(rows, lambda row: row["labels"])
        ],
    )


def parse_percentile(name: str) -> float:
    """Return the part of all that a percentile such as `p95` or `p99.9` names.

    Raises:
        InvalidInput: it is none.
    """
    if match := _PERCENTILE.fullmatch(name):
        return float(match[1]) / 100
    raise InvalidInput("percentile_invalid", f"{name!r} is no percentile", "write p50, p95, p99.9 or the like")


def name_percentiles(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Return percentiles by name, without those of nothing."""
    return {name: value for name, value in zip(names, values, strict=True) if not isnan(value)}


def _point(row: Mapping[str, Any], step: int, percentiles: Sequence[str]) -> ServicePoint:
    return ServicePoint(
        time=format_time(row["step_ns"]),
        spans=row["spans"],
        errors=row["errors"],
        per_second=row["spans"] / (step / SECOND),
        error_ratio=row["errors"] / row["spans"],
        mean_ns=row["duration_sum_ns"] / row["spans"],
        percentiles_ns=name_percentiles(percentiles, row["percentiles"]),
        slow=_exemplar(row["slow"]),
        failed=_exemplar(row["failed"]),
    )


def _exemplar(longest: Mapping[str, Any]) -> Exemplar | None:
    return Exemplar(longest["TraceId"], longest["Duration"]) if longest["TraceId"] else None
