from __future__ import annotations

import operator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.aliases import names_of
from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.query.conditions import Condition, as_parameters

_MAPS = "{own:Map(LowCardinality(String), String)}, {resource:Map(LowCardinality(String), String)}"
_MEETS = f"""SELECT assay_meets(assay_found({_MAPS}, {{names:Array(Array(String))}}),
    {{operators:Array(String)}}, {{texts:Array(String)}}, {{numbers:Array(Float64)}})"""
_COMPARE = {"=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_KEYS = (
    "http.request.resend_count",
    "http.resend_count",
    "http.retry_count",
    "db.query.text",
    "db.statement",
    "other",
    "other.name",
)
_TEXTS = ("", "0", "1", "2.5", "it's", "nan")


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


def _meets(own: dict[str, str], resource: dict[str, str], condition: Condition) -> bool:
    """What a condition means, in words of Python."""
    texts = [held[name] for name in names_of(condition.key) for held in (own, resource) if name in held]
    if not texts:
        return condition.operator == "!="
    compare = _COMPARE[condition.operator]
    if condition.operator in ("=", "!="):
        return bool(compare(texts[0], condition.value))
    try:
        return bool(compare(float(texts[0]), float(condition.value)))
    except ValueError:
        return False


_HELD = st.dictionaries(st.sampled_from(_KEYS), st.sampled_from(_TEXTS))
_ONE = st.builds(Condition, st.sampled_from(_KEYS), st.sampled_from(("=", "!=")), st.sampled_from(_TEXTS)) | st.builds(
    Condition, st.sampled_from(_KEYS), st.sampled_from((">", ">=", "<", "<=")), st.sampled_from(("1", "2.5"))
)


@settings(max_examples=200, deadline=None)
@given(own=_HELD, resource=_HELD, conditions=st.lists(_ONE, min_size=1, max_size=3))
def test_an_attribute_counts_under_its_first_name(
    engine: Engine, own: dict[str, str], resource: dict[str, str], conditions: list[Condition]
) -> None:
    """A condition is about the given name in the item, then in its resource, then the next name; without any, only != holds."""
    parameters = as_parameters(conditions)
    del parameters["needle"]
    ((met,),) = engine.query(_MEETS, {"own": own, "resource": resource, **parameters}).rows
    assert bool(met) == all(_meets(own, resource, condition) for condition in conditions)
