"""What an objective can measure: service metrics, a stored metric, a measure of delivery, or a statement in SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from assay.core.refusals import refuse, refuse_unknown
from assay.core.statement import Statement
from assay.quality.dora import METRICS
from assay.quality.gates.criterion import CODE
from assay.quality.gates.units import Quantity, quantity_of

SOURCES = ("measure", "metric", "dora", "sql")
MEASURES = ("error_rate", "availability", "throughput", "latency_p50", "latency_p95", "latency_p99")
PARAMETERS = ("service", "operation", "environment", "version", "stage", "start_ns", "end_ns")
"""What a statement may ask for in its `{name:Type}` places."""
AGGREGATIONS = ("avg", "min", "max", "last", "sum", "increase", "rate", "count")

_LATENCY = re.compile(r"latency_p(\d{1,2}(\.\d{1,3})?)", re.ASCII)
_PERCENTILE = re.compile(r"p(\d{1,2}(\.\d{1,3})?|100)", re.ASCII)
_METRIC = ("name", "aggregation", "attributes")
_DORA_QUANTITIES = {
    "deployments_per_day": "rate",
    "deployment_days_per_week": "number",
    "change_failure_rate": "share",
    "rework_rate": "share",
}


@dataclass(frozen=True, slots=True)
class ServiceMeasure:
    """A measure of all spans of a service; `quantile` is that of a latency, from 0 to 1."""

    name: str
    quantile: float = 0.0

    @property
    def label(self) -> str:
        """Say what is measured; the same text only for the same."""
        return self.name


@dataclass(frozen=True, slots=True)
class StoredMetric:
    """An aggregate of a metric over the window; `unit` is what the objective says that it is in, empty if nothing."""

    name: str
    aggregation: str
    attributes: tuple[str, ...]
    unit: str

    @property
    def label(self) -> str:
        return " ".join([f"{self.aggregation}({self.name})", *self.attributes])


@dataclass(frozen=True, slots=True)
class DoraMeasure:
    name: str

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """A SELECT that gives one number; `factor` makes it one in the unit inside."""

    sql: str
    parameters: Mapping[str, str]
    factor: float
    name: str = "sql"

    @property
    def label(self) -> str:
        return self.sql


Source: TypeAlias = ServiceMeasure | StoredMetric | DoraMeasure | SqlStatement


def parse_source(given: Mapping[str, Any], at: str) -> tuple[Source, Quantity]:
    """Read what an objective measures.

    Raises:
        InvalidInput: it names nothing or several things, or one that is not known.
    """
    named = [name for name in SOURCES if name in given]
    if len(named) != 1:
        reason = f"{' and '.join(named)} exclude each other" if named else "it does not say what to measure"
        raise refuse(CODE, f"{at}.{named[1]}" if named else at, reason, f"write one of {', '.join(SOURCES)}")
    if "unit" in given and named[0] in ("measure", "dora"):
        raise refuse(CODE, f"{at}.unit", f"the unit of a {named[0]} is known", "leave it out")
    where = f"{at}.{named[0]}"
    value = given[named[0]]
    match named[0]:
        case "measure":
            return _measure(value, where)
        case "metric":
            return _metric(value, _unit(given, at), where)
        case "dora":
            if value not in METRICS:
                raise refuse(CODE, where, f"{value!r} is not known", f"known are {', '.join(METRICS)}")
            return DoraMeasure(value), Quantity(_DORA_QUANTITIES.get(value, "time"))
        case _:
            return _sql(value, _unit(given, at), where)


def _measure(value: Any, at: str) -> tuple[Source, Quantity]:
    if isinstance(value, str) and (match := _LATENCY.fullmatch(value)):
        return ServiceMeasure(value, float(match[1]) / 100), Quantity("time")
    if value not in ("error_rate", "availability", "throughput"):
        hint = "use error_rate, availability, throughput, or a latency such as latency_p95"
        raise refuse(CODE, at, f"{value!r} is no measure", hint)
    return ServiceMeasure(value), Quantity("rate" if value == "throughput" else "share")


def _metric(value: Any, unit: str, at: str) -> tuple[Source, Quantity]:
    given = {"name": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise refuse(CODE, at, "it names no metric", "write metric: {name: queue.depth, aggregation: max}")
    refuse_unknown(CODE, given, _METRIC, at)
    aggregation = given.get("aggregation", "avg")
    if aggregation not in AGGREGATIONS and not (isinstance(aggregation, str) and _PERCENTILE.fullmatch(aggregation)):
        hint = f"use {', '.join(AGGREGATIONS)}, or a percentile such as p95"
        raise refuse(CODE, f"{at}.aggregation", f"{aggregation!r} is not known", hint)
    attributes = given.get("attributes", [])
    if not isinstance(attributes, list) or not all(isinstance(each, str) for each in attributes):
        raise refuse(CODE, f"{at}.attributes", "it is no list of conditions", 'write attributes: ["queue=orders"]')
    quantity = Quantity("rate" if aggregation == "rate" else "number") if not unit else quantity_of(unit)[0]
    return StoredMetric(given["name"], aggregation, tuple(attributes), unit), quantity


def _sql(value: Any, unit: str, at: str) -> tuple[Source, Quantity]:
    if not isinstance(value, str) or not value.strip():
        raise refuse(CODE, at, "it is no text", "write a SELECT that gives one number")
    statement = Statement.parse("gate", value)
    for name in statement.parameters:
        if name not in PARAMETERS:
            raise refuse(CODE, at, f"nothing fills {{{name}}}", f"known are {', '.join(PARAMETERS)}")
    quantity, factor = quantity_of(unit)
    return SqlStatement(value.strip().removesuffix(";"), statement.parameters, factor), quantity


def _unit(given: Mapping[str, Any], at: str) -> str:
    unit = given.get("unit", "")
    if not isinstance(unit, str):
        raise refuse(CODE, f"{at}.unit", f"{unit!r} is no unit", "write such as ms, s, %, B or /s")
    return unit
