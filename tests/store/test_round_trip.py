from __future__ import annotations

import math
import time
from collections.abc import Iterable
from itertools import count
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1 import common_pb2 as common
from tests import otlp_strategies
from tests.store.items import items

from assay.core import restore
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.journal import record

REQUESTS_OF_A_SIGNAL = 300
REQUESTS_OF_A_SEGMENT = 50
METRIC_TABLES = ("gauge", "sum", "histogram", "exp_histogram", "summary")

_batches = count(5_000_000)


def insert(engine: Engine, signal: Signal, requests: Iterable[Message]) -> list[int]:
    """Insert requests as one segment, each with a batch number of its own, and return these."""
    records: list[bytes] = []
    numbers: list[int] = []
    for request in requests:
        numbers.append(next(_batches))
        records += record.encode(request.SerializeToString(), numbers[-1], time.time_ns(), "tests", 1)
    engine.insert(signal, records, f"round-trip/{signal}/{numbers[0]}")
    return numbers


def read(engine: Engine, table: str, first: int, last: int) -> dict[int, list[dict[str, Any]]]:
    """Return the rows of `table` by batch."""
    where = f"Batch BETWEEN {first} AND {last}"
    found: dict[int, list[dict[str, Any]]] = {}
    for row in engine.query(f"SELECT * FROM {table} WHERE {where} SETTINGS {restore.ROW_SETTINGS}").dicts():
        found.setdefault(row["Batch"], []).append(row)
    return found


def restored(engine: Engine, signal: Signal, numbers: list[int]) -> list[Message]:
    """Return what the store gives back for each batch."""
    first, last = numbers[0], numbers[-1]
    if signal is Signal.METRICS:
        tables = {kind: read(engine, f"otel_metrics_{kind}", first, last) for kind in METRIC_TABLES}
        return [restore.metrics({kind: rows.get(number, []) for kind, rows in tables.items()}) for number in numbers]
    found = read(engine, f"otel_{signal}", first, last)
    build = restore.traces if signal is Signal.TRACES else restore.logs
    return [build(found.get(number, [])) for number in numbers]


@pytest.mark.parametrize("signal", Signal)
def test_nothing_of_any_request_is_lost(engine: Engine, signal: Signal) -> None:
    """Any request that OTLP allows comes back from the store as it was sent."""
    requests: list[Message] = []

    @settings(max_examples=REQUESTS_OF_A_SIGNAL, deadline=None, suppress_health_check=list(HealthCheck))
    @given(otlp_strategies.requests[signal])
    def collect(request: Message) -> None:
        requests.append(request)

    collect()
    assert len(requests) >= REQUESTS_OF_A_SIGNAL
    for start in range(0, len(requests), REQUESTS_OF_A_SEGMENT):
        sent = requests[start : start + REQUESTS_OF_A_SEGMENT]
        given_back = restored(engine, signal, insert(engine, signal, sent))
        different = [pair for pair in zip(sent, given_back, strict=True) if items(pair[0]) != items(pair[1])]
        # The smallest one tells most.
        for before, after in sorted(different, key=lambda pair: pair[0].ByteSize())[:1]:
            assert items(after) == items(before), f"{len(different)} of {len(sent)} differ; the smallest:\n{before}"


def _value(value: Any) -> common.AnyValue:
    """Make an `AnyValue` of Python values; pairs in a tuple are a map, which may have a key twice."""
    made = common.AnyValue()
    match value:
        case None:
            pass
        case list():
            made.array_value.values.extend(map(_value, value))
            made.array_value.SetInParent()
        case tuple():
            made.kvlist_value.values.extend(common.KeyValue(key=key, value=_value(member)) for key, member in value)
            made.kvlist_value.SetInParent()
        case _:
            kinds = {bool: "bool", int: "int", float: "double", bytes: "bytes", str: "string"}
            setattr(made, f"{kinds[type(value)]}_value", value)
    return made


