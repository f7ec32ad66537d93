"""What a scrub rule covers is in no table, wherever in a request it stands."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from assay.core.signals import Signal
from assay.journal import record
from assay.policies import compile_policies, parse
from assay.policies.pseudonyms import read_keys
from assay.store import EmbeddedEngine, apply_decoding

SECRETS = ("ann.lee@example.org", "5425233430109903", "s3cr3t-Pa55")
TEXT = f"user {SECRETS[0]} paid with {SECRETS[1]}"
NOW = time.time_ns()


def _insert(engine: EmbeddedEngine, signal: Signal, request: Any, batch: int) -> None:
    data = b"".join(record.encode(request.SerializeToString(), batch, NOW, "test", 1))
    engine.insert(signal, [data], f"leaks/{signal}/{batch}")


def _add(attributes: Any, mark: str) -> None:
    """Put secrets among attributes: in a text, under a key that tells, and inside of arrays and maps."""
    attributes.add(key=f"{mark}.note").value.string_value = TEXT
    attributes.add(key="password").value.string_value = SECRETS[2]
    attributes.add(key=f"{mark}.card").value.int_value = int(SECRETS[1])
    attributes.add(key=f"{mark}.list").value.array_value.values.add().string_value = TEXT
    attributes.add(key=f"{mark}.map").value.kvlist_value.values.add(key="password").value.string_value = SECRETS[2]
    attributes.add(key=f"{mark}.deep").value.CopyFrom(_deep())


def _deep(levels: int = 6) -> AnyValue:
    """A text under so many maps that the tables do not unroll it."""
    value = AnyValue(string_value=TEXT)
    for _ in range(levels):
        outer = AnyValue()
        outer.kvlist_value.values.add(key="in").value.CopyFrom(value)
        value = outer
    return value


def _spans() -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "leaky"
    _add(resource.resource.attributes, "resource")
    scope = resource.scope_spans.add()
    _add(scope.scope.attributes, "scope")
    span = scope.spans.add(
        trace_id=b"t" * 16, span_id=b"s" * 8, name=f"send {TEXT}", start_time_unix_nano=NOW, end_time_unix_nano=NOW
    )
    span.status.code, span.status.message = Status.STATUS_CODE_ERROR, TEXT
    _add(span.attributes, "span")
    event = span.events.add(name=f"mail {SECRETS[0]}", time_unix_nano=NOW)
    _add(event.attributes, "event")
    _add(span.links.add(trace_id=b"l" * 16, span_id=b"l" * 8).attributes, "link")
    return request


def _logs() -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "leaky"
    _add(resource.resource.attributes, "resource")
    scope = resource.scope_logs.add()
    _add(scope.scope.attributes, "scope")
    text, nested = scope.log_records.add(time_unix_nano=NOW), scope.log_records.add(time_unix_nano=NOW)
    text.body.string_value = TEXT
    _add(text.attributes, "log")
    nested.body.CopyFrom(_deep())
    _add(nested.body.kvlist_value.values, "body")
    return request


def _metrics() -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "leaky"
    _add(resource.resource.attributes, "resource")
    scope = resource.scope_metrics.add()
    _add(scope.scope.attributes, "scope")
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        metric = scope.metrics.add(name=f"a.{kind}")
        _add(metric.metadata, "metadata")
        for _ in range(2):
            point = getattr(metric, kind).data_points.add(time_unix_nano=NOW)
            _add(point.attributes, "point")
            if kind != "summary":
                _add(point.exemplars.add(time_unix_nano=NOW, as_int=1).filtered_attributes, "exemplar")
                _add(point.exemplars.add(time_unix_nano=NOW, as_int=1).filtered_attributes, "exemplar")
    return request


@pytest.fixture(scope="module")
def filled(engine: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    """The shared store with what the default policies have left of the requests."""
    apply_decoding(engine, compile_policies(parse(None), read_keys(tmp_path_factory.mktemp("keys"))[-1]))
    for signal, request in ((Signal.TRACES, _spans()), (Signal.LOGS, _logs()), (Signal.METRICS, _metrics())):
        _insert(engine, signal, request, 900_000)
    apply_decoding(engine)
    return engine


def test_no_secret_is_in_any_table(filled: EmbeddedEngine) -> None:
    """No raw value that the default rules cover is in a row of any table, in the open or in base64."""
    hidden = filled.query(
        "SELECT arrayJoin([base64Encode({a:String}), base64Encode(concat(' ', {a:String})),"
        " base64Encode(concat('  ', {a:String}))])",
        {"a": SECRETS[0]},
    ).rows
    # What does not depend on the bits beside it.
    needles = [*SECRETS, *(row[0][4:-4] for row in hidden)]
    tables = "SELECT name FROM system.tables WHERE database = currentDatabase() AND match(engine, 'MergeTree$')"
    searched = 0
    for (table,) in filled.query(tables).rows:
        found = "arrayFilter(needle -> position(toJSONString(tuple(*)), needle) > 0, {needles:Array(String)})"
        rows = filled.query(f"SELECT count(), groupUniqArrayArray({found}) FROM {table}", {"needles": needles}).rows
        searched += rows[0][0]
        assert rows[0][1] == [], table
    assert searched > 0


def test_each_change_is_counted_by_place_and_rule(filled: EmbeddedEngine) -> None:
    """The coverage says for each place which rule changed it, and how often."""
    rows = filled.query(
        "SELECT Signal, Place, Rule, sum(Items) FROM assay_scrubbed_values WHERE ServiceName = 'leaky' GROUP BY ALL"
    ).rows
    counts = {(signal, place, rule): items for signal, place, rule, items in rows}
    assert counts["traces", "attributes.password", "secret"] == 1
    assert counts["traces", "event.attributes.event.note", "email card"] == 1
    assert counts["traces", "status.message", "email card"] == counts["traces", "name", "email card"] == 1
    assert counts["logs", "body", "email card"] >= 1
    assert counts["metrics", "attributes.point.note", "email card"] == 10
    assert counts["metrics", "exemplar.attributes.exemplar.note", "email card"] == 16
    assert ("metrics", "metadata.metadata.note", "email card") in counts


def test_what_is_left_keeps_its_place(filled: EmbeddedEngine) -> None:
    """Values beside a secret stay as they were, and types say what is stored now."""
    row = filled.query(
        "SELECT SpanAttributes, SpanAttributeTypes, Events.Attributes, Links.Attributes, ScopeAttributes, ResourceAttributes"
        " FROM otel_traces_recent WHERE ServiceName = 'leaky'"
    ).dicts()[0]
    attributes = row["SpanAttributes"]
    assert attributes["span.note"] == "user [email] paid with [card]"
    assert attributes["span.card"] == "[card]"
    assert json.loads(attributes["span.list"]) == ["user [email] paid with [card]"]
    assert json.loads(attributes["span.map"]) == {"password": "[secret]"}
    types = dict(zip(attributes, row["SpanAttributeTypes"], strict=True))
    assert (types["span.card"], types["span.list"], types["span.map"]) == ("string", "array", "map")
    for place, mark in (("Events.Attributes", "event"), ("Links.Attributes", "link")):
        assert row[place][0][f"{mark}.note"] == "user [email] paid with [card]"
    assert row["ScopeAttributes"]["scope.note"] == row["ResourceAttributes"]["resource.note"] == "user [email] paid with [card]"
