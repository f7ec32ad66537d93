"""Changes, deployments and incidents are events of the registry, and the metrics of the guidelines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import assay_sdk
from assay_sdk import names
from assay_sdk.events import InvalidEvent, check
from assay_sdk.testing import START_NS, Captured

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
NOON_NS = int(NOON.timestamp()) * 1_000_000_000


def test_a_deployment_is_an_event_and_counts(telemetry: Captured) -> None:
    """With all that links it to commits, versions and incidents; its lead time where the commit is known."""
    assay_sdk.deployment(
        "2.4.1",
        service="orders",
        environment="production",
        deployment_id="run/7",
        revision="9d59",
        commits=["9d59", "8a6f"],
        committed_at=NOON - timedelta(hours=5),
        started_at=NOON - timedelta(minutes=3),
        finished_at=NOON,
        change_type="feat",
        remediates="INC-1",
    )
    event = telemetry.event("qms.deployment.finished")
    assert dict(event.attributes) == {
        "qms.event.id": "deployment/run/7",
        "qms.event.source": "sdk",
        "deployment.id": "run/7",
        "deployment.status": "succeeded",
        "service.name": "orders",
        "service.version": "2.4.1",
        "deployment.environment.name": "production",
        "vcs.ref.head.revision": "9d59",
        "qms.deployment.commits": ("9d59", "8a6f"),
        "qms.deployment.started_at": "2026-11-03T11:57:00+00:00",
        "qms.deployment.type": "automated",
        "qms.deployment.remediates": ("INC-1",),
    }
    assert event.timestamp == NOON_NS
    where = {"service": "orders", "environment": "production"}
    labels = {**where, "version": "2.4.1", "qms.deployment.type": "automated"}
    assert telemetry.value("qms_deployments_total", **labels) == 1
    assert telemetry.value("qms_failed_deployments_total") == 0
    (point,) = telemetry.points("qms_lead_time_changes_seconds")
    assert point.sum == 5 * 3600
    assert dict(point.attributes) == {**where, "change_type": "feat", "qms.change.category": "feature"}


def test_a_failed_deployment_counts_as_failed(telemetry: Captured) -> None:
    """And has no lead time; service and environment are those of this process."""
    assay_sdk.deployment("2.4.2", status="failed", committed_at=NOON)
    event = telemetry.event("qms.deployment.finished")
    assert event.attributes["service.name"] == "tested"
    assert event.attributes["deployment.environment.name"] == "test"
    assert event.timestamp == START_NS
    assert telemetry.value("qms_failed_deployments_total", service="tested", environment="test") == 1
    assert not telemetry.points("qms_lead_time_changes_seconds")


def test_a_change_is_an_event(telemetry: Captured) -> None:
    """Reporting the same revision again corrects it: the id is the same."""
    for title in ("Fix", "Fix rounding"):
        assay_sdk.change("9d59", committed_at=NOON, change_id="12", title=title, reverts=["8a6f"], category="bugfix")
    first, second = telemetry.events("qms.change.committed")
    assert first.attributes["qms.event.id"] == second.attributes["qms.event.id"] == "change/9d59"
    assert second.attributes["vcs.change.title"] == "Fix rounding"
    assert second.attributes["qms.change.reverts"] == ("8a6f",)


def test_an_incident_opens_and_is_resolved(telemetry: Captured) -> None:
    """Two events with one incident id; the time to recovery is recorded from both moments."""
    assay_sdk.incident_opened("INC-1", severity="high", opened_at=NOON, cause="change", caused_by_deployments="run/7")
    assay_sdk.incident_resolved("INC-1", severity="high", opened_at=NOON, resolved_at=NOON + timedelta(minutes=40))
    opened, resolved = telemetry.event("qms.incident.opened"), telemetry.event("qms.incident.resolved")
    assert opened.attributes["qms.incident.id"] == resolved.attributes["qms.incident.id"]
    assert opened.attributes["qms.incident.cause.deployment_ids"] == ("run/7",)
    assert (opened.timestamp, resolved.timestamp) == (NOON_NS, NOON_NS + 2400 * 1_000_000_000)
    assert resolved.attributes["qms.incident.duration_seconds"] == 2400
    assert telemetry.value("qms_incidents_total", severity="high", service="tested", environment="test") == 1
    (point,) = telemetry.points("qms_mttr_seconds")
    assert (point.sum, point.explicit_bounds[0]) == (2400, 60)


@pytest.mark.parametrize(
    ("status", "expected"), [(200, []), (404, ["client_error"]), (503, ["server_error"])], ids=["ok", "client", "server"]
)
def test_a_request_is_counted_timed_and_its_error_classified(status: int, expected: list[str], telemetry: Captured) -> None:
    """The labels are those of the guidelines; the category is the part of the route that says what it is about."""
    assay_sdk.record_request("/api/v2/orders/{id}", "GET", status, 0.03, user_id="ada")
    labels = {
        "endpoint": "/api/v2/orders/{id}",
        "method": "GET",
        "status_code": str(status),
        "qms.endpoint.category": "orders",
        "qms.user.id": "ada",
    }
    assert [dict(point.attributes) for point in telemetry.points("qms_requests_total")] == [labels]
    (point,) = telemetry.points("qms_request_duration_seconds")
    assert point.bucket_counts[3] == 1
    assert [point.attributes["error_type"] for point in telemetry.points("qms_errors_total")] == expected


@pytest.mark.parametrize(
    ("name", "attributes", "reason"),
    [
        ("qms.deployment.finished", {"deployment.id": "1"}, "needs service.name, deployment.status"),
        ("qms.incident.resolved", {"qms.incident.id": "1", "qms.incident.cause": "moon"}, "has to be one of change"),
    ],
)
def test_what_the_registry_does_not_allow_is_refused_with_its_reason(
    name: str, attributes: dict[str, str], reason: str
) -> None:
    """The reason names the attribute and what it may be."""
    with pytest.raises(InvalidEvent, match=reason):
        check(name, attributes)


def test_an_event_that_is_not_allowed_is_neither_sent_nor_counted(telemetry: Captured) -> None:
    """The program goes on; a count says that something was wrong."""
    before = assay_sdk.swallowed_errors()
    later = NOON + timedelta(hours=1)
    assay_sdk.deployment("1", status="succes")  # type: ignore[arg-type]  # the typing error that this is about
    assay_sdk.deployment("1", finished_at=datetime(2026, 1, 1))
    assay_sdk.deployment("1", started_at=later, finished_at=NOON)
    assay_sdk.incident_resolved("INC-1", opened_at=later, resolved_at=NOON)
    assay_sdk.change("9d59", started_at=later, committed_at=NOON)
    assert not telemetry.logs
    assert telemetry.value("qms_deployments_total") == 0
    assert not telemetry.points("qms_mttr_seconds")
    for place, times in (("a deployment", 3), ("an incident", 1), ("a change", 1)):
        assert assay_sdk.swallowed_errors()[place] == before.get(place, 0) + times


def test_a_commit_of_a_clock_that_is_ahead_has_no_lead_time(telemetry: Captured) -> None:
    """The deployment counts, a time below zero does not."""
    assay_sdk.deployment("1", deployment_id="run/7", committed_at=NOON + timedelta(seconds=1), finished_at=NOON)
    assert telemetry.event("qms.deployment.finished").attributes["deployment.id"] == "run/7"
    assert telemetry.value("qms_deployments_total") == 1
    assert not telemetry.points("qms_lead_time_changes_seconds")


def test_every_event_of_the_registry_has_a_name_here() -> None:
    """For each event that has a constant it is known what it must carry, and for no other."""
    events = {value for name, value in vars(names).items() if name.startswith("EVENT_")}
    assert names.EVENT_QMS_DEPLOYMENT_FINISHED in events
    assert set(names.REQUIRED) == events
