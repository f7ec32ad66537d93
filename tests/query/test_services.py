from __future__ import annotations

import time
from uuid import uuid4

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, metrics, record, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.services import list_operations, list_services
from assay.query.times import HOUR, MINUTE, TimeRange, format_time

_NOW = time.time_ns()
_RANGE = TimeRange(_NOW - HOUR, _NOW)


def test_a_service_is_known_by_any_signal(engine: Engine, store: Store) -> None:
    """A service that sent only logs or only metrics is listed too; its requests are its server and consumer spans."""
    one, two, three = (f"{place}-{uuid4()}" for place in (1, 2, 3))
    trace_id = uuid4().hex
    spans = [
        span(trace_id, 1, kind=2, start_ns=_NOW - MINUTE, duration_ns=100, status={"code": 2}),
        span(trace_id, 2, kind=5, start_ns=_NOW - MINUTE, duration_ns=200),
        span(trace_id, 3, kind=3, start_ns=_NOW - SECOND, duration_ns=999_999),
    ]
    store(Signal.TRACES, traces(one, spans))
    store(Signal.LOGS, logs(two, [record(_NOW - SECOND, "a")] * 3))
    gauge = Metric(name="g")
    gauge.gauge.data_points.add(time_unix_nano=_NOW - SECOND, as_int=1)
    store(Signal.METRICS, metrics(three, [gauge]))

    found = {each.name: each for each in list_services(engine, _RANGE).services}

    assert (found[one].spans, found[one].errors, found[one].requests) == (3, 1, 2)
    durations = found[one].durations
    assert durations is not None
    assert 100 <= durations.p50_ns <= durations.p99_ns <= 200
    assert found[one].last_seen == format_time(_NOW - SECOND)
    assert (found[two].log_records, found[two].spans, found[two].durations) == (3, 0, None)
    assert found[three].metric_points == 1
    earlier = list_services(engine, TimeRange(_NOW - HOUR, _NOW - 2 * MINUTE)).services
    assert not {one, two, three} & {each.name for each in earlier}


def test_operations_are_names_and_kinds(engine: Engine, store: Store) -> None:
    """Spans of one name and kind are an operation, with how many, how many failed and how long they took."""
    service, trace_id = f"ops-{uuid4()}", uuid4().hex
    spans = [
        *(span(trace_id, 1 + place, name="GET /", kind=2, start_ns=_NOW - MINUTE, duration_ns=10) for place in range(3)),
        span(trace_id, 4, name="GET /", kind=3, start_ns=_NOW - SECOND, status={"code": 2}, duration_ns=7),
    ]
    store(Signal.TRACES, traces(service, spans))
    server, client = list_operations(engine, service, _RANGE).operations
    assert (server.name, server.kind, server.spans, server.errors) == ("GET /", "server", 3, 0)
    assert (client.kind, client.spans, client.errors, client.durations.p95_ns) == ("client", 1, 1, 7)
    assert client.last_seen == format_time(_NOW - SECOND)
    assert list_operations(engine, f"none-{uuid4()}", _RANGE).operations == []
