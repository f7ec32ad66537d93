"""Events that Assay concludes from spans, versions and counters, and that yield to what was reported."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE as CUMULATIVE
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA as DELTA
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from tests.conftest import Store

from assay.core.events import Event, encode
from assay.core.ports import Engine
from assay.core.signals import Signal

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
NOON = time.time_ns() // DAY * DAY - DAY // 2
"""Yesterday at noon, UTC: days before it are within what is stored under their own date."""

SERVICES = (f"inferred-{number}" for number in count())
IDS = count(1)

Rows = Callable[[str], list[list[Any]]]


@pytest.fixture
def service() -> str:
    return next(SERVICES)


@pytest.fixture
def rows(engine: Engine, service: str) -> Rows:
    """Select columns of the events of the service, in order of time."""

    def select(columns: str) -> list[list[Any]]:
        sql = f"SELECT {columns} FROM assay_events WHERE Service = {{service:String}} ORDER BY EventName, Time, EventId"
        return engine.query(sql, {"service": service}).rows

    return select


def fill(target: Any, attributes: dict[str, str]) -> None:
    for key, value in attributes.items():
        target.attributes.add(key=key).value.string_value = value


def span(
    store: Store, resource: dict[str, str], start: int, *, seconds: int = 60, error: bool = False, **attributes: str
) -> None:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    fill(group.resource, resource)
    made = group.scope_spans.add().spans.add(
        trace_id=next(IDS).to_bytes(16, "big"),
        span_id=b"12345678",
        name="deploy",
        start_time_unix_nano=start,
        end_time_unix_nano=start + seconds * SECOND,
    )
    made.status.code = Status.STATUS_CODE_ERROR if error else Status.STATUS_CODE_UNSET
    fill(made, {name.replace("__", "."): value for name, value in attributes.items()})
    store(Signal.TRACES, request)


def task(store: Store, service: str, start: int, **attributes: Any) -> None:
    """Send a span of a pipeline that deploys."""
    told = {"cicd__pipeline__task__type": "deploy", "vcs__repository__name": service, "deployment__environment__name": "prod"}
    span(store, {"service.name": "ci", "deployment.environment.name": "ci"}, start, **{**told, **attributes})


def report(store: Store, service: str, time_ns: int, name: str = "qms.deployment.finished", **attributes: Any) -> None:
    told = {
        "service.name": service,
        "deployment.id": f"{service}/reported",
        "deployment.status": "succeeded",
        "deployment.environment.name": "production",
    }
    event = Event(name, time_ns, told | attributes)
    store(Signal.LOGS, ExportLogsServiceRequest.FromString(encode([event], time_ns)))


def counter(
    store: Store,
    name: str,
    service: str,
    points: list[tuple[int, float]],
    *,
    start: int = 1,
    delta: bool = False,
    scope: str = "",
    **labels: str,
) -> None:
    """Send the data points (time, value) of a counter with the labels of the guidelines."""
    for moment, value in points:
        request = ExportMetricsServiceRequest()
        group = request.resource_metrics.add()
        fill(group.resource, {"service.name": service})
        made = group.scope_metrics.add()
        made.scope.name = scope
        metric = made.metrics.add(name=name)
        metric.sum.aggregation_temporality = DELTA if delta else CUMULATIVE
        metric.sum.is_monotonic = True
        point = metric.sum.data_points.add(time_unix_nano=moment, start_time_unix_nano=start, as_double=value)
        fill(point, {"service": service, "environment": "production"} | labels)
        store(Signal.METRICS, request)


def histogram(store: Store, name: str, service: str, points: list[tuple[int, int, float]], start: int) -> None:
    """Send the data points (time, count, sum) of a histogram."""
    for moment, number, total in points:
        request = ExportMetricsServiceRequest()
        group = request.resource_metrics.add()
        fill(group.resource, {"service.name": service, "deployment.environment": "production"})
        metric = group.scope_metrics.add().metrics.add(name=name)
        metric.histogram.aggregation_temporality = CUMULATIVE
        point = metric.histogram.data_points.add(time_unix_nano=moment, start_time_unix_nano=start, count=number, sum=total)
        fill(point, {"severity": "high", "change_type": "feat"})
        store(Signal.METRICS, request)


def test_a_deploy_task_is_a_deployment(store: Store, service: str, rows: Rows) -> None:
    """A span of a task of the type deploy is a deployment of the repository, in its own environment, when it ends."""
    task(store, service, NOON, vcs__ref__head__revision="c1", cicd__pipeline__task__run__result="success")
    assert rows("EventName, Status, Environment, CommitRevision") == [
        ["qms.deployment.finished", "succeeded", "production", "c1"]
    ]
    assert rows("toUnixTimestamp64Nano(Time), toUnixTimestamp64Nano(StartedAt)") == [[NOON + 60 * SECOND, NOON]]
    assert rows("Inferred, Source, Attributes['qms.event.inferred'], Subject = Attributes['deployment.id']") == [
        [True, "span", "true", True]
    ]


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        ({"cicd__pipeline__task__run__result": "failure"}, ["failed"]),
        ({"cicd__pipeline__task__run__result": "error"}, ["failed"]),
        ({"cicd__pipeline__task__run__result": "timeout"}, ["failed"]),
        ({"cicd__pipeline__task__run__result": "cancellation", "error": True}, []),
        ({"cicd__pipeline__task__run__result": "skip"}, []),
        ({"error": True}, ["failed"]),
        ({}, ["succeeded"]),
    ],
)
def test_a_task_says_how_it_ended(store: Store, service: str, rows: Rows, ended: dict[str, Any], status: list[str]) -> None:
    """Its result counts, or else the status of the span; what was cancelled or skipped deployed nothing."""
    task(store, service, NOON, **ended)
    assert [row[0] for row in rows("Status")] == status


def test_other_tasks_deploy_nothing(store: Store, service: str, rows: Rows) -> None:
    """Builds and tests are no deployments."""
    task(store, service, NOON, cicd__pipeline__task__type="build")
    assert rows("Status") == []


def test_a_report_wins_over_a_span(store: Store, service: str, rows: Rows) -> None:
    """One deployment that is both traced and reported counts once, as it was reported, whichever came first."""
    task(store, service, NOON)
    report(store, service, NOON + 90 * SECOND)
    task(store, service, NOON + SECOND)
    assert rows("Source, Inferred") == [["", False]]


def test_a_report_is_about_its_own_environment(store: Store, service: str, rows: Rows) -> None:
    """A report of production says nothing on staging, nor on what happened days before."""
    task(store, service, NOON, deployment__environment__name="staging")
    task(store, service, NOON - 3 * DAY)
    report(store, service, NOON)
    assert sorted(rows("Environment, Inferred")) == [["production", False], ["production", True], ["staging", True]]


def version(store: Store, service: str, day: int, name: str) -> None:
    resource = {"service.name": service, "service.version": name, "deployment.environment.name": "production"}
    span(store, resource, NOON - day * DAY, seconds=1)


def test_a_new_version_is_a_deployment(store: Store, service: str, rows: Rows) -> None:
    """A version that a service did not have before was deployed when it was first seen; its first version says nothing."""
    version(store, service, 5, "1")
    version(store, service, 4, "1")
    version(store, service, 3, "2")
    version(store, service, 2, "2")
    assert rows("Version, Status, Source, toUnixTimestamp64Nano(Time)") == [
        ["2", "succeeded", "service.version", NOON - 3 * DAY]
    ]


def test_an_old_version_that_comes_back_is_a_deployment(store: Store, service: str, rows: Rows) -> None:
    """After a day on which the service was seen without it a version has been deployed again; days of silence say nothing."""
    for day, name in ((9, "1"), (8, "2"), (7, "1"), (4, "1"), (3, "1")):
        version(store, service, day, name)
    assert [row[0] for row in rows("Version")] == ["2", "1"]


def test_spans_that_come_late_change_the_conclusion(store: Store, service: str, rows: Rows) -> None:
    """A span of an earlier day moves the deployment; nothing is counted twice."""
    version(store, service, 5, "1")
    version(store, service, 3, "2")
    version(store, service, 4, "2")
    assert rows("toUnixTimestamp64Nano(Time)") == [[NOON - 4 * DAY]]


def test_a_report_wins_over_a_version(store: Store, service: str, rows: Rows) -> None:
    """Where deployments are reported, versions conclude nothing."""
    version(store, service, 4, "1")
    version(store, service, 3, "2")
    report(store, service, NOON - 3 * DAY)
    assert rows("Source") == [[""]]


def test_a_counter_of_deployments(store: Store, service: str, rows: Rows) -> None:
    """A service that only counts has deployments where its counter grew; as many failed as the other counter says."""
    times = [NOON + number * 60 * SECOND for number in range(4)]
    counter(store, "qms_deployments_total", service, list(zip(times, [7, 7, 8, 10], strict=True)), version="3")
    counter(store, "qms_failed_deployments_total", service, list(zip(times, [1, 1, 1, 2], strict=True)))
    assert rows("toUnixTimestamp64Nano(Time), Status, Version, Source") == [
        [times[2], "succeeded", "3", "metric"],
        [times[3], "failed", "3", "metric"],
        [times[3], "succeeded", "3", "metric"],
    ]


def test_a_counter_that_begins_again(store: Store, service: str, rows: Rows) -> None:
    """A restart sets a counter to zero; what it has then is new."""
    counter(store, "qms_deployments_total", service, [(NOON, 5), (NOON + SECOND, 1)])
    assert len(rows("Status")) == 1


def test_the_first_point_counts_only_if_counting_began_lately(store: Store, service: str, rows: Rows) -> None:
    """A counter that has run for a month does not put a month of deployments on the day on which Assay met it."""
    counter(store, "qms_deployments_total", service, [(NOON, 2)], start=NOON - 3600 * SECOND, version="young")
    counter(store, "qms_deployments_total", service, [(NOON, 50)], start=NOON - 30 * DAY, version="old")
    assert len(rows("Status")) == 2


def test_deltas_are_taken_as_they_are(store: Store, service: str, rows: Rows) -> None:
    """A delta counter says itself what came in between; a point that is sent twice counts once."""
    points = [(NOON, 1.0), (NOON + SECOND, 0.0), (NOON + 2 * SECOND, 2.0), (NOON + 2 * SECOND, 2.0)]
    counter(store, "qms_deployments_total", service, points, delta=True)
    assert len(rows("Status")) == 3


def test_points_in_any_order_conclude_the_same(store: Store, service: str, rows: Rows) -> None:
    """A data point that comes late is put where it belongs."""
    counter(store, "qms_deployments_total", service, [(NOON, 1), (NOON + 2 * SECOND, 3), (NOON + SECOND, 2)])
    assert [row[0] for row in rows("toUnixTimestamp64Nano(Time)")] == [NOON + SECOND, NOON + 2 * SECOND]


def test_a_counter_wins_over_a_version_and_yields_to_a_report(store: Store, service: str, rows: Rows) -> None:
    """Of what a service tells in several ways the plainest counts."""
    version(store, service, 4, "1")
    version(store, service, 3, "2")
    counter(store, "qms_deployments_total", service, [(NOON - 3 * DAY, 1), (NOON - 3 * DAY + SECOND, 2)])
    assert rows("Source") == [["metric"]]
    report(store, service, NOON - 3 * DAY)
    assert rows("Source") == [[""]]


def test_counted_incidents(store: Store, service: str, rows: Rows) -> None:
    """Incidents open where their counter grew, with its severity; recovery times are the mean of what a histogram got."""
    counter(store, "qms_incidents_total", service, [(NOON, 0), (NOON + SECOND, 2)], severity="high")
    histogram(store, "qms_mttr_seconds", service, [(NOON, 1, 60.0), (NOON + SECOND, 3, 360.0)], start=NOON - SECOND)
    found = rows("EventName, Severity, Seconds")
    assert found[:2] == [["qms.incident.opened", "high", None]] * 2
    assert found[2:] == [
        ["qms.incident.resolved", "high", 60.0],
        ["qms.incident.resolved", "high", 150.0],
        ["qms.incident.resolved", "high", 150.0],
    ]
    report(store, service, NOON, "qms.incident.opened", **{"qms.incident.id": f"{service}/i"})
    assert len([row for row in rows("EventName, Severity") if row[0] == "qms.incident.opened"]) == 1


def test_measured_lead_times(store: Store, service: str, rows: Rows) -> None:
    """Lead times of a histogram are changes that were committed so long before; commits that are reported win."""
    histogram(store, "qms_lead_time_changes_seconds", service, [(NOON, 2, 7200.0)], start=NOON - SECOND)
    assert (
        rows("EventName, Seconds, Kind, toUnixTimestamp64Nano(Time), Environment")
        == [["qms.change.committed", 3600.0, "feat", NOON - 3600 * SECOND, "production"]] * 2
    )
    report(store, service, NOON, "qms.change.committed", **{"vcs.ref.head.revision": service})
    assert rows("Inferred") == [[False]]


def test_what_the_sdk_counts_was_reported(store: Store, service: str, rows: Rows) -> None:
    """A report that was dated back by weeks is not counted again from the SDK's counter, whichever of the two comes first."""
    counter(store, "qms_deployments_total", service, [(NOON, 1)], start=NOON - 60 * SECOND, scope="assay_sdk")
    assert rows("Inferred") == [[True]]
    report(store, service, NOON - 30 * DAY)
    counter(store, "qms_deployments_total", service, [(NOON + SECOND, 2)], start=NOON - 60 * SECOND, scope="assay_sdk")
    assert rows("Inferred") == [[False]]


def test_the_sdk_reports_one_kind_and_counts_another(store: Store, service: str, rows: Rows) -> None:
    """Reported deployments say nothing on incidents: those that only the SDK's counter tells of are concluded."""
    report(store, service, NOON - 30 * DAY)
    counter(store, "qms_incidents_total", service, [(NOON, 1)], start=NOON - 60 * SECOND, scope="assay_sdk")
    assert sorted(rows("EventName, Inferred")) == [["qms.deployment.finished", False], ["qms.incident.opened", True]]


def test_assays_own_counters_are_nobodys(store: Store, service: str, rows: Rows) -> None:
    """Of counters that Assay itself has made from events nothing is concluded."""
    counter(store, "qms_deployments_total", service, [(NOON, 1)], start=NOON - 60 * SECOND, scope="assay.delivery")
    assert rows("Inferred") == []
