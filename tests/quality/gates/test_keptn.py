from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from assay.core.errors import InvalidInput
from assay.quality.documents import Document
from assay.quality.gates import parse_gate
from assay.quality.gates.keptn import import_slo

SLO = """
spec_version: "1.0"
filter: {handler: "ItemsController.addToCart"}
comparison:
  compare_with: several_results
  include_result_with_score: pass
  number_of_comparison_results: 3
  aggregate_function: avg
objectives:
  - sli: response_time_p95
    displayName: Response time P95
    pass:
      - criteria: ["<=+10%", "<600"]
      - criteria: ["<=100"]
    warning:
      - criteria: ["<=800"]
    weight: 2
    key_sli: true
  - sli: error_rate
    pass: [{criteria: ["<=+0.5", "<=1"]}]
  - sli: throughput
  - sli: jvm.heap.used
    pass: [{criteria: ["<=+5%"]}]
total_score: {pass: "90%", warning: "75%"}
"""

GATE = """
kind: gate
name: carts
objectives:
- name: Response time P95
  measure: latency_p95
  pass: {any: [["<= +10% of baseline", "< 600ms"], "<= 100ms"]}
  warn: "<= 800ms"
  weight: 2
  key: true
- {name: error_rate, measure: error_rate, pass: ["<= +0.5pp of baseline", "<= 1%"]}
- {name: throughput, measure: throughput}
- {name: jvm.heap.used, metric: {name: jvm.heap.used, aggregation: avg}, pass: "<= +5% of baseline"}
score: {pass: 90%, warn: 75%}
baseline: {evaluations: 3, aggregate: mean}
"""


def test_an_slo_of_keptn_becomes_a_gate() -> None:
    """Lists stay and, groups stay or, weights, key and total score stay; what Keptn leaves open is said."""
    gate, notes = import_slo(yaml.safe_load(SLO), "carts")
    assert gate == yaml.safe_load(GATE)
    assert parse_gate(Document(Path("carts.yaml"), "gate", gate, "", "")).name == "carts"
    said = "\n".join(notes)
    for words in (
        "read as milliseconds",
        "read as percent",
        "jvm.heap.used is read as a stored metric",
        "filter:",
        "here it fails",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("comparison", "baseline", "words"),
    [
        ({}, None, ""),
        ({"compare_with": "single_result"}, {"evaluations": 1, "aggregate": "mean"}, "whatever include_result_with_score says"),
        (
            {"compare_with": "several_results", "number_of_comparison_results": 5, "aggregate_function": "p95"},
            {"evaluations": 5, "aggregate": "max"},
            "read as the highest",
        ),
    ],
)
def test_what_is_compared_with_is_kept(comparison: dict[str, Any], baseline: dict[str, Any] | None, words: str) -> None:
    """One result or several, and how they are put together."""
    slo = {"objectives": [{"sli": "error_rate", "pass": [{"criteria": ["<=1"]}]}], "comparison": comparison}
    gate, notes = import_slo(slo, "g")
    assert gate.get("baseline") == baseline
    assert words in "\n".join(notes)


def test_a_warning_alone_is_only_shown() -> None:
    """Without a pass Keptn does not score it either, and whoever imports is told."""
    slo = {"objectives": [{"sli": "throughput", "warning": [{"criteria": [">1"]}]}, {"sli": "a"}]}
    gate, notes = import_slo(slo, "g")
    assert "warn" not in gate["objectives"][0]
    assert any(note.startswith("objectives[0]: it has a warning but no pass") for note in notes)


@pytest.mark.parametrize(
    ("slo", "words"),
    [
        (None, "objectives: there are none"),
        ({"objectives": {}}, "objectives: there are none"),
        ({"objectives": [{"pass": []}]}, "objectives[0].sli: it is missing"),
        ({"objectives": [{"sli": "a", "weigth": 2}]}, "objectives[0].weigth: unknown key"),
        ({"objectives": [{"sli": "a", "pass": [{"criteria": []}]}]}, "objectives[0].pass[0]: it has no criteria"),
        ({"objectives": [{"sli": "a", "pass": {}, "warning": "x"}]}, "objectives[0].warning: it is no list"),
        ({"objectives": [{"sli": "a", "pass": [{"criteria": ["<=x"]}]}]}, "objectives[0].pass[0].criteria[0]: '<=x'"),
        ({"objectives": [{"sli": "a", "pass": [{"criteria": ["<=10%"]}]}]}, "is relative and has no sign"),
        ({"objectives": [], "total_score": {"pas": "1%"}}, "total_score.pas: unknown key"),
        ({"objectives": [], "total_score": "90%"}, "total_score: it is no mapping"),
        ({"objectives": [], "comparison": [1]}, "comparison: it is no mapping"),
        ({"objectives": [], "comparison": {"aggregate_function": "p96"}}, "comparison.aggregate_function: 'p96' is not known"),
        (
            {"objectives": [], "comparison": {"compare_with": "several_results", "number_of_comparison_results": "x"}},
            "comparison.number_of_comparison_results: 'x' is no number",
        ),
    ],
)
def test_what_is_no_slo_is_refused(slo: Any, words: str) -> None:
    """With the path of the key, and a hint; never a stack trace."""
    with pytest.raises(InvalidInput) as refused:
        import_slo(slo, "g")
    assert words in refused.value.message
    assert refused.value.hint
