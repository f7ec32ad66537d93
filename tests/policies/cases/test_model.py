from __future__ import annotations

import pytest

from assay.core.errors import InvalidInput
from assay.policies.cases import read_cases
from assay.policies.cases.model import GivenLog, GivenPoint, GivenSpan, trace_id


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "f.yaml is no YAML"),
        ("name: a", "f.yaml holds no list of cases"),
        (
            "- {name: a, expected: {}}\n- {name: b, given: [{nme: x}], expected: {}}",
            "f.yaml, case 2: given.0.span.nme: unknown key",
        ),
        ("- {name: a, given: [{log: x, kind: Server}], expected: {}}", "f.yaml, case 1: given.0.log.kind: unknown key"),
        ("- {name: a, given: [{status: BAD}], expected: {}}", "f.yaml, case 1: given.0.span.status: "),
        ("- {name: a, expected: {trace: {a: {kept: true}}}}", "f.yaml, case 1: expected.trace: unknown key"),
        ("- {given: []}", "f.yaml, case 1: name: "),
    ],
)
def test_a_wrong_case_is_told_by_its_number_and_key(text: str, message: str) -> None:
    """A misspelt key is an error that says where, not a case without it."""
    with pytest.raises(InvalidInput) as error:
        read_cases(text, "f.yaml")
    assert error.value.message.startswith(message)


def test_what_is_given_is_told_by_its_keys() -> None:
    """`log` makes a log record, `metric` a data point, and all else is a span."""
    (case,) = read_cases("- {name: a, given: [{name: s}, {log: null}, {metric: m}], expected: {}}", "f.yaml")
    assert [type(item) for item in case.given] == [GivenSpan, GivenLog, GivenPoint]


def test_the_short_form_is_about_sampling() -> None:
    """`sampling` stands for policies with just that, and expectations by trace need no head."""
    (short,) = read_cases("- {name: a, sampling: {enabled: false}, given: [{trace: x}], expected: {x: {kept: true}}}", "f.yaml")
    assert short.policies == {"sampling": {"enabled": False}}
    assert short.expected.traces is not None
    assert short.expected.traces["x"].kept


def test_a_word_is_always_the_same_trace() -> None:
    """Ids stay as they are, words become ids."""
    assert trace_id("4bf92f3577b34da6a3ce929d0e0e4736") == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert trace_id("a") == trace_id("a") != trace_id("b")
    assert len(trace_id("a")) == 32
