"""A gate as its owners write it: objectives with criteria, and what becomes of those that cannot be decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from assay.core.refusals import refuse, refuse_together, refuse_unknown, refuse_wrong
from assay.quality.documents import Document
from assay.quality.gates.criterion import CODE, Target, parse_target
from assay.quality.gates.sources import SOURCES, DoraMeasure, ServiceMeasure, Source, parse_source
from assay.quality.gates.units import Quantity, parse_window

UNDECIDED = ("no_data", "too_few_requests", "zero_baseline", "missing_baseline", "broken_query")
"""Outcomes of an objective that nobody can call passed or failed."""
CONSEQUENCES = ("fail", "warn", "ignore")
"""What an undecided objective counts as; `ignore` leaves it out of the result, and says so."""
FILTERS = ("service", "operation", "operation_matching", "environment", "version")
AGGREGATES = ("mean", "median", "min", "max")

_GATE = (
    "kind", "name", "description", "type", "stage", *FILTERS, "window", "minimum_requests", "objectives", "score", "baseline",
    "undecided",
)  # fmt: skip
_OBJECTIVE = (
    "name", *SOURCES, "unit", "pass", "warn", "weight", "key", *FILTERS, "window", "minimum_requests", "stages", "undecided",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:-]{0,99}")
_DEFAULT_WINDOW_SECONDS, _DEFAULT_DORA_SECONDS, _LONGEST_SECONDS = 900, 30 * 86400, 400 * 86400
_DEFAULT_REQUESTS = 20


@dataclass(frozen=True, slots=True)
class Objective:
    """One thing that is measured and what it must be; without `passing` it is only shown.

    `filters` have what the document says, of the objective or else of its gate; `own` are the names of those of the objective.
    `window_seconds` is 0 where the question's or the gate's counts. `undecided` has a consequence for each of `UNDECIDED`.
    """

    name: str
    at: str
    source: Source
    quantity: Quantity
    passing: Target | None
    warning: Target | None
    weight: float
    is_key: bool
    filters: Mapping[str, str]
    own: frozenset[str]
    window_seconds: int
    minimum_requests: int
    stages: tuple[str, ...]
    undecided: Mapping[str, str]

    @property
    def is_relative(self) -> bool:
        """Whether a criterion compares with a baseline."""
        targets = [target for target in (self.passing, self.warning) if target]
        return any(criterion.is_relative for target in targets for criterion in target)


@dataclass(frozen=True, slots=True)
class Score:
    """Percentages of the weights from which on a gate passes, or passes with a warning."""

    passing: float
    warning: float


@dataclass(frozen=True, slots=True)
class BaselineRule:
    """What is compared with: the `aggregate` of the last `evaluations` that passed, of which there must be `minimum`."""

    evaluations: int = 5
    minimum: int = 1
    aggregate: str = "median"


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate. Without `score` it is as good as its worst objective. `type` and `stage` are labels of its results."""

    name: str
    description: str
    type: str
    stage: str
    window_seconds: int
    objectives: tuple[Objective, ...]
    score: Score | None
    baseline: BaselineRule
    document: Document

    def written(self, key: str) -> str:
        """Return what the document says of the whole gate, such as its `service`; empty if nothing."""
        return str(self.document.content.get(key, "")).strip()


def parse_gate(document: Document) -> Gate:
    """Read a document of the kind `gate`.

    Raises:
        InvalidInput: keys are unknown or values do not fit; each message begins with the path of the key.
    """
    given = document.content
    parts: dict[str, Callable[[], object]] = {
        "name": partial(_name, given),
        **{key: partial(_text, given, key, "") for key in ("description", "type", "stage", *FILTERS)},
        "window": partial(_window, given, ""),
        "score": partial(_score, given.get("score")),
        "baseline": partial(_baseline, given.get("baseline")),
        "undecided": partial(_undecided, given, ""),
        "minimum_requests": partial(_number, given, "minimum_requests", "", _DEFAULT_REQUESTS),
        "objectives": partial(_objectives, given),
    }
    refuse_wrong(CODE, given, _GATE, "", parts)
    objectives = _objectives(given)
    _check_together(objectives)
    return Gate(
        name=_name(given),
        description=_text(given, "description", ""),
        type=_text(given, "type", "") or "performance",
        stage=_text(given, "stage", ""),
        window_seconds=_window(given, "") or _DEFAULT_WINDOW_SECONDS,
        objectives=objectives,
        score=_score(given.get("score")),
        baseline=_baseline(given.get("baseline")),
        document=document,
    )


