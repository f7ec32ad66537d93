from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest

from assay.core import restore, statement
from assay.core.ports import Engine
from assay.core.signals import Signal

FOLDER = "assay.store.schema"
FILES = {migration.name: migration for migration in statement.load_all(FOLDER)}
DECODING = {file.name: file for file in statement.load_all("assay.store.decode")}
VIEWS = {Signal.TRACES: "spans", Signal.LOGS: "log_records", Signal.METRICS: "metrics"}

TEXT = "String"
NAME = "LowCardinality(String)"
MAP = "Map(LowCardinality(String), String)"
TIME = "DateTime64(9)"

TRACES = {
    "Timestamp": TIME,
    **dict.fromkeys(["TraceId", "SpanId", "ParentSpanId", "TraceState"], TEXT),
    **dict.fromkeys(["SpanName", "SpanKind", "ServiceName"], NAME),
    "ResourceAttributes": MAP,
    **dict.fromkeys(["ScopeName", "ScopeVersion"], TEXT),
    "SpanAttributes": MAP,
    "Duration": "UInt64",
    "StatusCode": NAME,
    "StatusMessage": TEXT,
    "Events.Timestamp": f"Array({TIME})",
    "Events.Name": f"Array({NAME})",
    "Events.Attributes": f"Array({MAP})",
    **dict.fromkeys(["Links.TraceId", "Links.SpanId", "Links.TraceState"], f"Array({TEXT})"),
    "Links.Attributes": f"Array({MAP})",
}
TRACE_IDS = {"TraceId": TEXT, "Start": "DateTime", "End": "DateTime"}
LOGS = {
    "Timestamp": TIME,
    "TraceId": TEXT,
    "SpanId": TEXT,
    "TraceFlags": "UInt8",
    "SeverityText": NAME,
    "SeverityNumber": "UInt8",
    "ServiceName": NAME,
    "Body": TEXT,
    "ResourceSchemaUrl": NAME,
    "ResourceAttributes": MAP,
    "ScopeSchemaUrl": NAME,
    "ScopeName": TEXT,
    "ScopeVersion": NAME,
    "ScopeAttributes": MAP,
    "LogAttributes": MAP,
    "EventName": TEXT,
}
LOG_KEYS = [
    *(f"k8s.{name}" for name in ("cluster.name", "container.name", "deployment.name", "namespace.name")),
    *(f"k8s.{name}" for name in ("node.name", "pod.name", "pod.uid")),
    "deployment.environment.name",
]
METRIC = {
    "ResourceAttributes": MAP,
    "ResourceSchemaUrl": TEXT,
    "ScopeName": TEXT,
    "ScopeVersion": TEXT,
    "ScopeAttributes": MAP,
    "ScopeDroppedAttrCount": "UInt32",
    "ScopeSchemaUrl": TEXT,
    "ServiceName": NAME,
    "MetricName": NAME,
    "MetricDescription": TEXT,
    "MetricUnit": TEXT,
    "Attributes": MAP,
    "StartTimeUnix": "DateTime",
    "TimeUnix": "DateTime",
    "Flags": "UInt32",
}
EXEMPLARS = {
    "Exemplars.FilteredAttributes": f"Array({MAP})",
    "Exemplars.TimeUnix": "Array(DateTime)",
    "Exemplars.Value": "Array(Float64)",
    "Exemplars.SpanId": "Array(String)",
    "Exemplars.TraceId": "Array(String)",
}
DISTRIBUTION = {
    "Count": "UInt64",
    **dict.fromkeys(["Sum", "Min", "Max"], "Float64"),
    "AggregationTemporality": "Int32",
    **EXEMPLARS,
}
EXPORTER = {
    "otel_traces": TRACES,
    "otel_traces_trace_id_ts": TRACE_IDS,
    "otel_logs": LOGS | {f"__otel_materialized_{key}": NAME for key in LOG_KEYS},
    "otel_metrics_gauge": {**METRIC, "Value": "Float64", **EXEMPLARS},
    "otel_metrics_sum": {
        **METRIC,
        "Value": "Float64",
        **EXEMPLARS,
        "AggregationTemporality": "Int32",
        "IsMonotonic": "Bool",
    },
    "otel_metrics_histogram": {
        **METRIC,
        **DISTRIBUTION,
        "BucketCounts": "Array(UInt64)",
        "ExplicitBounds": "Array(Float64)",
    },
    "otel_metrics_exp_histogram": {
        **METRIC,
        **DISTRIBUTION,
        "Scale": "Int32",
        "ZeroCount": "UInt64",
        **{f"{side}Offset": "Int32" for side in ("Positive", "Negative")},
        **{f"{side}BucketCounts": "Array(UInt64)" for side in ("Positive", "Negative")},
    },
    "otel_metrics_summary": {
        **METRIC,
        "Count": "UInt64",
        "Sum": "Float64",
        "ValueAtQuantiles.Quantile": "Array(Float64)",
        "ValueAtQuantiles.Value": "Array(Float64)",
    },
}
"""The tables of the OpenTelemetry Collector's ClickHouse exporter, 0.151 and later: column to type."""

# How a Collector would write one value of a type.
LITERALS = {
    TEXT: "'ab'",
    NAME: "'n'",
    MAP: "map('k', '1', 'l', 'text')",
    TIME: "toDateTime64('2026-01-02 03:04:05.678901234', 9)",
    "DateTime": "toDateTime('2026-01-02 03:04:05')",
    "Bool": "true",
    "Float64": "1.5",
}


