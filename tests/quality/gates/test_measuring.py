from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
)
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, logs, metrics, record
from tests.quality.gates.world import World

from assay.core.signals import Signal


@pytest.mark.parametrize(
    ("measure", "always", "value"),
    [
        ("error_rate", ">= 0%", 0.25),
        ("availability", ">= 0%", 0.75),
        ("latency_p50", ">= 0ms", 0.1),
        ("latency_p99", ">= 0ms", 0.4),
    ],
)
def test_measures_of_a_service_are_those_of_its_requests(world: World, measure: str, always: str, value: float) -> None:
    """Given 30 requests of 100 ms and 10 that failed after 400 ms: each measure is what they come to."""
    world.requests(30, ms=100)
    world.requests(0, 10, ms=400)
    world.requests(7, 7, ms=9000, minutes_ago=40)
    told = world.one({"measure": measure, "pass": always})
    assert (told["outcome"], told["requests"]) == ("passed", 40)
    assert told["value"] == pytest.approx(value, rel=0.0055)


def test_throughput_is_of_the_whole_window(world: World) -> None:
    """Requests are divided by the time from the beginning of the minute in which the window begins up to its end."""
    world.requests(40)
    told = world.one({"measure": "throughput", "pass": ">= 0/s"})
    assert 40 / 960 <= told["value"] <= 40 / 900


@pytest.fixture(scope="module")
def mixed(store: Store, gates_client: httpx.Client, gates_directory: Path) -> World:
    """A service with requests of several versions, environments, operations and times."""
    world = World(store, gates_client, gates_directory)
    world.requests(7, version="1.0", environment="production")
    world.requests(3, version="1.0", environment="staging")
    world.requests(12, version="2.0", environment="prod")
    world.requests(4, operation="GET /cart")
    world.requests(5, operation="PUT /cart")
    world.requests(100, minutes_ago=90)
    return world


@pytest.mark.parametrize(
    ("filters", "asked", "requests"),
    [
        ({}, {}, 31),
        ({}, {"version": "2.0"}, 12),
        ({"version": "1.0"}, {"version": "2.0"}, 10),
        ({"environment": "staging"}, {}, 3),
        ({"environment": "stage"}, {}, 3),
        ({}, {"environment": "production", "version": "1.0"}, 7),
        ({"operation": "GET /cart"}, {}, 4),
        ({}, {"operation": "GET /cart"}, 4),
        ({"operation_matching": "^(GET|PUT) /cart$"}, {}, 9),
        ({"window": "2h"}, {}, 131),
        ({}, {"window": "2h"}, 131),
        ({"window": "15m"}, {"window": "2h"}, 31),
        ({}, {"window": "30m", "end": "80m"}, 100),
    ],
)
def test_filters_say_which_requests_count(mixed: World, filters: dict[str, str], asked: dict[str, str], requests: int) -> None:
    """What an objective says itself wins over what is asked for."""
    told = mixed.one({"measure": "error_rate", "pass": "<= 1%", **filters}, **asked)
    assert told["requests"] == requests


def test_a_gate_of_several_services_measures_each(world: World) -> None:
    """An objective may name a service of its own."""
    world.requests(10)
    other = world.neighbour()
    other.requests(5, 5)
    gate = world.gate(
        {"name": "mine", "measure": "error_rate", "pass": "<= 1%"},
        {"name": "theirs", "measure": "error_rate", "pass": "<= 1%", "service": other.service},
    )
    assert [each["outcome"] for each in world.check(gate)["objectives"]] == ["passed", "failed"]


def test_operations_are_measured_side_by_side(world: World) -> None:
    """Operations and all requests are asked for together, and each is told by itself, with the statement for it alone."""
    world.requests(9, 1, ms=100, operation="GET /cart")
    world.requests(20, ms=300, operation="PUT /cart")
    gate = world.gate(
        {"name": "all", "measure": "error_rate"},
        {"name": "get", "measure": "error_rate", "operation": "GET /cart"},
        {"name": "put", "measure": "latency_p50", "operation": "PUT /cart"},
        {"name": "none", "measure": "latency_p99", "operation": "DELETE /cart"},
        {"name": "both", "measure": "throughput", "operation_matching": "^(GET|PUT)"},
        {"name": "bad", "measure": "throughput", "operation_matching": "["},
        {"measure": "availability", "pass": ">= 0%"},
    )
    told = {each["name"]: each for each in world.check(gate, sql=True)["objectives"]}
    assert [told[name]["requests"] for name in ("all", "get", "put", "none", "both", "bad")] == [30, 10, 20, 0, 30, None]
    assert told["get"]["value"] == 0.1
    assert told["put"]["value"] == pytest.approx(0.3, rel=0.0055)
    assert (told["none"]["outcome"], told["bad"]["outcome"]) == ("no_data", "broken_query")
    resolved = told["put"]["resolved"]
    answer = world.client.post("/api/v1/sql", json={"sql": resolved["sql"], "parameters": resolved["parameters"]})
    (row,) = [dict(zip([each["name"] for each in answer.json()["columns"]], row, strict=True)) for row in answer.json()["rows"]]
    assert (row["operation"], row["requests"]) == ("PUT /cart", 20)


