from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InvalidInput
from assay.query.conditions import Condition, as_parameters


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("http.route=/orders", Condition("http.route", "=", "/orders")),
        ("a b != x=y", Condition("a b", "!=", "x=y")),
        ("size>=10", Condition("size", ">=", "10")),
        ("size<1e3", Condition("size", "<", "1e3")),
        ("empty=", Condition("empty", "=", "")),
        ("text=a\nb>1", Condition("text", "=", "a\nb>1")),
    ],
)
def test_a_condition_has_a_key_a_comparison_and_a_value(text: str, condition: Condition) -> None:
    """The first comparison sign ends the key; the rest is the value."""
    assert Condition.parse(text) == condition


@pytest.mark.parametrize("text", ["", "key", "=x", ">5", "size>", "size>big", "size<nan", "size<=inf"])
def test_anything_else_is_refused(text: str) -> None:
    """A missing key or sign, and an order that is asked of no number, are wrong input."""
    with pytest.raises(InvalidInput):
        Condition.parse(text)


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the reader fail in another way than with `InvalidInput`."""
    try:
        parameters = as_parameters([Condition.parse(text)])
    except InvalidInput:
        return
    needle = parameters.pop("needle")
    assert needle == (parameters["texts"][0] if parameters["operators"] == ["="] else "")
    assert {len(values) for values in parameters.values()} == {1}
