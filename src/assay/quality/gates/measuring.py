"""Measure what objectives name; whatever goes wrong with that is an outcome and no error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from assay.core.errors import AssayError, NotFound
from assay.core.ports import Engine, ReadMetric
from assay.core.statement import load
from assay.quality import dora
from assay.quality.delivery import Delivery
from assay.quality.gates.document import Objective
from assay.quality.gates.sources import DoraMeasure, ServiceMeasure, SqlStatement, StoredMetric
from assay.quality.gates.units import quantity_of

FOLDER = "assay.quality.gates"

_SECOND = 1_000_000_000
_DEFAULT_ENVIRONMENT = "production"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at: which spans, points or events, from `start_ns` up to `end_ns`. Empty texts stand for all."""

    service: str
    operation: str
    operation_matching: str
    environment: str
    version: str
    stage: str
    start_ns: int
    end_ns: int

    @property
    def seconds(self) -> float:
        return (self.end_ns - self.start_ns) / _SECOND

    @property
    def said(self) -> str:
        """Say it in words, such as `orders, version 2.0, production`."""
        parts = [self.service, self.operation or self.operation_matching, self.version and f"version {self.version}"]
        return ", ".join(filter(None, [*parts, self.environment])) or "everything"


@dataclass(frozen=True, slots=True)
class ExampleTrace:
    """A trace that shows what a value is about: its longest that `failed`, or that did not (`slow`)."""

    kind: str
    trace_id: str
    duration_ns: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """The statement behind a value and what is in its `{name:Type}` places: it can be asked again as it is."""

    sql: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """What an objective came to: a value, or an `outcome` and the reason why there is none.

    `requests` is how many it comes from, null where it is not made of requests.
    """

    value: float | None
    requests: float | None = None
    outcome: str = ""
    reason: str = ""
    exemplars: list[ExampleTrace] = field(default_factory=list)
    resolved: Resolved | None = None


class Measurer:
    """Ask the engine, at most two questions at the same time; any thread may call."""

    def __init__(self, engine: Engine, read_metric: ReadMetric, delivery: Delivery) -> None:
        self._engine = engine
        self._read_metric = read_metric
        self._delivery = delivery

    def measure(self, objectives: Sequence[tuple[Objective, Subject]]) -> list[Measured]:
        """Return what each objective came to, in their order.

        Operations of a service are asked for together, and what is of the same spans is asked for once.
        """
        asked: dict[Subject, dict[str, set[float]]] = {}
        for objective, subject in objectives:
            if isinstance(objective.source, ServiceMeasure):
                quantiles = asked.setdefault(_common(subject), {}).setdefault(subject.operation, set())
                quantiles.update([objective.source.quantile] if objective.source.quantile else [])
        with ThreadPoolExecutor(2, thread_name_prefix="gate") as threads:
            services = {common: threads.submit(_service, self._engine, common, asked[common]) for common in asked}
            others = {
                number: threads.submit(self._other, objective, subject)
                for number, (objective, subject) in enumerate(objectives)
                if not isinstance(objective.source, ServiceMeasure)
            }
            return [
                others[number].result()
                if number in others
                else _of_service(objective, subject, services[_common(subject)].result()[subject.operation])
                for number, (objective, subject) in enumerate(objectives)
            ]

    def _other(self, objective: Objective, subject: Subject) -> Measured:
        try:
            match objective.source:
                case StoredMetric():
                    return self._metric(objective.source, subject)
                case DoraMeasure():
                    return self._dora(objective.source, subject)
                case SqlStatement():
                    return self._sql(objective.source, subject)
                case _:
                    raise AssertionError(objective.source)
        except AssayError as error:
            return _broken(error)

    def _metric(self, source: StoredMetric, subject: Subject) -> Measured:
        filters = {"deployment.environment.name": subject.environment, "service.version": subject.version}
        conditions = [*source.attributes, *(f"{key}={value}" for key, value in filters.items() if value)]
        try:
            found = self._read_metric(
                source.name,
                source.aggregation,
                service=subject.service,
                conditions=conditions,
                start_ns=subject.start_ns,
                end_ns=subject.end_ns,
            )
        except NotFound as error:
            return Measured(None, outcome="no_data", reason=error.message)
        resolved = Resolved(found.statement, found.parameters)
        if found.value is None or math.isnan(found.value):
            return Measured(
                None, outcome="no_data", reason=f"no point of {source.name} meets the conditions", resolved=resolved
            )
        sent, factor = quantity_of(found.unit)
        wanted, _ = quantity_of(source.unit)
        counts = source.aggregation in ("rate", "count")
        if source.unit and not counts and wanted != sent:
            reason = f"{source.name} is sent in {found.unit or 'no unit'!r}, and the objective says {source.unit!r}"
            return Measured(None, outcome="broken_query", reason=reason, resolved=resolved)
        return Measured(found.value * factor if source.unit and not counts else found.value, resolved=resolved)

    def _dora(self, source: DoraMeasure, subject: Subject) -> Measured:
        self._delivery.refresh()
        before = max(0, 2 * subject.start_ns - subject.end_ns)
        environment = subject.environment or _DEFAULT_ENVIRONMENT
        question = dora.Question(subject.start_ns, subject.end_ns, before, service=subject.service, environment=environment)
        found = [each for each in dora.measure(self._engine, question) if each.name == subject.service]
        value = found[0].metrics[source.name] if found else None
        if value is None or value.value is None:
            reason = f"no {source.name} is known of {subject.service} in {environment} in this time"
            return Measured(None, outcome="no_data", reason=reason)
        # Deployments are told by the day, and rates are by the second inside.
        return Measured(value.value / 86400 if source.name == "deployments_per_day" else value.value)

    def _sql(self, source: SqlStatement, subject: Subject) -> Measured:
        filled = {name: getattr(subject, name) for name in source.parameters}
        resolved = Resolved(source.sql, filled)
        try:
            answer = self._engine.query_untrusted(source.sql, filled)
        except AssayError as error:
            return _broken(error, resolved)
        assert not isinstance(answer, bytes)
        if not answer.rows:
            return Measured(None, outcome="no_data", reason="the statement gives no row", resolved=resolved)
        if len(answer.rows) > 1 or len(answer.columns) > 1:
            reason = f"the statement gives {len(answer.rows)} rows of {len(answer.columns)} columns, not one number"
            return Measured(None, outcome="broken_query", reason=reason, resolved=resolved)
        value = answer.rows[0][0]
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return Measured(None, outcome="no_data", reason="the statement gives no value", resolved=resolved)
        if not isinstance(value, int | float) or math.isinf(value):
            return Measured(None, outcome="broken_query", reason=f"the statement gives {value!r}, no number", resolved=resolved)
        return Measured(value * source.factor, resolved=resolved)