def test_traces_that_show_it_come_with_the_value(world: World) -> None:
    """Of an error rate those that failed, of a latency the longest."""
    world.requests(10, ms=10)
    (slow,) = world.requests(1, ms=2000)
    (failed,) = world.requests(0, 1, ms=50)
    gate = world.gate({"measure": "error_rate", "pass": "<= 1%"}, {"measure": "latency_p99", "pass": "<= 1s"})
    errors, latency = world.check(gate)["objectives"]
    assert [each["trace_id"] for each in errors["exemplars"]] == [failed]
    assert latency["exemplars"][0] == {"kind": "slow", "trace_id": slow, "duration_ns": 2000 * 10**6}


@pytest.mark.parametrize(("requests", "least", "outcome"), [(0, 0, "no_data"), (9, 10, "too_few_requests"), (10, 10, "passed")])
def test_too_little_traffic_is_an_outcome_of_its_own(world: World, requests: int, least: int, outcome: str) -> None:
    """Neither passed nor failed: nobody knows."""
    world.requests(1, minutes_ago=60)
    if requests:
        world.requests(requests)
    told = world.one({"measure": "error_rate", "pass": "<= 1%", "minimum_requests": least})
    assert told["outcome"] == outcome


@pytest.fixture(scope="module")
def metered(store: Store, gates_client: httpx.Client, gates_directory: Path) -> World:
    """A service that sends a gauge, a counter and a histogram."""
    world = World(store, gates_client, gates_directory)
    now = time.time_ns()

    def point(value: float, seconds_ago: int, **values: str) -> NumberDataPoint:
        at = now - seconds_ago * SECOND
        return NumberDataPoint(as_double=value, time_unix_nano=at, start_time_unix_nano=1, attributes=attributes(values))

    depth = Gauge(data_points=[point(3, 90, queue="a"), point(7, 30, queue="a"), point(9, 60, queue="b")])
    done = Sum(
        data_points=[point(100, 1000), point(110, 600), point(140, 60)],
        aggregation_temporality=AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE,
        is_monotonic=True,
    )
    took = HistogramDataPoint(
        time_unix_nano=now - 60 * SECOND, count=4, sum=2, bucket_counts=[0, 4, 0], explicit_bounds=[0.25, 0.75]
    )
    delta = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
    made = [
        Metric(name="depth", gauge=depth),
        Metric(name="done", sum=done),
        Metric(name="took", unit="s", histogram=Histogram(data_points=[took], aggregation_temporality=delta)),
    ]
    store(Signal.METRICS, metrics(world.service, made, {"service.version": "1.0"}))
    return world


@pytest.mark.parametrize(
    ("metric", "more", "value", "outcome"),
    [
        ({"name": "depth", "aggregation": "max"}, {"pass": "<= 9"}, 9.0, "passed"),
        ({"name": "depth", "aggregation": "max"}, {"pass": "<= 9", "version": "1.0"}, 9.0, "passed"),
        ({"name": "depth", "aggregation": "max"}, {"pass": "<= 9", "version": "2.0"}, None, "no_data"),
        ({"name": "depth", "aggregation": "avg", "attributes": ["queue=a"]}, {"pass": "<= 5"}, 5.0, "passed"),
        ({"name": "depth", "aggregation": "last", "attributes": ["queue=a"]}, {"pass": "<= 5"}, 7.0, "failed"),
        ({"name": "depth", "attributes": ["queue=none"]}, {"pass": "<= 5"}, None, "no_data"),
        ({"name": "depth", "attributes": ["queue"]}, {"pass": "<= 5"}, None, "broken_query"),
        ({"name": "nothing"}, {"pass": "<= 5"}, None, "no_data"),
        ({"name": "done", "aggregation": "increase"}, {"pass": ">= 40"}, 40.0, "passed"),
        ({"name": "done", "aggregation": "p95"}, {"pass": ">= 40"}, None, "broken_query"),
        ({"name": "took", "aggregation": "p50"}, {"unit": "ms", "pass": "<= 500ms"}, 0.5, "passed"),
        ({"name": "took", "aggregation": "p50"}, {"unit": "s", "pass": "<= 0.4s"}, 0.5, "failed"),
        ({"name": "took", "aggregation": "p50"}, {"unit": "By", "pass": "<= 1KiB"}, None, "broken_query"),
    ],
)
def test_a_stored_metric_is_measured(
    metered: World, metric: dict[str, Any], more: dict[str, Any], *, value: float | None, outcome: str
) -> None:
    """Gauges, counters and histograms over the window, in the unit in which they were sent."""
    told = metered.one({"metric": metric, **more})
    assert told["outcome"] == outcome, told["reason"]
    assert told["value"] == (pytest.approx(value) if value is not None else None)


