from __future__ import annotations

import json

import pytest
from tests.cli.conftest import Run


def test_rows_are_a_table(run: Run) -> None:
    """Columns have their names, null is told from text, and the rows are counted."""
    result = run("sql", "SELECT number AS n, if(number = 0, NULL, '[b]x\n') AS t FROM numbers(2)")
    lines = result.stdout.splitlines()
    assert [line.split() for line in (lines[0], *lines[2:4])] == [["n", "t"], ["0", "NULL"], ["1", "[b]x"]]
    assert lines[-1] == "2 rows"


@pytest.mark.parametrize("flags", [["--json"], ["--format", "json"]])
def test_json_is_the_answer_of_the_api(run: Run, flags: list[str]) -> None:
    """Programs get columns with types and rows."""
    answer = json.loads(run("sql", "SELECT 1 AS a", *flags).stdout)
    assert answer == {"columns": [{"name": "a", "type": "UInt8"}], "rows": [[1]]}


def test_csv_is_quoted(run: Run) -> None:
    """CSV has a header, and quotes where they are needed."""
    result = run("sql", "SELECT 'a,\"b\"' AS x, [1, 2] AS y, NULL AS z", "--format", "csv")
    assert result.stdout == 'x,y,z\n"a,""b""","[1, 2]",NULL\n'


def test_parameters_are_values(run: Run) -> None:
    """`-p name=value` fills {name:Type}; what has no = is wrong input."""
    result = run("sql", "SELECT {a:String} AS a, {b:Int64} AS b", "-p", "a=x=y'", "-p", "b=5", "--format", "csv")
    assert result.stdout == "a,b\nx=y',5\n"
    assert run("sql", "SELECT 1", "-p", "a").exit_code == 2


def test_a_query_is_read_from_standard_input(run: Run) -> None:
    """With - the query comes from standard input."""
    assert run("sql", "-", "--format", "csv", stdin="SELECT\n  1 AS a -- one\n").stdout == "a\n1\n"
