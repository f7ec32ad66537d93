from __future__ import annotations

from typing import Any

import httpx
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

_ARROW = "application/vnd.apache.arrow.stream"


def _ask(client: httpx.Client, sql: str, **parameters: Any) -> Any:
    return client.post("/api/v1/sql", json={"sql": sql, "parameters": parameters})


def test_columns_and_rows_are_given(client: httpx.Client) -> None:
    """The answer has the name and engine type of each column, and the rows as lists."""
    answer = _ask(client, "SELECT number AS n, toString(number) AS t, [number] AS a FROM numbers(2)")
    assert answer.json() == {
        "columns": [{"name": "n", "type": "UInt64"}, {"name": "t", "type": "String"}, {"name": "a", "type": "Array(UInt64)"}],
        "rows": [[0, "0", [0]], [1, "1", [1]]],
    }


def test_parameters_fill_their_places(client: httpx.Client) -> None:
    """Parameters are values, whatever text they hold, and never SQL."""
    sql = "SELECT {text:String}, {number:Int64} + 1, {list:Array(String)}, {flag:Bool}, {none:Nullable(String)}"
    answer = _ask(client, sql, text="'; DROP TABLE otel_traces --\n\\", number=41, list=["a'b", ""], flag=True, none=None)
    assert answer.json()["rows"] == [["'; DROP TABLE otel_traces --\n\\", 42, ["a'b", ""], True, None]]


def test_numbers_that_json_lacks_are_null(client: httpx.Client) -> None:
    """NaN and infinity are null, so that every reader of JSON can read the answer."""
    assert _ask(client, "SELECT nan, inf, -inf, 0.5").json()["rows"] == [[None, None, None, 0.5]]


def test_an_arrow_stream_is_given_if_asked_for(client: httpx.Client) -> None:
    """With Accept the answer is an Arrow IPC stream of the same rows."""
    sql = {"sql": "SELECT number AS n, toString(number) AS t FROM numbers({n:UInt8})", "parameters": {"n": 3}}
    answer = client.post("/api/v1/sql", json=sql, headers={"accept": _ARROW})
    assert answer.headers["content-type"] == _ARROW
    assert pa.ipc.open_stream(answer.content).read_all().to_pydict() == {"n": [0, 1, 2], "t": ["0", "1", "2"]}


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE otel_traces",
        "INSERT INTO otel_traces (TraceId) VALUES ('x')",
        "TRUNCATE TABLE otel_traces",
        "SELECT 1; DROP TABLE otel_traces",
        "SET readonly = 0",
        "CREATE TABLE x (a Int8) ENGINE = Memory",
        "ALTER TABLE otel_traces DELETE WHERE 1",
        "SYSTEM STOP MERGES",
        "KILL QUERY WHERE 1",
        "SELECT 1 INTO OUTFILE '/tmp/assay-test'",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    ],
)
@pytest.mark.parametrize("accept", ["application/json", _ARROW])
def test_nothing_but_reading_the_store_is_possible(client: httpx.Client, sql: str, accept: str) -> None:
    """What would write, change a setting, or reach files or the network is refused."""
    answer = client.post("/api/v1/sql", json={"sql": sql}, headers={"accept": accept})
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["error"]["message"]
    assert _ask(client, "SELECT count() >= 0 FROM otel_traces").json()["rows"] == [[1]]


@pytest.mark.parametrize("accept", ["application/json", _ARROW])
def test_rows_are_never_cut_off(client: httpx.Client, accept: str) -> None:
    """More rows than the limit are an error that says so, not a part of the answer."""
    body = {"sql": "SELECT number FROM numbers(10001)"}
    answer = client.post("/api/v1/sql", json=body, headers={"accept": accept})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "row_limit")
    assert "LIMIT" in answer.json()["error"]["hint"]
    fits = client.post("/api/v1/sql", json={"sql": "SELECT number FROM numbers(10000)"}, headers={"accept": accept})
    assert fits.status_code == 200


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT groupArray(toString(number)) FROM numbers(100000000)", "memory_limit"),
        ("SELECT groupArray(toString(number)) FROM numbers(100000000) SETTINGS max_memory_usage = 0", "memory_limit"),
        ("SELECT number FROM numbers(10001) SETTINGS max_result_rows = 0, readonly = 0", "row_limit"),
        ("SELECT count() FROM numbers(1e12) WHERE NOT ignore(sipHash64(number)) SETTINGS max_execution_time = 0", "time_limit"),
    ],
)
def test_limits_hold_whatever_the_query_says(client: httpx.Client, sql: str, code: str) -> None:
    """Memory, rows and time are limited, also for a query that sets its own limits."""
    answer = _ask(client, sql)
    assert (answer.status_code, answer.json()["error"]["code"]) == (408 if code == "time_limit" else 400, code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"sql": ""}',
        b'{"sql": 5}',
        b'{"sql": "SELECT 1", "limit": 5}',
        b'{"sql": "SELECT 1", "parameters": {"a": {"b": {}}}}',
        b'{"sql": "SELECT {a:String}"}',
        b'{"sql": "SELECT {a:Int8}", "parameters": {"a": "x"}}',
        b'{"sql": "SELECT {a:String}", "parameters": {"a": "\\ud800"}}',
        b'{"sql": "\\ud800"}',
        b'{"sql": "SELECT \\u0000"}',
        b'{"sql": "nonsense"}',
        b"\xff",
    ],
)
def test_a_wrong_body_is_refused(client: httpx.Client, body: bytes) -> None:
    """A body that is no question, or a question that the engine does not understand, is wrong input."""
    answer = client.post("/api/v1/sql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]


def test_only_json_is_taken(client: httpx.Client) -> None:
    """A form or plain text, which a page could send without leave, is no question."""
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = client.post("/api/v1/sql", content=b'{"sql": "SELECT 1"}', headers={"content-type": kind})
        assert answer.status_code == 400
