"""The DORA metrics of a time window, each with its sample size, interval, band and trend; docs/dora.md defines them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.statement import Statement, load
from assay.quality.bands import Edition, editions

METRICS = (
    "deployments_per_day",
    "deployment_days_per_week",
    "change_lead_time",
    "change_failure_rate",
    "failed_deployment_recovery_time",
    "incident_duration",
    "rework_rate",
)
MEASURES = ("deployment_frequency", "change_lead_time", "deployment_outcomes", "incident_recovery")

_LEVELS = ("min", "p25", "p50", "p75", "p90", "p95", "max")
_WITHOUT_DISTRIBUTION = ("deployments_per_day", "change_failure_rate", "rework_rate")
_MORE_IS_BETTER = ("deployments_per_day", "deployment_days_per_week")
_DAYS_OF_A_MONTH = 30.4375

_Rows = dict[tuple[str, str, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """What to measure: what happened from `start_ns` up to `end_ns`, compared with what did from `before_ns` up to `start_ns`.

    Empty texts stand for all. `by` is `service`, `team` or `environment`: what a group is; each group is of one environment.
    `zone` is the time zone whose calendar days count; `link_seconds` is how long after a deployment an incident without a
    named cause is held against it.
    """

    start_ns: int
    end_ns: int
    before_ns: int
    service: str = ""
    team: str = ""
    environment: str = ""
    by: str = "service"
    zone: str = "UTC"
    link_seconds: int = 4 * 3600
    edition: str = "2023"

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "start": self.start_ns,
            "end": self.end_ns,
            "before": self.before_ns,
            "service": self.service,
            "team": self.team,
            "environment": self.environment,
            "by": self.by,
            "zone": self.zone,
            "link_seconds": self.link_seconds,
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """One number: null without data, never 0 in its place.

    `value` is a median in seconds, a share of 1, or a count by day or week; `n` is how many values or deployments it comes
    from; `interval` is the 95 % interval. `before` is the value of the window before, and `trend` is `better` or `worse` if the
    two intervals lie apart, else `unclear`. `distribution` has `min`, `p25`, `p50`, `p75`, `p90`, `p95` and `max` of what a
    median is of; `counts` what does not show in the value, such as how many of `n` were not reported but `inferred` from other
    telemetry.
    """

    value: float | None
    n: int
    interval: list[float] | None
    band: str | None
    before: float | None
    trend: str | None
    distribution: dict[str, float] | None
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """The metrics of a service, team or environment. `known_since_ns` is its first deployment that is known."""

    name: str
    environment: str
    known_since_ns: int | None
    metrics: dict[str, Measured]


@dataclass(frozen=True, slots=True)
class Explained:
    """The statement behind a measure and the values of its `{name:Type}` places: it can be asked again as it is."""

    measure: str
    sql: str
    parameters: dict[str, Any]


def measure(engine: Engine, question: Question) -> list[Group]:
    """Return the metrics of all groups about which something is known, by name and environment.

    Raises:
        InvalidInput: there are no bands of that edition.
    """
    edition = find_edition(question.edition)
    with ThreadPoolExecutor(len(MEASURES)) as threads:
        asked = [(each.measure, threads.submit(_rows, engine, each)) for each in explain(question)]
        rows = {measure: found.result() for measure, found in asked}
    names = sorted({(name, environment) for found in rows.values() for name, environment, _ in found})
    return [_group(name, environment, rows, edition) for name, environment in names]


def explain(question: Question) -> list[Explained]:
    """Return the statements that `measure` asks."""
    return [
        Explained(name, statement.text, _fitting(statement, question.parameters)) for name, statement in _statements().items()
    ]


def find_edition(name: str) -> Edition:
    """Return the edition of that name.

    Raises:
        InvalidInput: there is none.
    """
    if name not in editions():
        raise InvalidInput("edition_unknown", f"There are no bands of {name!r}", f"use {', '.join(editions())}")
    return editions()[name]


def _statements() -> dict[str, Statement]:
    return {name: load("assay.quality.measures", name) for name in MEASURES}


def _fitting(statement: Statement, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name in statement.parameters}


def _rows(engine: Engine, explained: Explained) -> _Rows:
    found = engine.query(explained.sql, explained.parameters).dicts()
    return {(row["name"], row["environment"], row["window"]): row for row in found}


def _group(name: str, environment: str, rows: dict[str, _Rows], edition: Edition) -> Group:
    now, before = (
        {measure: found.get((name, environment, window), {}) for measure, found in rows.items()} for window in (0, 1)
    )
    values = {metric: _value(metric, now) for metric in METRICS}
    return Group(
        name,
        environment,
        now["deployment_frequency"].get("known_since_ns"),
        {metric: _measured(metric, now, before, _band(metric, values, edition)) for metric in METRICS},
    )


def _measured(metric: str, now: Mapping[str, Any], before: Mapping[str, Any], band: str | None) -> Measured:
    row, (measure, _, interval) = now[_SOURCES[metric][0]], _SOURCES[metric]
    levels = row.get("distribution") if metric not in _WITHOUT_DISTRIBUTION else None
    return Measured(
        value=_value(metric, now),
        n=_count(metric, row),
        interval=row.get(interval) or None,
        band=band,
        before=_value(metric, before),
        trend=_trend(metric, row.get(interval), before[measure].get(interval)),
        distribution=dict(zip(_LEVELS, levels, strict=True)) if levels else None,
        counts=_counts(metric, row),
    )


_SOURCES = {
    "deployments_per_day": ("deployment_frequency", "per_day", "per_day_interval"),
    "deployment_days_per_week": ("deployment_frequency", "days_per_week", "days_per_week_interval"),
    "change_lead_time": ("change_lead_time", "median", "interval"),
    "change_failure_rate": ("deployment_outcomes", "failed", "failure_rate_interval"),
    "failed_deployment_recovery_time": ("deployment_outcomes", "median", "interval"),
    "incident_duration": ("incident_recovery", "median", "interval"),
    "rework_rate": ("deployment_outcomes", "rework", "rework_rate_interval"),
}
"""Of each metric its measure, and the columns of its value and interval."""


def _value(metric: str, rows: Mapping[str, Any]) -> float | None:
    measure, column, _ = _SOURCES[metric]
    row = rows[measure]
    if column == "median":
        return row["distribution"][_LEVELS.index("p50")] if row.get("distribution") else None
    if column in ("failed", "rework"):
        return int(row[column]) / int(row["n"]) if row.get("n") else None
    value: float | None = row.get(column)
    if column == "days_per_week" and not row.get("weeks"):
        return None
    return value


def _count(metric: str, row: Mapping[str, Any]) -> int:
    return int(row.get("recovered" if metric == "failed_deployment_recovery_time" else "n", 0))


def _counts(metric: str, row: Mapping[str, Any]) -> dict[str, int]:
    wanted = {
        "deployments_per_day": ("inferred",),
        "change_lead_time": ("skewed", "inferred"),
        "change_failure_rate": ("failed",),
        "failed_deployment_recovery_time": ("unrecovered", "skewed"),
        "incident_duration": ("opened", "open", "skewed", "unknown", "inferred"),
        "rework_rate": ("rework",),
    }.get(metric, ())
    counts = {name: int(row[name]) for name in wanted if name in row}
    if metric == "change_failure_rate":
        counts |= {f"failed_by_{method}": int(count) for method, count in sorted(row.get("failed_by", {}).items())}
    return counts


def _band(metric: str, values: Mapping[str, float | None], edition: Edition) -> str | None:
    rules = edition.metrics.get(metric)
    if rules is None:
        return None
    if rules != "deployment_frequency":
        return edition.band(rules, {"value": values[metric]})
    per_day = values["deployments_per_day"]
    per_month = None if per_day is None else per_day * _DAYS_OF_A_MONTH
    return edition.band(rules, {"days_per_week": values[metric], "per_day": per_day, "per_month": per_month})


def _trend(metric: str, now: list[float] | None, before: list[float] | None) -> str | None:
    if not now or not before:
        return None
    if now[0] <= before[1] and before[0] <= now[1]:
        return "unclear"
    return "better" if (now[0] > before[1]) == (metric in _MORE_IS_BETTER) else "worse"
