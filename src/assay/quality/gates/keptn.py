"""Read an slo.yaml of Keptn v1 as a gate, and say what it leaves to its owner."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.refusals import refuse, refuse_unknown

_CODE = "slo_invalid"
_TOP = ("spec_version", "filter", "comparison", "objectives", "total_score")
_OBJECTIVE = ("sli", "displayName", "pass", "warning", "weight", "key_sli")
_COMPARISON = ("compare_with", "number_of_comparison_results", "include_result_with_score", "aggregate_function")
_CRITERION = re.compile(r"(<=|>=|<|>|=) *([+-]?) *(\d+(?:\.\d+)?) *(%?)")
_AGGREGATES = {"avg": "mean", "p50": "median", "p90": "max", "p95": "max"}
_KNOWN = {
    "error_rate": ("error_rate", "%"),
    "availability": ("availability", "%"),
    "throughput": ("throughput", "/s"),
}
_RESPONSE_TIME = re.compile(r"(?:response_time|latency|responsetime)_?p(\d\d)")


def import_slo(given: Any, name: str) -> tuple[dict[str, Any], list[str]]:
    """Return the gate that an slo.yaml stands for, as its document, and notes on what Keptn leaves open or does otherwise.

    Raises:
        InvalidInput: it is no slo.yaml of Keptn v1; the message begins with the path of the key.
    """
    if not isinstance(given, dict) or not isinstance(given.get("objectives"), list):
        raise InvalidInput(_CODE, "objectives: there are none", "give an slo.yaml of Keptn with objectives")
    refuse_unknown(_CODE, given, _TOP, "")
    notes: list[str] = []
    objectives = [_objective(each, f"objectives[{number}]", notes) for number, each in enumerate(given["objectives"])]
    gate: dict[str, Any] = {"kind": "gate", "name": name, "objectives": objectives}
    if given.get("filter"):
        notes.append("filter: write service, environment or operation in the gate instead")
    if score := given.get("total_score"):
        if not isinstance(score, dict):
            raise refuse(_CODE, "total_score", "it is no mapping", 'write {pass: "90%", warning: "75%"}')
        refuse_unknown(_CODE, score, ("pass", "warning"), "total_score")
        gate["score"] = {"pass": score.get("pass", "90%"), "warn": score.get("warning", "75%")}
    if comparison := given.get("comparison"):
        gate["baseline"] = _baseline(comparison, notes)
    if any("of baseline" in str(each) for each in objectives):
        notes.append("without earlier evaluations a relative criterion passes in Keptn; here it fails; see undecided")
    return gate, notes


def _objective(given: Any, at: str, notes: list[str]) -> dict[str, Any]:
    if not isinstance(given, dict) or not isinstance(given.get("sli"), str):
        raise refuse(_CODE, f"{at}.sli", "it is missing", "name an indicator")
    refuse_unknown(_CODE, given, _OBJECTIVE, at)
    sli = given["sli"]
    source, unit = _source(sli, at, notes)
    objective: dict[str, Any] = {"name": given.get("displayName") or sli, **source}
    for level, name in (("pass", "pass"), ("warning", "warn")):
        if groups := given.get(level):
            objective[name] = _target(groups, unit, f"{at}.{level}")
    if "warn" in objective and "pass" not in objective:
        notes.append(f"{at}: it has a warning but no pass, and is only shown")
        del objective["warn"]
    if given.get("weight", 1) != 1:
        objective["weight"] = given["weight"]
    if given.get("key_sli"):
        objective["key"] = True
    return objective


def _source(sli: str, at: str, notes: list[str]) -> tuple[dict[str, Any], str]:
    if match := _RESPONSE_TIME.fullmatch(sli):
        notes.append(f"{at}: numbers without a unit are read as milliseconds")
        return {"measure": f"latency_p{match[1]}"}, "ms"
    if sli in _KNOWN:
        measure, unit = _KNOWN[sli]
        notes.append(f"{at}: numbers without a unit are read as {'percent' if unit == '%' else 'requests per second'}")
        return {"measure": measure}, unit
    notes.append(f"{at}: {sli} is read as a stored metric of that name, its average; check that, or write measure: or sql:")
    return {"metric": {"name": sli, "aggregation": "avg"}}, ""


def _target(groups: Any, unit: str, at: str) -> Any:
    if not isinstance(groups, list):
        raise refuse(_CODE, at, "it is no list", 'write - criteria: ["<=500"]')
    made = []
    for number, group in enumerate(groups):
        criteria = group.get("criteria") if isinstance(group, dict) else None
        if not isinstance(criteria, list) or not criteria:
            raise refuse(_CODE, f"{at}[{number}]", "it has no criteria", 'write criteria: ["<=500"]')
        made.append([_criterion(each, unit, f"{at}[{number}].criteria[{place}]") for place, each in enumerate(criteria)])
    if len(made) > 1:
        return {"any": [each[0] if len(each) == 1 else each for each in made]}
    return made[0][0] if len(made[0]) == 1 else made[0]


def _criterion(text: Any, unit: str, at: str) -> str:
    match = _CRITERION.fullmatch(str(text).strip())
    if match is None:
        raise refuse(_CODE, at, f"{text!r} is no criterion", "write such as <=500 or <=+10%")
    operator, sign, number, percent = match.groups()
    if percent and not sign:
        raise refuse(_CODE, at, f"{text!r} is relative and has no sign", "write + or - before the number")
    if sign:
        shift = "pp" if unit == "%" else unit
        return f"{operator} {sign}{number}{percent or shift} of baseline"
    return f"{operator} {number}{unit}"


def _baseline(given: Any, notes: list[str]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise refuse(_CODE, "comparison", "it is no mapping", "write number_of_comparison_results: 3")
    refuse_unknown(_CODE, given, _COMPARISON, "comparison")
    several = given.get("compare_with", "single_result") == "several_results"
    function = given.get("aggregate_function", "avg")
    if not isinstance(function, str) or function not in _AGGREGATES:
        raise refuse(_CODE, "comparison.aggregate_function", f"{function!r} is not known", f"use {', '.join(_AGGREGATES)}")
    if function in ("p90", "p95") and several:
        notes.append(f"comparison: {function} of a few results is read as the highest of them")
    if given.get("include_result_with_score", "all") != "pass":
        notes.append("comparison: only evaluations that passed are compared with, whatever include_result_with_score says")
    number = given.get("number_of_comparison_results", 1)
    if not isinstance(number, int):
        raise refuse(_CODE, "comparison.number_of_comparison_results", f"{number!r} is no number", "write such as 3")
    return {
        "evaluations": number if several else 1,
        "aggregate": _AGGREGATES[function],
    }
