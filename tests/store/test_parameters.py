from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.ports import Engine
from assay.store.parameters import encode

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["\\N", "a'b", '\\"\n\t\r\0', "NULL", "{a}"]
)


def test_any_text_arrives_as_it_was(engine: Engine) -> None:
    """A string parameter, alone or in an array or map, is the same string in the statement, whatever it holds."""

    @given(_text, st.lists(_text, max_size=3))
    def arrives(text: str, texts: list[str]) -> None:
        rows = engine.query(
            "SELECT hex({a:String}), arrayMap(x -> hex(x), {b:Array(String)}), {c:Map(String, Int64)}",
            {"a": text, "b": texts, "c": {"k": 1}},
        ).rows
        assert bytes.fromhex(rows[0][0]).decode() == text
        assert [bytes.fromhex(each).decode() for each in rows[0][1]] == texts
        assert rows[0][2] == {"k": 1}

    arrives()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Int64", -(2**63)),
        ("UInt64", 2**64 - 1),
        ("Float64", 1.5),
        ("Float64", float("inf")),
        ("Bool", True),
        ("Nullable(String)", None),
        ("Array(Nullable(String))", [None, "x"]),
        ("Array(Array(Bool))", [[True], []]),
        ("Array(Float64)", [0.1, 1e300]),
    ],
)
def test_other_values_arrive_as_they_were(engine: Engine, kind: str, value: Any) -> None:
    """Numbers, booleans, null and what is nested keep their value."""
    assert engine.query(f"SELECT {{a:{kind}}}", {"a": value}).rows == [[value]]


def test_a_query_of_several_lines_is_one_query(engine: Engine) -> None:
    """Line breaks, tabs and quotes in somebody's SQL do not disturb it."""
    answer = engine.query_untrusted("SELECT 'a\\'b',\n\t-- why not\n\t{x:String} AS x", {"x": "1\n2"})
    assert not isinstance(answer, bytes)
    assert answer.rows == [["a'b", "1\n2"]]


def test_nothing_gives_nothing() -> None:
    """No parameters are no parameters."""
    assert encode(None) == {}
