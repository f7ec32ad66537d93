from __future__ import annotations

import contextlib
import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InvalidInput
from assay.quality.documents import Document, locate
from assay.quality.gates import parse_gate
from assay.quality.gates.keptn import import_slo

GATE = """
kind: gate
name: release
description: text
type: performance
stage: production
service: orders
operation_matching: ^GET
window: 15m
minimum_requests: 5
undecided: {no_data: warn}
score: {pass: 90%, warn: 75%}
baseline: {evaluations: 3, minimum: 1, aggregate: mean}
objectives:
- {name: a, measure: latency_p99.9, pass: {any: ["<= 1s", ["<= +10% of baseline", "> 0ms"]]}, warn: "< 2s", key: true}
- {metric: {name: m, aggregation: p95, attributes: ["a=b"]}, unit: ms, pass: "<= 1s", stages: [x], window: 1h, weight: 2}
- {dora: change_failure_rate, pass: "<= 15%", undecided: {zero_baseline: ignore}, environment: production}
- {sql: "SELECT {service:String}", unit: B, pass: "<= 1KiB", version: "1", operation: o, minimum_requests: 1}
"""
SLO = """
spec_version: "1.0"
filter: {a: b}
comparison:
  compare_with: several_results
  include_result_with_score: pass
  number_of_comparison_results: 3
  aggregate_function: avg
objectives:
- {sli: response_time_p95, displayName: x, pass: [{criteria: ["<=+10%", "<600"]}], weight: 2}
- {sli: error_rate, pass: [{criteria: ["<=1"]}], warning: [{criteria: ["<=800"]}], key_sli: true}
total_score: {pass: "90%", warning: "75%"}
"""
_TEXTS = ["", " ", "x", "<= 1e999%", "<= 1%", "{", "99999999d", "[", "\0"]
_odd: st.SearchStrategy[Any] = st.sampled_from([None, True, 0, -1, 1.5, 1e400, float("nan"), 10**30, [], {}, *_TEXTS])
_value = _odd | st.lists(_odd, max_size=2) | st.dictionaries(st.sampled_from(["any", "name", "pass", "x", 1]), _odd, max_size=2)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        found += _places(child, (*path, key))
    return found


def _changed(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(document)
    holder = made
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return made


@settings(deadline=None)
@given(st.sampled_from(_places(yaml.safe_load(GATE))), _value)
def test_no_change_of_a_gate_is_more_than_refused(place: tuple[Any, ...], value: Any) -> None:
    """Whatever stands where: the document is read, or refused with the path of a key and a hint; never a stack trace."""
    document = _changed(yaml.safe_load(GATE), place, value)
    try:
        parse_gate(Document(Path("g.yaml"), "gate", document, GATE, ""))
    except InvalidInput as error:
        assert error.hint
        assert locate(error, Path("g.yaml"), GATE).message


@settings(deadline=None)
@given(st.sampled_from(_places(yaml.safe_load(SLO))), _value)
def test_no_change_of_an_slo_is_more_than_refused(place: tuple[Any, ...], value: Any) -> None:
    """The same of what Keptn has, read and turned into a gate."""
    document = _changed(yaml.safe_load(SLO), place, value)
    with contextlib.suppress(InvalidInput):
        gate, _ = import_slo(document, "g")
        parse_gate(Document(Path("g.yaml"), "gate", gate, "", ""))
