from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.store.alone import alone, opened

from assay.core.aliases import ALIASES, names_of
from assay.core.ports import Answer, Engine
from assay.store import migrate

_NAMES = [name for group in ALIASES for name in group]


def _ask(engine: Engine, sql: str, parameters: dict[str, Any] | None = None) -> list[list[Any]]:
    """Ask as somebody does who uses `assay sql`."""
    answer = engine.query_untrusted(sql, parameters)
    assert isinstance(answer, Answer)
    return answer.rows


def test_sql_knows_the_same_names(engine: Engine) -> None:
    """The engine gives for each name, and for one that nobody renamed, what the one table says."""
    asked = [*_NAMES, "service.name", "it's \\", ""]
    rows = _ask(
        engine,
        "SELECT name, assay_attribute_names(name) FROM (SELECT arrayJoin({names:Array(String)}) AS name)",
        {"names": asked},
    )
    assert {name: tuple(names) for name, names in rows} == {name: names_of(name) for name in asked}


def test_an_attribute_is_read_under_each_name(engine: Engine) -> None:
    """For each pair of names of one attribute, what was sent under one is read under the other."""
    pairs = [(sent, asked) for group in ALIASES for sent in group for asked in group]
    rows = _ask(
        engine,
        """SELECT assay_attribute(CAST(map('a', 'b', sent, 'value', 'z', 'y'), 'Map(LowCardinality(String), String)'), asked)
        FROM (SELECT {sent:Array(String)} AS sent, {asked:Array(String)} AS asked) ARRAY JOIN sent, asked""",
        {"sent": [sent for sent, _ in pairs], "asked": [asked for _, asked in pairs]},
    )
    assert rows == [["value"]] * len(pairs)


@pytest.mark.parametrize(
    ("held", "value"),
    [
        ({"http.method": "old", "http.request.method": "new"}, "old"),
        ({"http.method": "", "http.request.method": "new"}, ""),
        ({"http.route": "/a"}, ""),
        ({}, ""),
    ],
)
def test_the_given_name_is_preferred(engine: Engine, held: dict[str, str], value: str) -> None:
    """Of several names that are there, the one that is asked for counts, even if its value is empty; a missing value is ''."""
    assert _ask(engine, "SELECT assay_attribute({held:Map(String, String)}, 'http.method')", {"held": held}) == [[value]]


def _other_names(directory: Path) -> None:
    with opened(directory) as engine:
        migrate(engine)
        engine.execute("CREATE OR REPLACE FUNCTION assay_attribute_names AS (name) -> [name]")
        engine.execute("CREATE OR REPLACE FUNCTION assay_attribute AS (attributes, name) -> attributes[name]")
        migrate(engine)
        assert _ask(engine, "SELECT assay_attribute(map('db.statement', 'SELECT 1'), 'db.query.text')") == [["SELECT 1"]]
        assert _ask(engine, "SELECT assay_attribute_names('db.statement')") == [[["db.statement", "db.query.text"]]]


def test_a_start_brings_the_names_up_to_date(tmp_path: Path) -> None:
    """A store that another version left knows the names of this version after it has been opened."""
    assert alone(_other_names, tmp_path) == 0