def _columns(engine: Engine, table: str) -> dict[str, str]:
    return {row[0]: row[1] for row in engine.query(f"DESCRIBE TABLE {table}").rows}


def _literal(kind: str) -> str:
    if kind.startswith("Array("):
        return f"[{_literal(kind.removeprefix('Array(').removesuffix(')'))}]"
    return LITERALS.get(kind, "7")


def test_each_file_has_a_number_of_its_own() -> None:
    """Files are applied in the order of their numbers, so no two may share one."""
    assert len({name[:4] for name in FILES}) == len(FILES)


@pytest.mark.parametrize("name", [*FILES, *DECODING])
def test_each_file_says_what_it_is(name: str) -> None:
    """Its header says of what kind it is, why, what it reads and what it gives."""
    header = (FILES | DECODING)[name].header
    assert {"kind", "why", "reads", "gives"} <= set(header)
    assert all(header.values())


@pytest.mark.parametrize("table", EXPORTER)
def test_tables_have_the_columns_of_the_exporter(engine: Engine, table: str) -> None:
    """Each table has every column of the Collector's exporter under the same name and with the same type."""
    assert EXPORTER[table].items() <= _columns(engine, table).items()


def _write_as_collector(engine: Engine, table: str, service: str) -> str:
    """Insert a row with the exporter's columns alone; return the condition that finds it."""
    columns = {name: kind for name, kind in EXPORTER[table].items() if not name.startswith("__otel_materialized")}
    key = "TraceId" if table == "otel_traces_trace_id_ts" else "ServiceName"
    known = {key: f"'{service}'", "SpanKind": "'Server'", "StatusCode": "'Ok'"}
    values = [known.get(name) or _literal(kind) for name, kind in columns.items()]
    names = ", ".join(f"`{name}`" for name in columns)
    engine.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}")
    return f"{key} = '{service}'"


@pytest.mark.parametrize("table", EXPORTER)
def test_a_collector_can_write_each_table(engine: Engine, table: str) -> None:
    """An INSERT that knows the exporter's columns alone is stored, under the day of its time."""
    where = _write_as_collector(engine, table, f"collector-{uuid4()}")
    assert engine.query(f"SELECT PartitionDate FROM {table} WHERE {where}").rows == [["2026-01-02"]]


def test_what_a_collector_wrote_comes_back(engine: Engine) -> None:
    """Rows without our columns are restored as far as the exporter keeps them: times to its precision, attributes as text."""
    rows = {}
    for table in EXPORTER:
        where = _write_as_collector(engine, table, f"collector-{uuid4()}")
        rows[table] = engine.query(f"SELECT * FROM {table} WHERE {where} SETTINGS {restore.ROW_SETTINGS}").dicts()
    span = restore.traces(rows["otel_traces"])
    (found,) = span.resource_spans[0].scope_spans[0].spans
    assert (found.kind, found.status.code) == (2, 1)
    assert found.start_time_unix_nano == found.events[0].time_unix_nano == 1767323045678901234
    assert found.end_time_unix_nano == found.start_time_unix_nano + 7
    assert found.attributes[0].value.string_value == found.events[0].attributes[0].value.string_value == "1"
    (log,) = restore.logs(rows["otel_logs"]).resource_logs[0].scope_logs[0].log_records
    assert log.time_unix_nano == 1767323045678901234
    assert log.body.string_value == "ab"
    kinds_of_metrics = ("gauge", "sum", "histogram", "exp_histogram", "summary")
    points = restore.metrics({kind: rows[f"otel_metrics_{kind}"] for kind in kinds_of_metrics})
    kinds = {metric.WhichOneof("data"): metric for scope in _scopes(points) for metric in scope.metrics}
    assert kinds["gauge"].gauge.data_points[0].as_double == 1.5
    exemplar = kinds["gauge"].gauge.data_points[0].exemplars[0]
    assert (exemplar.as_double, exemplar.time_unix_nano) == (1.5, 1767323045_000000000)
    assert kinds["histogram"].histogram.data_points[0].sum == 1.5
    assert kinds["summary"].summary.data_points[0].time_unix_nano == 1767323045_000000000
    assert len(kinds) == 5


def _scopes(request: Any) -> Iterator[Any]:
    for resource in request.resource_metrics:
        yield from resource.scope_metrics


@pytest.mark.parametrize("signal", Signal)
def test_every_column_of_a_landing_table_is_used(signal: Signal) -> None:
    """What the reader takes from a request, by field name, is read by a view: nothing is decoded only to be lost."""
    messages = (files(FOLDER) / f"{signal}.proto").read_text("utf-8").split("message ")
    declared = {
        field
        for message in messages
        if not message.startswith(("AnyValue", "Array", "KeyValue"))
        for field in re.findall(r"(\w+) = \d+;", message)
    }
    views = "\n".join(file.text for name, file in DECODING.items() if name.startswith(VIEWS[signal]))
    landing = next(file.text for name, file in FILES.items() if name.endswith(f"landing_{signal}"))
    # The name of the way in is for the statistics of receivers; `value` is the oneof of the two that follow it.
    assert {field for field in declared if not re.search(rf"\b{field}\b", landing)} == set()
    assert {field for field in declared - {"source"} if not re.search(rf"\b{field}\b", views)} <= _WHOLE


_WHOLE = {"id_keys", "description_keys", "type"}
"""Fields of entity references, which are stored whole."""
