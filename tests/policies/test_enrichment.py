from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.policies import enrichment

WRONG: list[tuple[Any, str]] = [
    ([], "enrichment: it is no mapping"),
    ({"spans": {}}, "enrichment.spans: unknown key"),
    ({"span": []}, "enrichment.span: it is no mapping"),
    ({"span": {"upsert": {}}}, "enrichment.span.upsert: unknown key"),
    ({"span": {"delete": {"a": 1}}}, "enrichment.span.delete: it is no list"),
    ({"span": {"set": {"a": [1]}}}, "enrichment.span.set.a: [1] is no text"),
    ({"span": {"default": {"a": None}}}, "enrichment.span.default.a: None is no text"),
]

_KEYS = st.sampled_from(["a", "b", "c'", "d\\"])
_TEXTS = st.sampled_from(["", "x", "it's", "\\n", "5"])
_STEPS = st.fixed_dictionaries(
    {},
    optional={
        "rename": st.dictionaries(_KEYS, _KEYS, max_size=2),
        "copy": st.dictionaries(_KEYS, _KEYS, max_size=2),
        "delete": st.lists(_KEYS, max_size=2, unique=True),
        "set": st.dictionaries(_KEYS, _TEXTS, max_size=2),
        "default": st.dictionaries(_KEYS, _TEXTS, max_size=2),
    },
)


@pytest.mark.parametrize(("given_", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_step_is_refused(given_: Any, message: str) -> None:
    """Places, steps and values are checked, and what is wrong is named."""
    with pytest.raises(InvalidInput) as error:
        enrichment.parse(given_)
    assert error.value.message.startswith(message)
    assert error.value.hint


def test_numbers_and_booleans_become_texts() -> None:
    """Values are stored as the texts that attributes are stored as."""
    (span,) = (each for each in enrichment.parse({"span": {"set": {"a": True, "b": 5, "c": 1.5}}}) if each.place == "span")
    assert span.set == {"a": "true", "b": "5", "c": "1.5"}
    assert span.steps == 3


def _expected(steps: dict[str, Any], attributes: dict[str, str]) -> dict[str, str]:
    left = dict(attributes)
    for old, new in steps.get("rename", {}).items():
        if new not in left:
            left = {new if key == old else key: text for key, text in left.items()}
    for old, new in steps.get("copy", {}).items():
        if old in left:
            left.setdefault(new, left[old])
    for key in (*steps.get("delete", ()), *steps.get("set", {})):
        left.pop(key, None)
    left |= steps.get("set", {})
    return {**steps.get("default", {}), **left}


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, attributes=st.dictionaries(_KEYS, _TEXTS, max_size=4))
def test_the_steps_do_what_they_say_in_their_order(engine: Engine, steps: dict[str, Any], attributes: dict[str, str]) -> None:
    """Rename and copy never overwrite, delete takes away, set overwrites, default fills; each value keeps one type."""
    (span,) = (each for each in enrichment.parse({"span": steps}) if each.place == "span")
    body = enrichment.compile_enrichment(span).partition(" -> ")[2]
    types = "CAST({types:Array(String)}, 'Array(" + enrichment._TYPE.replace("'", "\\'") + ")')"
    sql = f"SELECT arrayMap((keys, texts, types) -> {body}, [{{keys:Array(String)}}], [{{texts:Array(String)}}], [{types}])[1]"
    parameters = {"keys": list(attributes), "texts": list(attributes.values()), "types": ["int"] * len(attributes)}
    keys, texts, kinds = engine.query(sql, parameters).rows[0][0]
    assert len(keys) == len(texts) == len(kinds) == len(set(keys))
    assert dict(zip(keys, texts, strict=True)) == _expected(steps, attributes)
