from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from tests.store.alone import alone, opened

from assay.core import config
from assay.core.errors import InvalidInput, Misconfigured, TimedOut
from assay.core.ports import Answer, Engine
from assay.core.signals import Signal
from assay.core.statement import Statement
from assay.journal import record
from assay.store import EmbeddedEngine

LIMITED = config.Sql(max_rows=100, max_seconds=0.5, max_memory_bytes=32 << 20)


def _records(count: int) -> list[bytes]:
    request = ExportLogsServiceRequest()
    for number in range(count):
        request.resource_logs.add().scope_logs.add().log_records.add(event_name=f"engine-test-{number}")
    return list(record.encode(request.SerializeToString(), 1, time.time_ns(), "tests", count))


REFUSED = [
    "INSERT INTO otel_logs (Body) VALUES ('x')",
    "CREATE TABLE t (a Int8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE t (a Int8)",
    "CREATE FUNCTION f AS x -> x",
    "DROP TABLE otel_logs",
    "TRUNCATE TABLE otel_logs",
    "ALTER TABLE otel_logs DELETE WHERE 1",
    "OPTIMIZE TABLE otel_logs",
    "RENAME TABLE otel_logs TO x",
    "DETACH TABLE otel_logs",
    "ATTACH TABLE otel_logs",
    "BACKUP TABLE otel_logs TO File('x')",
    "SYSTEM SHUTDOWN",
    "SYSTEM FLUSH LOGS",
    "KILL QUERY WHERE 1",
    "SET readonly = 0",
    "USE system",
    "CREATE USER u",
    "GRANT ALL ON *.* TO u",
    "SELECT 1 INTO OUTFILE 'out.txt'",
    "SELECT 1 INTO OUTFILE 'out.txt' TRUNCATE FORMAT CSV",
    "SELECT 1 UNION ALL SELECT 2 INTO OUTFILE 'out.txt'",
    "SELECT 1) INTO OUTFILE 'out.txt' --",
    "SELECT 1 FORMAT CSV",
    "SELECT 1; DROP TABLE otel_logs",
    "SELECT 1); DROP TABLE otel_logs; SELECT (1",
    "SELECT 1) UNION ALL (SELECT 2",
    "/* SELECT */ DROP TABLE otel_logs -- SELECT",
    "SELECT 1 PARALLEL WITH DROP TABLE otel_logs",
    "SELECT * FROM file('secret.csv')",
    "SELECT * FROM file('secret.csv', CSV, 'a String') SETTINGS readonly = 0",
    "SELECT * FROM (SELECT * FROM file('secret.csv') SETTINGS readonly = 0)",
    "SELECT file('secret.csv')",
    "SELECT `f\\x69le`('secret.csv')",
    "SELECT f/**/ile('secret.csv')",
    "SELECT * APPLY(file) FROM (SELECT 'secret.csv')",
    "SELECT * APPLY file FROM (SELECT 'secret.csv')",
    "SELECT arrayMap(file, ['secret.csv'])",
    "SELECT arrayMap(x -> file(x), ['secret.csv'])",
    "WITH file AS f SELECT f('secret.csv')",
    "SELECT arrayMap({f:Identifier}, ['secret.csv'])",
    "SELECT * FROM url('http://127.0.0.1:1/x', CSV, 'a String')",
    "SELECT * FROM url('file:///etc/hostname', LineAsString)",
    "SELECT * FROM remote('127.0.0.1:1', system.one)",
    "SELECT * FROM s3('http://127.0.0.1:1/bucket/x.csv', CSV, 'a String')",
    "SELECT * FROM executable('id', CSV, 'a String')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM sqlite('x.db', 't')",
    "SELECT * FROM input('a String')",
    "SELECT * FROM view(SELECT * FROM file('secret.csv'))",
    "SELECT * FROM viewIfPermitted(SELECT * FROM file('secret.csv') ELSE null('a String'))",
    "SELECT * FROM Python(secret)",
    "SELECT 1 WHERE (SELECT count() FROM file('secret.csv')) > 0",
    "SELECT demangle('x'), addressToLine(1)",
    "EXPLAIN SELECT 1",
    "SELECT * FROM (EXPLAIN SELECT 1)",
    "SHOW TABLES",
    "",
    ";",
    "--",
    "SELECT",
    "SELECT unknown",
    "SELECT 1 FROM nowhere",
    "SELECT {x:String}",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_somebody_can_only_read(engine: EmbeddedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Whatever writes, runs, connects, reads files or is no single SELECT is refused as wrong input, and changes nothing."""
    secret = "top secret"
    (tmp_path / "secret.csv").write_text(secret)
    monkeypatch.chdir(tmp_path)
    state = "SELECT name, create_table_query, total_rows FROM system.tables WHERE database = currentDatabase() ORDER BY name"
    before = engine.query(state).rows
    with pytest.raises(InvalidInput) as raised:
        engine.query_untrusted(sql, {"f": "file"})
    assert secret not in str(raised.value)
    assert "Stack trace" not in str(raised.value)
    assert engine.query(state).rows == before
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1", [[1]]),
        ("SELECT 1;", [[1]]),
        ("  -- why\n/* ) */ SELECT 1 -- (", [[1]]),
        ("SELECT 1 UNION ALL SELECT 1", [[1], [1]]),
        ("WITH 1 AS one SELECT one AS n", [[1]]),
        ("(SELECT 1)", [[1]]),
        ("SELECT 'file' AS file_name, ';'", [["file", ";"]]),
        ("SELECT number FROM numbers(3) ORDER BY number DESC LIMIT 2", [[2], [1]]),
    ],
)
def test_any_select_is_answered(engine: EmbeddedEngine, sql: str, rows: list[list[object]]) -> None:
    """One SELECT, with comments, a closing semicolon, unions or brackets, gives its rows in its order."""
    answer = engine.query_untrusted(sql)
    assert isinstance(answer, Answer)
    assert answer.rows == rows


@pytest.mark.parametrize("name", ["readonly", "max_memory_usage", "max_execution_time", "max_result_rows"])
def test_settings_in_a_select_change_no_limit(engine: EmbeddedEngine, name: str) -> None:
    """A SETTINGS clause, outside or in a subquery, leaves the limits as they are."""
    given = engine.query_untrusted(f"SELECT toString(getSetting('{name}'))")
    assert isinstance(given, Answer)
    for sql in (
        f"SELECT toString(getSetting('{name}')) SETTINGS {name} = 0",
        f"SELECT * FROM (SELECT toString(getSetting('{name}')) SETTINGS {name} = 0)",
    ):
        answer = engine.query_untrusted(sql)
        assert isinstance(answer, Answer)
        assert answer.rows == given.rows


def _limits(directory: Path) -> None:
    with opened(directory, sql=LIMITED) as engine:
        with pytest.raises(InvalidInput, match="more rows") as rows:
            engine.query_untrusted("SELECT number FROM numbers(101)")
        assert rows.value.code == "row_limit"
        answer = engine.query_untrusted("SELECT number FROM numbers(100)")
        assert isinstance(answer, Answer)
        assert len(answer.rows) == 100
        with pytest.raises(TimedOut) as slow:
            engine.query_untrusted("SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))")
        assert slow.value.code == "time_limit"
        with pytest.raises(InvalidInput) as large:
            engine.query_untrusted("SELECT groupArray(number) FROM numbers(100000000)")
        assert large.value.code == "memory_limit"
        # What was refused has left its connection behind; the next statement gets another one and works.
        for _ in range(3):
            assert engine.query_untrusted("SELECT 1") == Answer([("1", "UInt8")], [[1]])


def test_limits_hold(tmp_path: Path) -> None:
    """Rows, time and memory are limited, each refused under its own code, and afterwards everything works as before."""
    assert alone(_limits, tmp_path) == 0


def test_arrow_gives_a_stream(engine: EmbeddedEngine) -> None:
    """Asked for Arrow, the answer is an Arrow IPC stream: it begins with the mark of a message and has an end."""
    stream = engine.query_untrusted("SELECT number, toString(number) AS text FROM numbers(3)", arrow=True)
    assert isinstance(stream, bytes)
    assert stream[:4] == b"\xff\xff\xff\xff"
    assert stream[-8:] == b"\xff\xff\xff\xff\0\0\0\0"
    assert b"text" in stream
    with pytest.raises(InvalidInput):
        engine.query_untrusted("SELECT unknown", arrow=True)


def test_values_of_every_kind_are_read(engine: EmbeddedEngine) -> None:
    """64-bit ints, infinities, NaN, null, arrays, maps and any Unicode come out as the Python values that they are."""
    answer = engine.query(
        "SELECT toUInt64(18446744073709551615) AS u, toInt64(-9223372036854775808) AS i, [inf, -inf, 0.5] AS d, "
        "CAST(NULL, 'Nullable(Float64)') AS n, map('k', [1, 2]) AS m, 'a\\0\u2028🧪/' AS s, true AS b"
    )
    inf = float("inf")
    assert answer.rows == [[2**64 - 1, -(2**63), [inf, -inf, 0.5], None, {"k": [1, 2]}, "a\0\u2028🧪/", True]]
    assert answer.dicts()[0]["b"] is True
    assert engine.query("SELECT nan").rows[0][0] != engine.query("SELECT nan").rows[0][0]


def test_a_statement_takes_its_parameters(engine: EmbeddedEngine) -> None:
    """A statement read from a `.sql` file runs with the values of its places."""
    statement = Statement.parse("twice", "-- kind: test\nSELECT {n:UInt8} * 2 AS twice;")
    assert engine.query(statement, {"n": 4}).dicts() == [{"twice": 8}]


@pytest.mark.parametrize("sql", ["SELECT unknown", "SELEC 1", "SELECT 1 FROM nowhere", "SELECT toInt8('x')", "SELECT {n:Int8}"])
def test_a_wrong_statement_is_wrong_input(engine: EmbeddedEngine, sql: str) -> None:
    """What the engine refuses is `InvalidInput` with its words, without version and stack trace; it works on afterwards."""
    with pytest.raises(InvalidInput) as raised:
        engine.query(sql)
    assert raised.value.code == "store_query_failed"
    assert raised.value.message
    assert "version" not in raised.value.message
    assert engine.query("SELECT 1").rows == [[1]]


def test_a_token_inserts_once(engine: EmbeddedEngine) -> None:
    """The same records under the same token are stored once, under another token once more."""
    query = "SELECT count() FROM otel_logs WHERE startsWith(EventName, 'engine-test-')"
    before: int = engine.query(query).rows[0][0]
    for token, stored in (("engine/1", 3), ("engine/1", 3), ("engine/2", 6), ("engine/1", 6)):
        engine.insert(Signal.LOGS, _records(3), token)
        assert engine.query(query).rows == [[before + stored]]


@pytest.mark.parametrize("data", [b"\x05abc", b"\x03\x0a\xff\xff", b"\xff" * 40])
def test_unreadable_data_are_wrong_input(engine: EmbeddedEngine, data: bytes) -> None:
    """Bytes that are no protobuf message are refused for good, and the next insert works."""
    with pytest.raises(InvalidInput):
        engine.insert(Signal.LOGS, [data], f"engine/garbage/{data.hex()}")
    engine.insert(Signal.LOGS, _records(1), f"engine/after/{data.hex()}")


def test_statements_run_in_parallel(engine: Engine) -> None:
    """Threads share the engine: while one statement sleeps, another is answered."""
    sleeping = threading.Thread(target=engine.query, args=("SELECT sleep(1)",))
    sleeping.start()
    assert engine.query("SELECT 1").rows == [[1]]
    assert sleeping.is_alive()
    sleeping.join()


def _second(directory: Path) -> None:
    with pytest.raises(Misconfigured) as raised, opened(directory):
        pass
    assert raised.value.code == "store_unavailable"


def _twice(directory: Path) -> None:
    with opened(directory):
        assert alone(_second, directory) == 0


def test_a_store_is_opened_by_one_process(tmp_path: Path) -> None:
    """A second process is refused with a clear error while the first one has the directory open."""
    assert alone(_twice, tmp_path) == 0


def _reopened(directory: Path) -> None:
    for number in (1, 2):
        with opened(directory) as engine:
            engine.execute("CREATE TABLE IF NOT EXISTS kept (n UInt8) ENGINE = MergeTree ORDER BY n")
            engine.execute(f"INSERT INTO kept VALUES ({number})")
            assert engine.query("SELECT count() FROM kept").rows == [[number]]


def test_what_is_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    """Closing releases the directory; opened again, everything is there."""
    assert alone(_reopened, tmp_path) == 0