def is_known(engine: Engine, service: str) -> bool:
    """Return whether anything of the service is stored."""
    return bool(engine.query(load(FOLDER, "find_service"), {"service": service}).rows)


def list_services(engine: Engine) -> list[str]:
    """Return the names of services of which spans are stored."""
    return [name for (name,) in engine.query(load(FOLDER, "list_services")).rows]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the spans of an operation came to: `percentiles` in nanoseconds by quantile, `row` is that of the statement."""

    percentiles: Mapping[float, float]
    row: Mapping[str, Any]
    resolved: Resolved


def _common(subject: Subject) -> Subject:
    """Return what can be asked for together with others: any operation of it, but one pattern, as that may be wrong."""
    return replace(subject, operation="", stage="")


def _service(engine: Engine, subject: Subject, asked: Mapping[str, set[float]]) -> dict[str, _Found | Measured]:
    """Return what was found by operation, or why there is nothing; `asked` has the quantiles of each."""
    statement = load(FOLDER, "read_service")

    def fill(operations: Iterable[str], quantiles: Iterable[float]) -> dict[str, Any]:
        return {
            "service": subject.service,
            "operations": list(operations),
            "operation_matching": subject.operation_matching,
            "environment": subject.environment,
            "version": subject.version,
            "quantiles": sorted(quantiles),
            "start": subject.start_ns,
            "end": subject.end_ns,
        }

    resolved = {operation: Resolved(statement.text, fill([operation], quantiles)) for operation, quantiles in asked.items()}
    parameters = fill(asked, set().union(*asked.values()))
    try:
        rows = {row["operation"]: row for row in engine.query(statement, parameters).dicts()}
    except AssayError as error:
        return {operation: _broken(error, resolved[operation]) for operation in asked}
    nothing = {"requests": 0, "percentiles": [math.nan] * len(parameters["quantiles"])}
    found: dict[str, _Found | Measured] = {}
    for operation in asked:
        row = rows.get(operation, nothing)
        percentiles = dict(zip(parameters["quantiles"], row["percentiles"], strict=True))
        found[operation] = _Found(percentiles, row, resolved[operation])
    return found


def _of_service(objective: Objective, subject: Subject, found: _Found | Measured) -> Measured:
    if isinstance(found, Measured):
        return found
    row, resolved = found.row, found.resolved
    assert isinstance(objective.source, ServiceMeasure)
    requests, name = row["requests"], objective.source.name
    if not requests:
        return Measured(None, 0.0, "no_data", f"no request of {subject.said} in this time", resolved=resolved)
    if name == "throughput":
        return Measured(requests / subject.seconds, requests, resolved=resolved)
    if row["received"] < objective.minimum_requests:
        # What a sampled span stands for makes a number larger and no surer.
        sampled = f" stand for {requests:g} requests" if requests > row["received"] else ""
        reason = (
            f"{row['received']} spans of {subject.said}{sampled}, and fewer than {objective.minimum_requests} say too little"
        )
        return Measured(None, requests, "too_few_requests", reason, _exemplars(row, name), resolved)
    value = {"error_rate": row["errors"] / requests, "availability": (requests - row["errors"]) / requests}.get(name)
    if value is None:
        value = found.percentiles[objective.source.quantile] / _SECOND
    return Measured(value, requests, exemplars=_exemplars(row, name), resolved=resolved)


def _exemplars(row: Mapping[str, Any], name: str) -> list[ExampleTrace]:
    """Give the traces that an objective is about: those that failed, or for a latency the longest of all."""
    failed = _longest(row["failed"], "failed")
    if name in ("error_rate", "availability"):
        return failed
    return sorted([*_longest(row["slowest"], "slow"), *failed], key=lambda each: -each.duration_ns)[:3]


def _longest(pairs: Iterable[tuple[int, str]], kind: str) -> list[ExampleTrace]:
    return [ExampleTrace(kind, trace_id, -negative) for negative, trace_id in pairs if trace_id]


def _broken(error: AssayError, resolved: Resolved | None = None) -> Measured:
    return Measured(None, outcome="broken_query", reason=str(error), resolved=resolved)
