from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Iterator

import pytest
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assay.core.config import Retention
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.journal import record
from assay.store import RetentionSchedule, drop_expired

RECEIVED = datetime.datetime(2020, 1, 10, 12, tzinfo=datetime.UTC)
ALL = Retention(traces_days=1, logs_days=1, metrics_days=1)


def _nanos(moment: datetime.datetime) -> int:
    return int(moment.timestamp()) * 10**9


def _requests(nanos: int) -> dict[Signal, Message]:
    span = ExportTraceServiceRequest()
    span.resource_spans.add().scope_spans.add().spans.add(trace_id=bytes(15) + b"\1", start_time_unix_nano=nanos)
    log = ExportLogsServiceRequest()
    log.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=nanos)
    point = ExportMetricsServiceRequest()
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        metric = point.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
        getattr(metric, kind).data_points.add(time_unix_nano=nanos)
    return {Signal.TRACES: span, Signal.LOGS: log, Signal.METRICS: point}


def _insert(engine: Engine, nanos: int) -> None:
    for signal, request in _requests(nanos).items():
        pieces = record.encode(request.SerializeToString(), 1, _nanos(RECEIVED), "tests", 1)
        engine.insert(signal, pieces, f"retention/{signal}/{nanos}/{time.monotonic_ns()}")


@pytest.fixture(autouse=True)
def _clean(engine: Engine) -> Iterator[None]:
    """Leave nothing of these days behind for other tests."""
    yield
    drop_expired(engine, ALL, datetime.date(2020, 3, 1))


def _partitions(engine: Engine, prefix: str) -> set[str]:
    query = "SELECT DISTINCT partition_id FROM system.parts WHERE active AND startsWith(table, {prefix:String})"
    return {row[0] for row in engine.query(query, {"prefix": prefix}).rows if "2019" < row[0] < "2021"}


def test_each_signal_has_its_own_days(engine: Engine) -> None:
    """Whole days are dropped from all tables of a signal as its own setting says; the last day that is kept stays."""
    for day in (9, 10):
        _insert(engine, _nanos(RECEIVED.replace(day=day)))
    retention = Retention(traces_days=30, logs_days=31, metrics_days=90)
    dropped = drop_expired(engine, retention, datetime.date(2020, 2, 9))
    assert dropped == [("otel_traces", "20200109"), ("otel_traces_trace_id_ts", "20200109")]
    assert _partitions(engine, "otel_traces") == {"20200110"}
    assert _partitions(engine, "otel_logs") == _partitions(engine, "otel_metrics") == {"20200109", "20200110"}
    assert drop_expired(engine, retention, datetime.date(2020, 2, 9)) == []
    later = drop_expired(engine, retention, datetime.date(2020, 4, 9))
    assert [table for table, day in later if day == "20200109" and table.startswith("otel_metrics")] == [
        f"otel_metrics_{kind}" for kind in ("exp_histogram", "gauge", "histogram", "sum", "summary")
    ]
    assert _partitions(engine, "otel_logs") == set()


@pytest.mark.parametrize("nanos", [0, 1, _nanos(RECEIVED) * 3, 2**63, 2**64 - 1])
def test_a_wrong_clock_makes_no_partitions(engine: Engine, nanos: int) -> None:
    """What claims to be from 1970 or from the future is kept under the day on which it was received, and dropped with it."""
    before = drop_expired(engine, ALL, datetime.date(2020, 1, 10))
    assert before == []
    _insert(engine, nanos)
    for prefix in ("otel_traces", "otel_logs", "otel_metrics"):
        assert _partitions(engine, prefix) == {"20200110"}


@pytest.mark.parametrize(
    ("event", "partition"),
    [
        (RECEIVED - datetime.timedelta(days=29), "20191212"),
        (RECEIVED - datetime.timedelta(days=31), "20200110"),
        (RECEIVED + datetime.timedelta(hours=23), "20200111"),
        (RECEIVED + datetime.timedelta(hours=25), "20200110"),
    ],
)
def test_late_data_keep_their_own_day(engine: Engine, event: datetime.datetime, partition: str) -> None:
    """An event up to 30 days old or one day ahead is kept under its own day."""
    _insert(engine, _nanos(event))
    assert _partitions(engine, "otel_logs") == {partition}


def test_the_schedule_drops_at_its_start(engine: Engine) -> None:
    """What expired while Assay was not running is dropped when it starts; the schedule stops when it is told to."""
    _insert(engine, _nanos(RECEIVED))
    asked = threading.Event()

    def today() -> datetime.date:
        asked.set()
        return datetime.date(2020, 3, 1)

    schedule = RetentionSchedule(engine, ALL, today)
    schedule.start()
    assert asked.wait(10)
    schedule.stop()
    assert _partitions(engine, "otel_") == set()
