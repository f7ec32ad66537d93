"""The series of delivery in the store: cumulative, once a minute, and nobody's deployments."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from tests.conftest import Store
from tests.quality.delivering import World

from assay.core.errors import Retryable
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality import Delivery, StoredSeries

_MINUTE = 60_000_000_000
_HOUR = 3600


class Minutes:
    """A clock that stands still until it is told to go on by a minute; later than what earlier tests have written."""

    now = time.time_ns() // _MINUTE * _MINUTE + 10

    def __call__(self) -> int:
        return Minutes.now

    def go_on(self) -> None:
        Minutes.now += _MINUTE


@pytest.fixture
def clock() -> Minutes:
    clock = Minutes()
    clock.go_on()
    return clock


@pytest.fixture
def restart(engine: Engine, store: Store, clock: Minutes) -> Callable[[], StoredSeries]:
    def send(request: bytes) -> None:
        store(Signal.METRICS, ExportMetricsServiceRequest.FromString(request))

    return lambda: StoredSeries(engine, send, clock, 4 * _HOUR)


@pytest.fixture
def world(store: Store) -> World:
    """Two deployments, the first failed, a lead time of two hours and an incident of one."""
    world = World()
    _tell(
        store,
        world,
        {"change": "c1", "at": _ago(5)},
        {"deployment": "d1", "at": _ago(4), "status": "failed"},
        {"deployment": "d2", "at": _ago(3), "revision": "c1"},
        {"opened": "i1", "at": _ago(2), "severity": "high", "cause": "other"},
        {"resolved": "i1", "at": _ago(1), "severity": "high"},
    )
    return world


_START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


def _ago(hours: float) -> str:
    return (_START - timedelta(hours=hours)).isoformat()


def _tell(store: Store, world: World, *events: dict[str, Any]) -> None:
    for request in world.requests(events):
        store(Signal.LOGS, request)


def _sums(engine: Engine, world: World, columns: str = "MetricName, Value") -> list[list[Any]]:
    return engine.query(
        f"""SELECT {columns} FROM otel_metrics_sum
        WHERE ScopeName = 'assay.delivery' AND Attributes['service'] = {{service:String}} ORDER BY MetricName, TimeUnixNano""",
        {"service": world.service},
    ).rows


def test_all_series_are_metrics_in_the_store(
    engine: Engine, world: World, restart: Callable[[], StoredSeries], clock: Minutes
) -> None:
    """Counters, gauges and histograms of a service are written at the full minute, cumulative, as /metrics has them."""
    Delivery(engine).refresh()
    assert restart().write()
    assert _sums(engine, world) == [
        ["qms_deployments_total", 2],
        ["qms_failed_deployments_total", 1],
        ["qms_incidents_total", 1],
    ]
    minute = clock() // _MINUTE * _MINUTE
    assert _sums(engine, world, "DISTINCT TimeUnixNano, AggregationTemporality, IsMonotonic, ServiceName") == [
        [minute, 2, True, "assay"]
    ]
    asked = {"service": world.service}
    histograms = "SELECT MetricName, Count, Sum, arraySum(BucketCounts), length(BucketCounts) - length(ExplicitBounds)"
    assert engine.query(
        f"{histograms} FROM otel_metrics_histogram WHERE Attributes['service'] = {{service:String}} ORDER BY MetricName", asked
    ).rows == [["qms_lead_time_changes_seconds", 1, 2 * _HOUR, 1, 1], ["qms_mttr_seconds", 1, _HOUR, 1, 1]]
    gauges = "SELECT MetricName, round(Value, 3), Attributes['time_period'] FROM otel_metrics_gauge"
    assert engine.query(f"{gauges} WHERE Attributes['service'] = {{service:String}} ORDER BY MetricName", asked).rows == [
        ["qms_change_failure_rate", 50, "last_30_days"],
        ["qms_deployment_frequency", 0.143, "last_7_days"],
    ]


def test_a_minute_is_written_once(engine: Engine, world: World, restart: Callable[[], StoredSeries], clock: Minutes) -> None:
    """Neither asked twice nor after a restart is a minute written again; the next goes on from the same start."""
    Delivery(engine).refresh()
    first = restart()
    assert [first.write(), first.write(), restart().write()] == [True, False, False]
    clock.go_on()
    assert restart().write()
    times = _sums(engine, world, "TimeUnixNano, StartTimeUnixNano")
    assert (len(times), len({at for at, _ in times})) == (6, 2)
    assert len({start for _, start in times}) == 1
    assert 0 < times[0][1] <= times[0][0]


def test_a_counter_does_not_fall(
    engine: Engine, store: Store, world: World, restart: Callable[[], StoredSeries], clock: Minutes
) -> None:
    """What a correction takes back is a pause of the counter, across a restart too: a fall would be read as a new beginning."""
    delivery = Delivery(engine)
    delivery.refresh()
    restart().write()
    _tell(store, world, {"deployment": "d1", "at": _ago(4), "correction": 1, "retracted": True})
    delivery.refresh()
    for more in (None, {"deployment": "d3", "at": _ago(2)}, {"deployment": "d4", "at": _ago(1)}):
        if more:
            _tell(store, world, more)
            delivery.refresh()
        clock.go_on()
        restart().write()
    values = [row[1] for row in _sums(engine, world) if row[0] == "qms_deployments_total"]
    assert values == [2, 2, 2, 3]


def test_what_is_written_is_nobodys_deployment(
    engine: Engine, store: Store, world: World, restart: Callable[[], StoredSeries], clock: Minutes
) -> None:
    """Events are not concluded from the series that were made from them, however long after the reports they are written."""
    delivery = Delivery(engine)
    delivery.refresh()
    for number in range(3):
        _tell(store, world, {"deployment": f"late-{number}", "at": _ago(24 * 20 + number)})
        delivery.refresh()
        restart().write()
        clock.go_on()
    points = "SELECT count() FROM assay_event_points WHERE Service = {service:String}"
    assert engine.query(points, {"service": world.service}).rows == [[0]]
    found = "SELECT count() FROM assay_events WHERE Service = {service:String} AND Inferred"
    assert engine.query(found, {"service": world.service}).rows == [[0]]


def test_a_minute_that_could_not_be_written_is_written_later(engine: Engine, world: World, clock: Minutes) -> None:
    """While intake takes nothing the error is passed on, and the same minute is tried again."""
    sent: list[bytes] = []

    def send(request: bytes) -> None:
        if not sent:
            sent.append(b"")
            raise Retryable("intake_unavailable", "", "")
        sent.append(request)

    Delivery(engine).refresh()
    series = StoredSeries(engine, send, clock, 4 * _HOUR)
    with pytest.raises(Retryable):
        series.write()
    assert series.write()
    assert world.service.encode() in sent[1]