def _nested(depth: int) -> Any:
    return "leaf" if depth == 0 else [_nested(depth - 1), (("deeper", _nested(depth - 1)), ("@", None))]


VALUES = {
    "empty": None,
    "texts": ["", "\0", "\u2028\U0010ffff\x7f\x1b", "\\n\t\r\n\"'", "null", "{}", '{"@bytes":"AA=="}', "x" * 70_000],
    "integers": [0, -1, 2**63 - 1, -(2**63), 2**53 + 1],
    "doubles": [
        0.0,
        -0.0,
        1.0,
        5e-324,
        -2.2250738585072014e-308,
        1e308,
        0.1,
        2.0**63,
        1e21,
        123456789.0,
        math.inf,
        -math.inf,
        math.nan,
    ],
    "bytes": [b"", b"\0", bytes(range(256))],
    "no elements": [[], ()],
    "marks": (("@bytes", "AA=="), ("@@", 1), ("@", ()), ("", None)),
    "one mark": (("@bytes", "AA=="),),
    "another mark": [(("@double", 1.0),), (("@array", []),), (("@map", ()),)],
    "a key twice": (("a", 1), ("a", "1"), ("b", None), ("a", 1.0)),
    "deep": _nested(6),
}


@pytest.mark.parametrize("name", VALUES)
def test_each_value_comes_back(engine: Engine, name: str) -> None:
    """A value, whatever it is, keeps its type and every bit: as a log body and as an attribute, alone and nested."""
    value = _value(VALUES[name])
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for body in (value, *value.array_value.values, *(member.value for member in value.kvlist_value.values)):
        records.add(body=body, attributes=[common.KeyValue(key="k", value=body), common.KeyValue(key="@k", value=body)])
    back = restored(engine, Signal.LOGS, insert(engine, Signal.LOGS, [request]))[0]
    assert items(back) == items(request)


def test_what_otlp_forbids_comes_back_too(engine: Engine) -> None:
    """Ids of odd lengths, a key sent twice, the last times of a uint64, a span that ends too early: nothing is mended."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(common.KeyValue(key="k", value=_value(value)) for value in (1, "1", 1.0, None, True))
    spans = group.scope_spans.add().spans
    for size in (1, 7, 9, 15, 17, 40):
        span: Any = spans.add(trace_id=bytes(range(size)), span_id=b"\xff" * size, parent_span_id=b"\x80" * size)
        span.links.add(trace_id=b"\1" * size, span_id=b"\2" * size)
    last = 2**64 - 1
    for start, end in ((last, last), (last, 0), (0, last), (2**63, 2**63 - 1), (5, 5), (5, 4), (0, 0)):
        spans.add(start_time_unix_nano=start, end_time_unix_nano=end).events.add(time_unix_nano=end)
    for number in range(40):
        pairs = [common.KeyValue(key=f"k{index % 3}", value=_value(index)) for index in range(number)]
        span = spans.add(name=str(number), attributes=pairs)
        span.kind, span.status.code = -number, number - 20
    back = restored(engine, Signal.TRACES, insert(engine, Signal.TRACES, [request]))[0]
    assert items(back) == items(request)


def test_equal_resources_and_scopes_are_told_once(engine: Engine) -> None:
    """Items of one resource, scope and metric are given back under one message each, however many requests brought them."""
    request = ExportMetricsServiceRequest()
    for _ in range(2):
        metric: Any = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
        metric.sum.data_points.add(as_int=1)
        metric.sum.data_points.add(as_int=2)
    back: Any = restored(engine, Signal.METRICS, insert(engine, Signal.METRICS, [request]))[0]
    assert len(back.resource_metrics) == len(back.resource_metrics[0].scope_metrics[0].metrics) == 1
    assert sorted(point.as_int for point in back.resource_metrics[0].scope_metrics[0].metrics[0].sum.data_points) == [
        1,
        1,
        2,
        2,
    ]
