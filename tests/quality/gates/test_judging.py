from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.quality.documents import Document
from assay.quality.gates.document import CONSEQUENCES, UNDECIDED, Gate, parse_gate
from assay.quality.gates.judging import Baseline, Judged, Verdict, aggregate, conclude, judge
from assay.quality.gates.measuring import Measured

CASES = yaml.safe_load((Path(__file__).parent / "judging_cases.yaml").read_text("utf-8"))


def _gate(objectives: list[dict[str, Any]], **more: Any) -> Gate:
    content = {"kind": "gate", "name": "g", "objectives": objectives, **more}
    return parse_gate(Document(Path("g.yaml"), "gate", content, "", ""))


def _evaluate(gate: Gate, rows: list[dict[str, Any]]) -> tuple[list[Judged], Verdict]:
    judged = []
    for objective, row in zip(gate.objectives, rows, strict=True):
        measured = Measured(row.get("value"), outcome=row.get("outcome", ""), reason="said")
        judged.append(judge(objective, measured, aggregate(row.get("earlier", []), gate.baseline)))
    return judged, conclude(list(zip(gate.objectives, judged, strict=True)), gate.score)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_given_rows_come_to_what_is_expected(case: dict[str, Any]) -> None:
    """Each rule of the judge, as data: objectives, what was measured, what each comes to and what the gate says."""
    gate = _gate([row["objective"] for row in case["rows"]], **case.get("gate", {}))
    judged, verdict = _evaluate(gate, case["rows"])
    assert [[each.outcome, each.counts_as] for each in judged] == [row["expected"] for row in case["rows"]]
    expected = case["expected"]
    assert (verdict.result, verdict.decided) == (expected["result"], expected.get("decided", True))
    if "score" in expected:
        assert verdict.score == pytest.approx(expected["score"])
    for words in expected.get("reasons", []):
        assert any(words in reason for reason in verdict.reasons), verdict.reasons


_row = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["", "no_data", "too_few_requests", "broken_query"]),
        "value": st.sampled_from([0.0, 0.005, 0.02, 0.5]),
        "earlier": st.lists(st.sampled_from([0.0, 0.01]), max_size=2),
        "pass": st.sampled_from([None, "<= 1%", "<= +10% of baseline", ["<= 1%", "<= +10% of baseline"]]),
        "weight": st.sampled_from([0, 1, 2]),
        "key": st.booleans(),
        "undecided": st.dictionaries(st.sampled_from(UNDECIDED), st.sampled_from(CONSEQUENCES)),
    }
)


@settings(deadline=None)
@given(st.lists(_row, min_size=1, max_size=4), st.sampled_from([None, {"pass": "90%", "warn": "50%"}]))
def test_nothing_unknown_ever_passes(rows: list[dict[str, Any]], score: dict[str, str] | None) -> None:
    """However undecided outcomes are configured, a gate passes only with an objective that was measured and held, and whatever
    was left out is said."""
    objectives = [
        {
            "name": f"o{number}",
            "measure": "error_rate",
            "weight": row["weight"],
            "key": row["key"],
            "undecided": row["undecided"],
        }
        | ({"pass": row["pass"]} if row["pass"] else {})
        for number, row in enumerate(rows)
    ]
    # A gate that could never fail is refused, so there is one that counts; it is never measured, and that is left out.
    objectives.append({"name": "guard", "measure": "error_rate", "pass": "<= 1%", "undecided": {"no_data": "ignore"}})
    gate = _gate(objectives, **({"score": score} if score else {}))
    given_rows = [{**row, "value": None if row["outcome"] else row["value"]} for row in rows]
    judged, verdict = _evaluate(gate, [*given_rows, {"outcome": "no_data"}])
    for each, objective in zip(judged, gate.objectives, strict=True):
        assert not (each.outcome in UNDECIDED and each.counts_as == "passed")
        if each.counts_as in ("ignored", "failed", "warning") or each.notes:
            assert any(reason.startswith(f"{objective.name}: ") for reason in verdict.reasons)
    if verdict.result == "passed":
        assert any(each.outcome == "passed" for each in judged)
        assert not any((each.outcome, each.counts_as) == ("broken_query", "failed") for each in judged)
        assert score or not any(
            one.counts_as in ("failed", "warning") and each.weight for each, one in zip(gate.objectives, judged, strict=True)
        )


def test_a_passed_objective_says_every_criterion_that_held() -> None:
    """The reason of a pass is complete too."""
    gate = _gate([{"measure": "latency_p95", "pass": ["<= 500ms", "<= +10% of baseline"]}])
    judged, _ = _evaluate(gate, [{"value": 0.1, "earlier": [0.1]}])
    assert judged[0].reason == "100ms <= 500ms holds, 100ms <= 110ms (<= +10% of baseline) holds"


@pytest.mark.parametrize(("rule", "value"), [("median", 2.0), ("mean", 3.0), ("min", 1.0), ("max", 6.0)])
def test_earlier_values_make_one_baseline(rule: str, value: float) -> None:
    """How they are put together is as the document says; too few make none."""
    gate = _gate([{"measure": "throughput", "pass": ">= 1/s"}], baseline={"aggregate": rule, "minimum": 3})
    assert aggregate([1.0, 2.0, 6.0], gate.baseline) == Baseline(value, 3)
    assert aggregate([1.0, 2.0], gate.baseline) == Baseline(None, 2)