def test_the_rate_of_a_counter_is_by_the_second_of_the_window(metered: World) -> None:
    """It grew by 40 in a window of 15 minutes and the part of a minute before it."""
    told = metered.one({"metric": {"name": "done", "aggregation": "rate"}, "pass": ">= 1/s"})
    assert 40 / 960 <= told["value"] <= 40 / 900


def test_delivery_is_measured(world: World, store: Store) -> None:
    """It counts over 30 days unless the objective says otherwise, in production unless asked for another environment."""
    deployed = [
        record(
            time.time_ns() - hours * 3600 * SECOND,
            None,
            {
                "deployment.id": f"{world.service}-{hours}",
                "deployment.status": status,
                "deployment.environment.name": "production",
            },
            event_name="qms.deployment.finished",
        )
        for hours, status in ((200, "failed"), (100, "succeeded"), (50, "succeeded"), (25, "succeeded"))
    ]
    store(Signal.LOGS, logs(world.service, deployed))
    gate = world.gate(
        {"dora": "change_failure_rate", "pass": "<= 15%"},
        {"dora": "deployments_per_day", "pass": ">= 3/week", "name": "last week", "window": "7d"},
        {"dora": "change_lead_time", "pass": "<= 1d"},
    )
    rate, frequency, lead = world.check(gate)["objectives"]
    assert (rate["value"], rate["outcome"]) == (0.25, "failed")
    assert frequency["value"] * 7 * 86400 == pytest.approx(3, rel=0.001)
    assert lead["outcome"] == "no_data"


@pytest.fixture(scope="module")
def asked(store: Store, gates_client: httpx.Client, gates_directory: Path) -> World:
    """A service with ten requests."""
    world = World(store, gates_client, gates_directory)
    world.requests(10)
    return world


@pytest.mark.parametrize(
    ("sql", "outcome", "value"),
    [
        ("SELECT sum(Count) FROM assay_service_metrics WHERE ServiceName = {service:String}", "passed", 10.0),
        ("SELECT ({end_ns:Int64} - {start_ns:Int64}) / 1e9 >= 900", "passed", 1.0),
        ("SELECT 0 WHERE false", "no_data", None),
        ("SELECT NULL", "no_data", None),
        ("SELECT nan", "no_data", None),
        ("SELECT inf", "broken_query", None),
        ("SELECT 'a'", "broken_query", None),
        ("SELECT arrayJoin([1, 2])", "broken_query", None),
        ("SELECT 1, 2", "broken_query", None),
        ("SELEC 1", "broken_query", None),
        ("SELECT throwIf(1, 'no')", "broken_query", None),
        ("SELECT number FROM numbers(100000000000)", "broken_query", None),
        ("INSERT INTO otel_logs VALUES (1)", "broken_query", None),
    ],
)
def test_a_statement_is_measured_and_what_is_wrong_with_it_is_an_outcome(
    asked: World, sql: str, outcome: str, value: float | None
) -> None:
    """One number is a value; no number is no data; everything else is a broken query that says why, and never an error."""
    told = asked.one({"sql": sql, "pass": ">= 0"}, sql=True)
    assert (told["outcome"], told["value"]) == (outcome, value), told["reason"]
    assert told["reason"]
    assert told["counts_as"] == ("passed" if outcome == "passed" else "failed")
    assert told["resolved"]["sql"] == sql


def test_few_spans_that_stand_for_many_requests_say_too_little(world: World) -> None:
    """A sender that keeps one of 16 is counted as it is meant, but 5 spans are no more certain for that."""
    world.requests(5, trace_state="ot=th:f")
    gate = world.gate(
        {"measure": "error_rate", "pass": "<= 1%"}, {"measure": "throughput", "pass": ">= 0/s"}, minimum_requests=6
    )
    errors, throughput = world.check(gate)["objectives"]
    assert (errors["outcome"], errors["requests"]) == ("too_few_requests", 80)
    assert "5 spans" in errors["reason"]
    assert "stand for 80 requests" in errors["reason"]
    assert throughput["outcome"] == "passed"
    assert world.one({"measure": "error_rate", "pass": "<= 1%", "minimum_requests": 5})["outcome"] == "passed"