def window_of(objective: Objective, gate: Gate, asked_seconds: int) -> int:
    """Return the seconds that an objective looks at: its own, else those asked for, else those of the gate.

    Delivery is measured over 30 days unless the objective itself says otherwise.
    """
    if objective.window_seconds:
        return objective.window_seconds
    if isinstance(objective.source, DoraMeasure):
        return _DEFAULT_DORA_SECONDS
    return asked_seconds or gate.window_seconds


def _name(given: Mapping[str, Any]) -> str:
    name = _text(given, "name", "", required=True)
    if not _NAME.fullmatch(name):
        raise refuse(CODE, "name", f"{name!r} is no name", "use letters, digits, spaces and . _ : -")
    return name


def _objectives(given: Mapping[str, Any]) -> tuple[Objective, ...]:
    listed = given.get("objectives")
    if not isinstance(listed, list) or not listed:
        raise refuse(CODE, "objectives", "there is none", "write a list with - measure: error_rate and such")
    reads = [partial(_objective, each, given, f"objectives[{number}]") for number, each in enumerate(listed)]
    refuse_together(*reads)
    return tuple(read() for read in reads)


def _objective(given: Any, gate: Mapping[str, Any], at: str) -> Objective:
    if not isinstance(given, dict):
        raise refuse(CODE, at, "it is no mapping", "write - measure: error_rate and its criteria")
    parts: dict[str, Callable[[], object]] = {
        next((key for key in SOURCES if key in given), "measure"): partial(_measured, given, at),
        "stages": partial(_stages, given, at),
        "weight": partial(_number, given, "weight", at, 1.0),
        "key": partial(_flag, given, "key", at),
        "window": partial(_window, given, at),
        "undecided": partial(_undecided, given, at),
        **{key: partial(_text, given, key, at) for key in ("name", *FILTERS)},
    }
    refuse_wrong(CODE, given, _OBJECTIVE, at, parts)
    source, quantity, passing, warning = _measured(given, at)
    own = {name: _text(given, name, at) for name in FILTERS if name in given}
    common = {name: _text(gate, name, "") for name in FILTERS if name in gate}
    least, where = (given, at) if "minimum_requests" in given else (gate, "")
    return Objective(
        name=_text(given, "name", at) or source.name,
        at=at,
        source=source,
        quantity=quantity,
        passing=passing,
        warning=warning,
        weight=_number(given, "weight", at, 1.0),
        is_key=_flag(given, "key", at),
        filters={**common, **own},
        own=frozenset(own),
        window_seconds=_window(given, at),
        minimum_requests=int(_number(least, "minimum_requests", where, _DEFAULT_REQUESTS)),
        stages=_stages(given, at),
        undecided={**dict.fromkeys(UNDECIDED, "fail"), **_undecided(gate, ""), **_undecided(given, at)},
    )


def _measured(given: Mapping[str, Any], at: str) -> tuple[Source, Quantity, Target | None, Target | None]:
    """Return what is measured and what it must be; a criterion can only be read if it is known of what."""
    source, quantity = parse_source(given, at)
    reads = {
        level: partial(parse_target, given[level], quantity, f"{at}.{level}") for level in ("pass", "warn") if level in given
    }
    refuse_together(*reads.values())
    passing, warning = (reads[level]() if level in reads else None for level in ("pass", "warn"))
    _refuse_tests(source, passing, warning, at)
    if warning and not passing:
        raise refuse(CODE, f"{at}.warn", "there is no pass beside it", "write pass: what is good without a warning")
    return source, quantity, passing, warning


def _stages(given: Mapping[str, Any], at: str) -> tuple[str, ...]:
    stages = given.get("stages", [])
    if not isinstance(stages, list) or not all(isinstance(each, str) for each in stages):
        raise refuse(CODE, f"{at}.stages", "it is no list of names", "write stages: [pre_production]")
    return tuple(stages)


def _refuse_tests(source: Source, passing: Target | None, warning: Target | None, at: str) -> None:
    for level, target in (("pass", passing), ("warn", warning)):
        if not isinstance(source, ServiceMeasure) and any(criterion.kind == "test" for criterion in target or ()):
            hint = "use a measure, or '<= +10% of baseline' for what passed before"
            raise refuse(CODE, f"{at}.{level}", "only a measure of a service can be tested against another", hint)


