"""ClickHouse in this process (chDB): one data directory, a connection per concurrent statement."""

from __future__ import annotations

import queue
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import chdb
import orjson

from assay.core import config
from assay.core.errors import Misconfigured
from assay.core.ports import Answer
from assay.core.signals import Signal
from assay.core.statement import Statement
from assay.store.failures import translate, translate_insert
from assay.store.parameters import encode
from assay.store.pipe import readable
from assay.store.untrusted import refuse_names

_SESSION = {
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_denormals": 1,
    "output_format_json_validate_utf8": 1,
    "output_format_json_escape_forward_slashes": 0,
    "date_time_input_format": "best_effort",
    # Else a statement gets one thread for each GiB that is free, and so never a second one.
    "max_threads_min_free_memory_per_thread": 0,
}
_INSERT = {
    "input_format_protobuf_oneof_presence": 1,
    "output_format_json_escape_forward_slashes": 0,
    # One insert is one block: a retry then makes the same block, which is what a deduplication token stands for.
    "input_format_parallel_parsing": 0,
    "max_threads": 1,
    "max_insert_threads": 1,
    "max_block_size": 1 << 40,
    "min_insert_block_size_rows": 1 << 40,
    "min_insert_block_size_bytes": 1 << 40,
    "max_partitions_per_insert_block": 0,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "materialized_views_ignore_errors": 0,
    # Planning the decode views takes longer than running them on a small segment; merging their steps gains nothing.
    "query_plan_merge_expressions": 0,
    # A condition with AND in a view costs 100 ms with it: it is compared with everything else in the view.
    "optimize_and_compare_chain": 0,
    # Merges build the skipping indexes; a new part is small and in memory, and reading it without them is as quick.
    "materialize_skip_indexes_on_insert": 0,
}
# Merges can wait: nobody waits for them, until there are so many parts that inserts are delayed.
_MERGE_NICENESS = 19
_FLOAT = re.compile(r"^(Array\()*(Nullable\()?Float")


class EmbeddedEngine:
    """The engine port over chDB. Statements on different connections run in parallel; any thread may call."""

    def __init__(self, data_dir: Path, store: config.Store, sql: config.Sql) -> None:
        """Open or make the store in `data_dir`.

        Raises:
            Misconfigured: the directory cannot be used, or another process has it open.
        """
        data_dir.mkdir(parents=True, exist_ok=True)
        configuration = data_dir / "engine.xml"
        configuration.write_text(_server_configuration(data_dir, store))
        self._pipes = data_dir / "pipes"
        shutil.rmtree(self._pipes, ignore_errors=True)
        self._pipes.mkdir()
        self._address = f"{data_dir / 'clickhouse'}?config-file={configuration}"
        self._sql = sql
        self._closed = False
        self._ours = _Pool(lambda: self._connect(_SESSION))
        self._streams = _Pool(lambda: self._connect({}))
        self._untrusted = _Pool(self._connect_untrusted)
        self._schemas = {signal: _place_schema(signal, data_dir) for signal in Signal}
        with self._ours.borrow():
            pass

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        with translate("store_statement_failed"), self._ours.borrow() as connection:
            connection.query(sql, params=encode(parameters))

    def query(self, statement: Statement | str, parameters: Mapping[str, Any] | None = None) -> Answer:
        text = statement.text if isinstance(statement, Statement) else statement
        with translate("store_query_failed"), self._ours.borrow() as connection:
            return _answer(connection.query(text, "JSONCompact", params=encode(parameters)).bytes())

    def read(self, sql: str, parameters: Mapping[str, Any] | None = None, *, form: str) -> bytes:
        with translate("store_query_failed"), self._ours.borrow() as connection:
            return bytes(connection.query(sql, form, params=encode(parameters)).bytes())

    def query_untrusted(self, sql: str, parameters: Mapping[str, Any] | None = None, *, arrow: bool = False) -> Answer | bytes:
        given = encode(parameters)
        with translate("sql_invalid"), self._untrusted.borrow() as connection:
            # `readonly` stops all writes to tables but not INTO OUTFILE nor KILL QUERY. What the engine's own parser gives back
            # is one whole statement; inside brackets only a SELECT can stand.
            parsed = connection.query("SELECT formatQuerySingleLine({sql:String})", "JSONCompact", params=encode({"sql": sql}))
            formatted = _answer(parsed.bytes()).rows[0][0]
            refuse_names(formatted)
            select = f"SELECT * FROM ({formatted})"
            if arrow:
                return bytes(connection.query(select, "ArrowStream", params=given).bytes())
            return _answer(connection.query(select, "JSONCompact", params=given).bytes())

    def insert(self, signal: Signal, data: Iterable[bytes], token: str, stage: str = "") -> None:
        settings = {**_INSERT, "format_schema": f"{self._schemas[signal]}:Request", "insert_deduplication_token": token}
        if stage:
            # The decode view of spans reads it there: it is the one setting that takes any text.
            settings["log_comment"] = stage
        listed = ", ".join(f"{name} = {_literal(value)}" for name, value in settings.items())
        with translate_insert(), readable(data, self._pipes) as path, self._streams.borrow() as connection:
            connection.query(
                f"INSERT INTO landing_{signal} SELECT * FROM file({_literal(str(path))}, 'Protobuf') SETTINGS {listed}"
            )

    def close(self) -> None:
        """Close all connections; no other call may follow."""
        for pool in (self._streams, self._untrusted, self._ours):
            pool.close()

    def _connect(self, settings: Mapping[str, Any]) -> Any:
        try:
            connection: Any = chdb.connect(self._address)  # type: ignore[no-untyped-call]
        except Exception as error:
            raise Misconfigured(
                "store_unavailable", f"Cannot open the store: {error}", "is another Assay using this directory?"
            ) from error
        for name, value in settings.items():
            connection.query(f"SET {name} = {_literal(value)}")
        return connection

    def _connect_untrusted(self) -> Any:
        limits = {
            "max_result_rows": self._sql.max_rows,
            "result_overflow_mode": "throw",
            "max_execution_time": self._sql.max_seconds,
            "timeout_overflow_mode": "throw",
            "max_memory_usage": self._sql.max_memory_bytes,
            "max_threads": 2,
            "allow_introspection_functions": 0,
            "allow_python_table_function": 0,
        }
        return self._connect({**_SESSION, **limits, "readonly": 1})


