"""Metrics: which there are, and how one went."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isclose
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
_ALL_SERIES = 2**62
_AGGREGATIONS = {
    "gauge": _NUMBERS,
    "sum": (*_NUMBERS, "rate", "increase"),
    "histogram": (*_COUNTED, "min", "max"),
    "exponential_histogram": (*_COUNTED, "min", "max"),
    "summary": _COUNTED,
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as it is sent; `temporality` is `delta`, `cumulative` or nothing where there is none.

    `aggregations` are what can be made of it, the usual one first, beside any percentile of a histogram. `quantiles` are those
    that a summary was sent with, from 0 to 1; it has no other percentiles.
    """

    name: str
    kind: str
    unit: str
    temporality: str
    monotonic: bool
    description: str
    services: list[str]
    points: int
    last_seen: str
    aggregations: list[str]
    quantiles: list[float]


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
    """How a metric went: one point per series and step in which something was sent.

    `series_count` is how many series there are, of which `series` may be a part.
    """

    name: str
    description: str
    aggregation: str
    step_seconds: float
    start: str
    end: str
    series_count: int
    series: list[Series]


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """What to make of a metric's points.

    Without `group_by` each service and set of attributes is a series; with it, what has the same values of these attributes
    (of the point, else of the resource, under any of their names; `service.name` is the service), and an empty list makes one
    series of all.
    `aggregation` is empty for the usual one of the metric's kind; `step_ns` is 0 for one that fits the time range. With `top`
    only that many series of a kind are given, those with the highest average of their values.
    """

    name: str
    kind: str = ""
    service: str = ""
    attributes: Sequence[Condition] = ()
    group_by: Sequence[str] | None = None
    aggregation: str = ""
    step_ns: int = 0
    top: int = 0


def list_metrics(engine: Engine, within: TimeRange, service: str = "", name: str = "") -> Metrics:
    """Return which metrics were sent in the time range."""
    rows = engine.query(
        load("assay.query.questions", "list_metrics"),
        {"start": within.start_ns, "end": within.end_ns, "service": service, "name": name, "limit": _MAX_METRICS},
    ).dicts()
    return Metrics([_metric(row) for row in rows])


def _metric(row: Mapping[str, Any]) -> Metric:
    kind, monotonic = row["kind"], bool(row["monotonic"])
    allowed = _NUMBERS if kind == "sum" and not monotonic else _AGGREGATIONS[kind]
    usual = _usual_of(kind, monotonic)
    return Metric(
        name=row["name"],
        kind=kind,
        unit=row["unit"],
        temporality=_TEMPORALITIES.get(row["temporality"], ""),
        monotonic=monotonic,
        description=row["description"],
        services=row["services"],
        points=row["points"],
        last_seen=format_time(row["last_seen_ns"]),
        aggregations=[usual, *(each for each in allowed if each != usual)],
        quantiles=row["quantiles"],
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
        "top": question.top or _ALL_SERIES,
        "limit": _MAX_POINTS + 1,
    }
    kinds = dict.fromkeys(metric.kind for metric in metrics)
    found = [_read_kind(engine, kind, aggregation, parameters) for kind in kinds]
    return SeriesAnswer(
        name=question.name,
        description=metrics[0].description,
        aggregation=aggregation,
        step_seconds=step / SECOND,
        start=format_time(start),
        end=format_time(within.end_ns),
        series_count=sum(count for _, count in found),
        series=[each for series, _ in found for each in series],
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
    statement, quantile = _statement(metrics[0].kind, aggregation)
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
        "top": _ALL_SERIES,
        "limit": 2,
        "kind": metrics[0].kind,
        "aggregation": aggregation,
        "quantile": quantile,
    }
    asked = load("assay.query.questions", statement)
    rows = engine.query(asked, parameters).dicts()
    value = rows[0]["value"] if rows else None
    if value is not None and aggregation == "rate":
        value *= _ALL_TIMES / (end_ns - start_ns)
    used = {key: each for key, each in parameters.items() if key in asked.parameters}
    return MetricValue(value, metrics[0].unit, asked.text, used)


def _statement(kind: str, aggregation: str) -> tuple[str, float]:
    """Return the name of the statement that tells an aggregation, and the quantile of a percentile."""
    if percentile := _PERCENTILE.fullmatch(aggregation):
        return ("read_quantiles" if kind == "summary" else "read_percentiles"), float(percentile[1]) / 100
    return ("read_numbers" if kind in ("gauge", "sum") else "read_counts"), 0.0


def _read_kind(engine: Engine, kind: str, aggregation: str, parameters: dict[str, Any]) -> tuple[list[Series], int]:
    """Return series of a kind, and how many there are."""
    name, quantile = _statement(kind, aggregation)
    asked = {**parameters, "kind": kind, "aggregation": aggregation, "quantile": quantile}
    rows = engine.query(load("assay.query.questions", name), asked).dicts()
    if len(rows) > _MAX_POINTS:
        raise InvalidInput(
            "answer_too_large",
            f"The answer has more than {_MAX_POINTS} points",
            "use top, group_by, a longer step or a shorter time range",
        )
    series = [
        Series(labels, kind, unit, [Point(format_time(row["step_ns"]), row["value"]) for row in group])
        for (labels, unit), group in groupby(rows, lambda row: (row["labels"], row["unit"]))
    ]
    return series, rows[0]["series"] if rows else 0


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
    usual = {_usual_of(metric.kind, metric.monotonic): metric.kind for metric in metrics}
    if len(usual) > 1:
        kinds = " and a ".join(usual.values())
        raise InvalidInput("kind_missing", f"{metrics[0].name!r} is a {kinds}", "say which with kind, or give an aggregation")
    return next(iter(usual))


def _usual_of(kind: str, monotonic: bool) -> str:
    return "rate" if monotonic else "p95" if "histogram" in kind else "avg"


def _check(metric: Metric, aggregation: str) -> None:
    percentile = _PERCENTILE.fullmatch(aggregation)
    if aggregation in metric.aggregations or (percentile and "histogram" in metric.kind):
        return
    if percentile and any(isclose(float(percentile[1]) / 100, quantile, abs_tol=1e-9) for quantile in metric.quantiles):
        return
    known = [each for each in metric.aggregations if each != "p95"] + [
        f"p{quantile * 100:.6g}" for quantile in metric.quantiles
    ]
    words = ", ".join(known) + (" or a percentile such as p95" if "histogram" in metric.kind else "")
    raise InvalidInput("aggregation_invalid", f"{aggregation!r} does not fit a {metric.kind}", f"use {words}")
