from __future__ import annotations

from importlib.resources import files

import pytest
from pydantic import ValidationError

from assay.core.ports import Engine
from assay.policies.sampling.cases import Case, Judgement, differences, judge, read_cases

FOLDER = files("assay.policies.sampling.examples")
CASES = [case for entry in FOLDER.iterdir() if entry.name.endswith(".yaml") for case in read_cases(entry.read_text("utf-8"))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_example_holds(engine: Engine, case: Case) -> None:
    """Each shipped case keeps just the traces that it says, by the policies that it says."""
    assert list(differences(case, judge(engine, case))) == []


def test_a_case_that_fails_says_how() -> None:
    """Each difference names the trace and what became of it instead."""
    (case,) = read_cases("""
    - name: wrong
      given: [{trace: a}, {trace: b}, {trace: c}]
      expected:
        a: {kept: true}
        b: {kept: true, policy: errors}
        c: {kept: true, adjusted_count: 10}
        d: {kept: true}
    """)
    judged = {"a": Judgement(False, "", 1), "b": Judgement(True, "rest", 10), "c": Judgement(True, "rest", 1)}
    assert list(differences(case, judged)) == [
        "a: not kept",
        "b: kept by rest, not by errors",
        "c: stands for 1 traces, not 10",
        "d: there is no span of it",
    ]


def test_a_case_with_an_unknown_key_is_refused() -> None:
    """A misspelt key of a span is an error, not a span without it."""
    with pytest.raises(ValidationError, match="statsu"):
        read_cases("- {name: a, given: [{trace: a, statsu: ERROR}], expected: {}}")
