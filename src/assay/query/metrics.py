"""Metrics: which there are, and how one went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from assay.core.aliases import names_of
from assay.core.errors import InvalidInput, NotFound
from assay.core.ports import Engine, MetricValue
from assay.core.statement import load
from assay.query.conditions import Condition, as_parameters
from assay.query.times import MINUTE, SECOND, TimeRange, fitting_step, format_time

KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")

_MAX_METRICS = 10_000
_MAX_STEPS = 1_500
_MAX_POINTS = 50_000
_REACH = 10 * MINUTE
_ALL_TIMES = 2**62
_TEMPORALITIES = {1: "delta", 2: "cumulative"}
_PERCENTILE = re.compile(r"p(\d{1,2}(\.\d{1,6})?|100)")
_NUMBERS = ("avg", "min", "max", "sum", "last", "count")
_COUNTED = ("avg", "sum", "count", "rate")
_AGGREGATIONS = {
    "gauge": _NUMBERS,
    "sum": (*_NUMBERS, "rate", "increase"),
    "histogram": (*_COUNTED, "min", "max"),
    "exponential_histogram": (*_COUNTED, "min", "max"),
    "summary": _COUNTED,
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as it is sent; `temporality` is `delta`, `cumulative` or nothing where there is none."""

    name: str
    kind: str
    unit: str
    temporality: str
    monotonic: bool
    description: str
    services: list[str]
    points: int
    last_seen: str


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics by name, at most 10000; one that is sent in two ways is there twice."""

    metrics: list[Metric]


@dataclass(frozen=True, slots=True)
class Point:
    """The value of a step, which begins at `time`; a value that cannot be told is null."""

    time: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """What has the same labels, unit and kind."""

    labels: dict[str, str]
    kind: str
    unit: str
    points: list[Point]


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """How a metric went: one point per series and step in which something was sent."""

    name: str
    description: str
    aggregation: str
    step_seconds: float
    start: str
    end: str
    series: list[Series]


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """What to make of a metric's points.

    Without `group_by` each service and set of attributes is a series; with it, what has the same values of these attributes
    (of the point, else of the resource, under any of their names; `service.name` is the service), and an empty list makes one
    series of all.
    `aggregation` is empty for the usual one of the metric's kind; `step_ns` is 0 for one that fits the time range.
    """

    name: str
    kind: str = ""
    service: str = ""
    attributes: Sequence[Condition] = ()
    group_by: Sequence[str] | None = None
    aggregation: str = ""
    step_ns: int = 0


def list_metrics(engine: Engine, within: TimeRange, service: str = "", name: str = "") -> Metrics:
    """Return which metrics were sent in the time range."""
    rows = engine.query(
        load("assay.query.questions", "list_metrics"),
        {"start": within.start_ns, "end": within.end_ns, "service": service, "name": name, "limit": _MAX_METRICS},
    ).dicts()
    return Metrics(
        [
            Metric(
                name=row["name"],
                kind=row["kind"],
                unit=row["unit"],
                temporality=_TEMPORALITIES.get(row["temporality"], ""),
                monotonic=bool(row["monotonic"]),
                description=row["description"],
                services=row["services"],
                points=row["points"],
                last_seen=format_time(row["last_seen_ns"]),
            )
            for row in rows
        ]
    )


def read_series(engine: Engine, question: SeriesQuestion, within: TimeRange) -> SeriesAnswer:
    """Return the values of a metric by series and step. Steps begin at multiples of their length since 1970.

    Raises:
        NotFound: no such metric was sent in the time range.
        InvalidInput: the aggregation does not fit the metric, or the answer would be too large.
    """
    metrics = _choose(list_metrics(engine, within, question.service, question.name).metrics, question)
    aggregation = question.aggregation or _usual(metrics)
    for metric in metrics:
        _check(metric, aggregation)
    step = question.step_ns or fitting_step(within)
    if (within.end_ns - within.start_ns) // step > _MAX_STEPS:
        raise InvalidInput("step_too_small", f"The time range has more than {_MAX_STEPS} steps", "use a longer step")
    start = within.start_ns // step * step
    parameters = {
        "name": question.name,
        "service": question.service,
        **as_parameters(question.attributes),
        "merge": question.group_by is not None,
        "by": list(question.group_by or ()),
        "by_names": [names_of(key) for key in question.group_by or ()],
        "from": max(0, start - max(step, _REACH)),
        "start": start,
        "end": within.end_ns,
        "step": step,
        "limit": _MAX_POINTS + 1,
    }
    kinds = dict.fromkeys(metric.kind for metric in metrics)
    return SeriesAnswer(
        name=question.name,
        description=metrics[0].description,
        aggregation=aggregation,
        step_seconds=step / SECOND,
        start=format_time(start),
        end=format_time(within.end_ns),
        series=[series for kind in kinds for series in _read_kind(engine, kind, aggregation, parameters)],
    )


def read_value(
    engine: Engine, name: str, aggregation: str, *, service: str, conditions: Sequence[str], start_ns: int, end_ns: int
) -> MetricValue:
    """Return one number for a time range, not widened to steps; see `ports.ReadMetric`."""
    within = TimeRange(start_ns, end_ns)
    question = SeriesQuestion(name, service=service)
    metrics = _choose(list_metrics(engine, within, service, name).metrics, question)
    for metric in metrics:
        _check(metric, aggregation)
    if len({(metric.kind, metric.unit) for metric in metrics}) > 1:
        raise InvalidInput("metric_ambiguous", f"{name!r} is sent in several ways or units", "say of which service, or mend it")
    statement, column, quantile = _statement(metrics[0].kind, aggregation)
    parameters = {
        "name": name,
        "service": service,
        **as_parameters([Condition.parse(text) for text in conditions]),
        "merge": True,
        "by": [],
        "by_names": [],
        "from": max(0, start_ns - _REACH),
        "start": start_ns,
        "end": end_ns,
        # One step that all times are in.
        "step": _ALL_TIMES,
        "limit": 2,
        "kind": metrics[0].kind,
        "quantile": quantile,
    }
    asked = load("assay.query.questions", statement)
    rows = engine.query(asked, parameters).dicts()
    value = rows[0][column] if rows else None
    if value is not None and aggregation == "rate":
        value *= _ALL_TIMES / (end_ns - start_ns)
    used = {key: each for key, each in parameters.items() if key in asked.parameters}
    return MetricValue(value, metrics[0].unit, asked.text, used)


def _statement(kind: str, aggregation: str) -> tuple[str, str, float]:
    """Return the name of the statement that tells an aggregation, its column, and the quantile of a percentile."""
    if percentile := _PERCENTILE.fullmatch(aggregation):
        return "read_percentiles", "percentile", float(percentile[1]) / 100
    return ("read_numbers" if kind in ("gauge", "sum") else "read_counts"), aggregation, 0.0


def _read_kind(engine: Engine, kind: str, aggregation: str, parameters: dict[str, Any]) -> list[Series]:
    name, column, quantile = _statement(kind, aggregation)
    rows = engine.query(load("assay.query.questions", name), {**parameters, "kind": kind, "quantile": quantile}).dicts()
    if len(rows) > _MAX_POINTS:
        raise InvalidInput(
            "answer_too_large",
            f"The answer has more than {_MAX_POINTS} points",
            "use group_by, a longer step or a shorter time range",
        )
    return [
        Series(labels, kind, unit, [Point(format_time(row["step_ns"]), row[column]) for row in group])
        for (labels, unit), group in groupby(rows, lambda row: (row["labels"], row["unit"]))
    ]


def _choose(metrics: list[Metric], question: SeriesQuestion) -> list[Metric]:
    if not metrics:
        raise NotFound(
            "metric_unknown",
            f"No metric {question.name!r} was sent in the time range",
            "list the metrics there are, or go further back",
        )
    chosen = [metric for metric in metrics if question.kind in ("", metric.kind)]
    if not chosen:
        kinds = " and a ".join(sorted({metric.kind for metric in metrics}))
        raise NotFound("metric_unknown", f"{question.name!r} is no {question.kind}", f"it is a {kinds}")
    return chosen


def _usual(metrics: list[Metric]) -> str:
    usual = {"rate" if metric.monotonic else "p95" if "histogram" in metric.kind else "avg": metric.kind for metric in metrics}
    if len(usual) > 1:
        kinds = " and a ".join(usual.values())
        raise InvalidInput("kind_missing", f"{metrics[0].name!r} is a {kinds}", "say which with kind, or give an aggregation")
    return next(iter(usual))


def _check(metric: Metric, aggregation: str) -> None:
    allowed = _NUMBERS if metric.kind == "sum" and not metric.monotonic else _AGGREGATIONS[metric.kind]
    has_buckets = "histogram" in metric.kind
    if aggregation not in allowed and not (has_buckets and _PERCENTILE.fullmatch(aggregation)):
        words = ", ".join(allowed) + (" or a percentile such as p95" if has_buckets else "")
        raise InvalidInput("aggregation_invalid", f"{aggregation!r} does not fit a {metric.kind}", f"use {words}")
