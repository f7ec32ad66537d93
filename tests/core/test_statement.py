from __future__ import annotations

import string
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.statement import Statement, load, load_all

_words = st.text(string.ascii_letters + string.digits + " ,.'()", min_size=1, max_size=40).map(str.strip).filter(bool)
_names = st.from_regex(r"[a-z][a-z_]{0,10}", fullmatch=True)
_types = st.sampled_from(["String", "UInt64", "DateTime64(9)", "Array(String)", "Map(String, String)", "Nullable(Float64)"])


@given(st.dictionaries(_names, st.lists(_words, min_size=1, max_size=3), max_size=4), st.lists(_words, min_size=1, max_size=4))
def test_the_header_and_the_text_come_apart(header: dict[str, list[str]], body: list[str]) -> None:
    """Each `-- key: text` is a header entry with its continued lines; what follows is the text, unchanged."""
    lines = []
    for key, parts in header.items():
        lines += [f"-- {key}: {parts[0]}", *(f"--    {part}" for part in parts[1:])]
    statement = Statement.parse("some", "\n".join([*lines, *body]) + ";\n")
    assert statement.header == {key: " ".join(parts) for key, parts in header.items()}
    assert statement.text == "\n".join(body).strip()


@given(st.dictionaries(_names, _types, max_size=5))
def test_parameters_are_found_with_their_types(parameters: dict[str, str]) -> None:
    """Every `{name:Type}` of the text is a parameter, wherever it stands and however often."""
    places = [f"{{{name}:{kind}}}" for name, kind in parameters.items()]
    statement = Statement.parse("some", "SELECT " + ", ".join(places * 2))
    assert statement.parameters == parameters


def test_a_comment_in_the_text_stays() -> None:
    """Only the lines on top are the header; a comment further down belongs to the statement."""
    statement = Statement.parse("some", "-- why: because\n\nSELECT 1 -- one\n-- kind: not a header\n")
    assert statement.header == {"why": "because"}
    assert statement.text == "SELECT 1 -- one\n-- kind: not a header"


def test_one_semicolon_at_the_end_is_dropped() -> None:
    """The text can be sent to the engine as it is: without the semicolon a client needs."""
    assert Statement.parse("some", "SELECT ';';\n").text == "SELECT ';'"


def test_statements_are_read_from_a_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of `.sql` files beside Python code is read by name, in the order of the names, other files left out."""
    folder = tmp_path / "some_questions"
    folder.mkdir()
    (folder / "b.sql").write_text("-- why: second\nSELECT 2;", "utf-8")
    (folder / "a.sql").write_text("-- why: first\nSELECT 1", "utf-8")
    (folder / "note.txt").write_text("no statement", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert load("some_questions", "b") == Statement("b", "SELECT 2", {"why": "second"}, {})
        assert [statement.name for statement in load_all("some_questions")] == ["a", "b"]
    finally:
        sys.modules.pop("some_questions", None)
