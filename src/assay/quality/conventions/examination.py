"""What the rules find in a time range, and the score that it makes for each service."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import Statement, load
from assay.quality.conventions.rule import Rule, rules

FORMULA = "score = 100 * sum(weight * (1 - found / checked)) / sum(weight), over the rules that apply to the service"

_SECOND = 1_000_000_000
_AROUND_NS = 3600 * _SECOND
_SETTLED_NS = 60 * _SECOND
_LATEST_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Question:
    """What to look at: spans, logs and metrics from `start_ns` up to `end_ns`, of `service` or, if it is empty, of all.

    About `max_spans` spans at most are looked at, whole traces by a hash of their ids. A span that was received less than a
    minute before `now_ns` is not asked for its parent, which may be on its way.
    """

    start_ns: int
    end_ns: int
    now_ns: int
    service: str = ""
    max_spans: int = 200_000
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Offender:
    """What is wrong, what to do `instead`, how often it was found, and up to three traces to look at."""

    subject: str
    instead: str
    found: int
    traces: list[str]


@dataclass(frozen=True, slots=True)
class Result:
    """One rule on one service: `found` of `checked` are wrong, which costs `cost` points of the score."""

    rule: str
    title: str
    topic: str
    weight: int
    checked: int
    found: int
    cost: float
    change: str
    offenders: list[Offender]


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its score, 0 to 100; null if nothing could be checked, and `why_no_score` says why.

    `looked_at` of its `spans` that are stored were in the sample. `results` has the rules that apply, the costliest first.
    """

    name: str
    score: float | None
    why_no_score: str
    spans: int
    looked_at: int
    log_records: int
    metric_points: int
    results: list[Result]


@dataclass(frozen=True, slots=True)
class Explained:
    """The statement of a rule and the values of its `{name:Type}` places: it can be asked again as it is."""

    rule: str
    sql: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Examination:
    """All services that sent something, by name; one in `one_in` traces was looked at."""

    services: list[Service]
    spans: int
    looked_at: int
    one_in: int
    statements: list[Explained]


def examine(engine: Engine, question: Question) -> Examination:
    """Ask every rule (or those of the question) and work out the scores; no service is left out for want of data."""
    counting = load("assay.quality.conventions", "count_spans")
    one_in = 1
    counts = _ask(engine, counting, _parameters(question, one_in))
    if (total := sum(row["spans"] for row in counts)) > question.max_spans:
        one_in = -(-total // question.max_spans)
        counts = _ask(engine, counting, _parameters(question, one_in))
    asked = question.rules or rules()
    statements = [
        Explained(rule.name, rule.statement.text, _fitting(rule.statement, _parameters(question, one_in))) for rule in asked
    ]
    found: dict[str, list[tuple[Rule, dict[str, Any]]]] = {}
    for rule, explained in zip(asked, statements, strict=True):
        for row in engine.query(explained.sql, explained.parameters).dicts():
            found.setdefault(row["service"], []).append((rule, row))
    services = [_service(row, found.get(row["service"], [])) for row in counts]
    return Examination(services, total, sum(row["looked_at"] for row in counts), one_in, statements)


def _parameters(question: Question, one_in: int) -> dict[str, Any]:
    return {
        "start": question.start_ns,
        "end": question.end_ns,
        "around_start": max(0, question.start_ns - _AROUND_NS),
        "around_end": min(_LATEST_NS, question.end_ns + _AROUND_NS),
        "settled": max(0, question.now_ns - _SETTLED_NS),
        "service": question.service,
        "one_in": one_in,
    }


def _fitting(statement: Statement, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name in statement.parameters}


def _ask(engine: Engine, statement: Statement, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    return engine.query(statement, _fitting(statement, parameters)).dicts()


def _service(counts: Mapping[str, Any], found: list[tuple[Rule, dict[str, Any]]]) -> Service:
    weights = sum(rule.weight for rule, _ in found)
    results = sorted(_results(found, weights), key=lambda result: (-result.cost, -result.weight, result.rule))
    return Service(
        name=counts["service"],
        score=_score(results) if results else None,
        why_no_score="" if results else _why_no_score(counts),
        spans=counts["spans"],
        looked_at=counts["looked_at"],
        log_records=counts["log_records"],
        metric_points=counts["metric_points"],
        results=results,
    )


def _score(results: list[Result]) -> float:
    # Rounded down: nothing that is wrong is hidden behind 100.
    return math.floor(round(10 * (100 - sum(result.cost for result in results)), 6)) / 10


def _results(found: list[tuple[Rule, dict[str, Any]]], weights: int) -> Iterator[Result]:
    for rule, row in found:
        yield Result(
            rule=rule.name,
            title=rule.title,
            topic=rule.topic,
            weight=rule.weight,
            checked=row["checked"],
            found=row["found"],
            cost=100 * rule.weight * row["found"] / row["checked"] / weights,
            change=rule.change,
            offenders=[Offender(*offender) for offender in row["offenders"]],
        )


def _why_no_score(counts: Mapping[str, Any]) -> str:
    if counts["spans"] and not counts["looked_at"]:
        return "none of its traces is in the sample; ask for this service alone"
    return "no rule applies to what it sent"