def _check_together(objectives: tuple[Objective, ...]) -> None:
    seen: dict[str, Objective] = {}
    for each in objectives:
        if each.name in seen:
            raise refuse(CODE, each.at, f"{each.name!r} is there twice", "give one of them another name")
        seen[each.name] = each
    if not any(each.passing and each.weight > 0 for each in objectives):
        raise refuse(CODE, "objectives", "none has criteria and a weight, so the gate could never fail", 'write pass: "<= 1%"')


def _undecided(given: Mapping[str, Any], at: str) -> dict[str, str]:
    where = f"{at}.undecided".lstrip(".")
    written = given.get("undecided", {})
    if not isinstance(written, dict):
        raise refuse(CODE, where, "it is no mapping", "write undecided: {no_data: warn}")
    refuse_unknown(CODE, written, UNDECIDED, where)
    for outcome, consequence in written.items():
        if consequence not in CONSEQUENCES:
            hint = f"use {', '.join(CONSEQUENCES)}; nothing that is not known can pass"
            raise refuse(CODE, f"{where}.{outcome}", f"{consequence!r} is not possible", hint)
    return dict(written)


def _score(given: Any) -> Score | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise refuse(CODE, "score", "it is no mapping", "write score: {pass: 90%, warn: 75%}")
    refuse_unknown(CODE, given, ("pass", "warn"), "score")
    passing = _percentage(given.get("pass"), "score.pass")
    warning = _percentage(given["warn"], "score.warn") if "warn" in given else passing
    if warning > passing:
        raise refuse(CODE, "score.warn", "it is above pass", "a warning begins below what passes")
    return Score(passing, warning)


def _percentage(given: Any, at: str) -> float:
    match = re.fullmatch(r"(\d+(\.\d+)?) ?%", given.strip()) if isinstance(given, str) else None
    if match is None or not 0 < float(match[1]) <= 100:
        raise refuse(CODE, at, f"{given!r} is no percentage above 0", "write such as 90%")
    return float(match[1])


def _baseline(given: Any) -> BaselineRule:
    if given is None:
        return BaselineRule()
    if not isinstance(given, dict):
        raise refuse(CODE, "baseline", "it is no mapping", "write baseline: {evaluations: 5, aggregate: median}")
    refuse_unknown(CODE, given, ("evaluations", "minimum", "aggregate"), "baseline")
    evaluations = int(_number(given, "evaluations", "baseline", 5, least=1, most=100))
    minimum = int(_number(given, "minimum", "baseline", 1, least=1, most=evaluations))
    aggregate = given.get("aggregate", "median")
    if aggregate not in AGGREGATES:
        raise refuse(CODE, "baseline.aggregate", f"{aggregate!r} is not known", f"use {', '.join(AGGREGATES)}")
    return BaselineRule(evaluations, minimum, aggregate)


def _text(given: Mapping[str, Any], name: str, at: str, *, required: bool = False) -> str:
    value = given.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or not value.strip():
        hint = f"write {name}: and text" + (", in quotes if it looks like a number" if value is not None else "")
        raise refuse(CODE, f"{at}.{name}".lstrip("."), "it is missing" if value is None else f"{value!r} is no text", hint)
    return value.strip()


def _number(given: Mapping[str, Any], name: str, at: str, otherwise: float, *, least: float = 0, most: float = 1e9) -> float:
    value = given.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise refuse(
            CODE,
            f"{at}.{name}".lstrip("."),
            f"{value!r} is no number from {least:g} to {most:g}",
            f"write {name}: {otherwise:g}",
        )
    return value


def _flag(given: Mapping[str, Any], name: str, at: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise refuse(CODE, f"{at}.{name}", f"{value!r} is neither true nor false", "write true or false")
    return value


def _window(given: Mapping[str, Any], at: str) -> int:
    if "window" not in given:
        return 0
    try:
        seconds = parse_window(str(given["window"]))
        if seconds > _LONGEST_SECONDS:
            raise ValueError("it is more than 400 days")
    except ValueError as error:
        raise refuse(CODE, f"{at}.window".lstrip("."), str(error), "write whole minutes, such as 15m, 2h or 7d") from None
    return seconds