class _Pool:
    """Idle connections; one that failed is not used again, for it may hold a half-done statement."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self) -> Iterator[Any]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            with self._lock:
                connection = self._connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.put(connection)

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get().close()


def _answer(body: Any) -> Answer:
    """Read JSONCompact; infinities and NaN come quoted and become floats again."""
    parsed = orjson.loads(body)
    columns = [(column["name"], column["type"]) for column in parsed["meta"]]
    rows: list[list[Any]] = parsed["data"]
    for index, (_, kind) in enumerate(columns):
        if _FLOAT.match(kind):
            for row in rows:
                row[index] = _floats(row[index])
    return Answer(columns, rows)


def _floats(value: Any) -> Any:
    if isinstance(value, list):
        return [_floats(element) for element in value]
    return value if value is None else float(value)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value)


def _place_schema(signal: Signal, data_dir: Path) -> Path:
    """Put the protobuf schema of a signal where the engine can read it; the text alone it would copy into a file of its own,
    which stays broken if the disk was full at that moment."""
    path = (data_dir / f"{signal}.proto").absolute()
    text = (files("assay.store.schema") / path.name).read_text("utf-8")
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
    return path


def _server_configuration(data_dir: Path, store: config.Store) -> str:
    return f"""<clickhouse>
  <timezone>UTC</timezone>
  <max_server_memory_usage>{store.max_memory_bytes}</max_server_memory_usage>
  <max_concurrent_queries>64</max_concurrent_queries>
  <mark_cache_size>67108864</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <query_cache><max_size_in_bytes>0</max_size_in_bytes></query_cache>
  <os_threads_nice_value_merge_mutate>{_MERGE_NICENESS}</os_threads_nice_value_merge_mutate>
  <text_index_tokens_cache_size>33554432</text_index_tokens_cache_size>
  <text_index_header_cache_size>33554432</text_index_header_cache_size>
  <text_index_postings_cache_size>33554432</text_index_postings_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <user_files_path>{data_dir / "user_files"}/</user_files_path>
  <merge_tree>
    <fsync_after_insert>1</fsync_after_insert>
    <fsync_part_directory>1</fsync_part_directory>
    <min_bytes_for_wide_part>268435456</min_bytes_for_wide_part>
    <min_parts_to_merge_at_once>8</min_parts_to_merge_at_once>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>2</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>2</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
"""
