from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.conftest import Store
from tests.quality.delivering import World

from assay.core.signals import Signal

_DAY = 86400


def _at(days_ago: float) -> str:
    return datetime.fromtimestamp(time.time() - days_ago * _DAY, UTC).isoformat()


@pytest.fixture(scope="module")
def world(store: Store) -> World:
    """A service with a change, three deployments of which the second was rolled back, and an incident of it."""
    world = World()
    for request in world.requests(
        [
            {"change": "c1", "at": _at(5.25)},
            {"deployment": "d1", "at": _at(5), "revision": "c1", "team": world.named("team")},
            {"deployment": "d2", "at": _at(4), "revision": "c2", "team": world.named("team")},
            {"opened": "i1", "at": _at(3.75), "severity": "high"},
            {"deployment": "d3", "at": _at(3.5), "revision": "c1", "team": world.named("team")},
            {"resolved": "i1", "at": _at(3.25)},
        ]
    ):
        store(Signal.LOGS, request)
    return world


def test_the_metrics_come_with_all_that_is_needed_to_judge_them(client: httpx.Client, world: World) -> None:
    """Each number has a sample size, an interval, a band of the edition that is named, and its SQL if asked for."""
    asked: dict[str, Any] = {"service": world.service, "window": 30, "edition": "2021", "explain": "true"}
    answer = client.get("/api/v1/dora", params=asked).json()
    (group,) = answer["groups"]
    metrics = group["metrics"]
    assert (group["name"], group["environment"], answer["edition"]) == (world.service, "production", "2021")
    assert metrics["change_lead_time"]["value"] == pytest.approx(0.25 * _DAY, abs=2)
    assert metrics["change_failure_rate"]["value"] == pytest.approx(1 / 3)
    assert metrics["failed_deployment_recovery_time"]["value"] == pytest.approx(0.75 * _DAY, abs=2)
    assert metrics["incident_duration"]["value"] == pytest.approx(0.5 * _DAY, abs=2)
    assert (metrics["change_failure_rate"]["band"], metrics["incident_duration"]["band"]) == ("low", "high")
    assert "DevLake" in answer["edition_source"]
    assert {each["measure"] for each in answer["statements"]} >= {"change_lead_time", "deployment_outcomes"}
    assert all("assay_" in each["sql"] for each in answer["statements"])


def test_each_number_leads_to_its_events(client: httpx.Client, world: World) -> None:
    """The deployments, changes and incidents behind the numbers are named, with the reasons and how sure they are."""
    asked: dict[str, Any] = {"service": world.service, "window": 30}
    (failed,) = client.get("/api/v1/dora/deployments", params={**asked, "failed": "true"}).json()["deployments"]
    assert (failed["id"], failed["revision"]) == (world.named("d2"), world.named("c2"))
    assert {(reason["method"], reason["incident"]) for reason in failed["reasons"]} == {
        ("rollback", ""),
        ("rollback", world.named("i1")),
    }
    assert {reason["repaired_by"] for reason in failed["reasons"]} == {world.named("d3")}
    (rework,) = client.get("/api/v1/dora/deployments", params={**asked, "rework": "true"}).json()["deployments"]
    assert rework["id"] == world.named("d3")
    (change,) = client.get("/api/v1/dora/changes", params=asked).json()["changes"]
    assert (change["revision"], change["lead_seconds"]) == (world.named("c1"), pytest.approx(0.25 * _DAY, abs=2))
    (incident,) = client.get("/api/v1/dora/incidents", params=asked).json()["incidents"]
    assert incident["caused_by"] == [{"deployment": world.named("d2"), "method": "rollback", "confidence": 0.9}]


def test_a_window_is_told_step_by_step(client: httpx.Client, world: World) -> None:
    """Steps are days in a month, weeks in a year; each begins at midnight of the zone and has the medians of its own values."""
    asked: dict[str, Any] = {"service": world.service, "window": 30, "time_zone": "Asia/Tokyo"}
    answer = client.get("/api/v1/dora/course", params=asked).json()
    assert (answer["step_days"], answer["time_zone"]) == (1, "Asia/Tokyo")
    steps = answer["steps"]
    assert [step["start"][10:] for step in steps] == ["T15:00:00Z"] * len(steps)
    assert [step["start"] for step in steps] == sorted(step["start"] for step in steps)
    known = {name: [step[name] for step in steps if step[name]] for name in steps[0]}
    assert (sum(known["deployments"]), sum(known["failed"]), sum(known["rework"])) == (3, 1, 1)
    for name, days in (("lead_seconds", 0.25), ("recovery_seconds", 0.75), ("incident_seconds", 0.5)):
        assert known[name] == [pytest.approx(days * _DAY, abs=2)]
    weeks = client.get("/api/v1/dora/course", params={**asked, "window": 365}).json()
    assert (weeks["step_days"], sum(step["deployments"] for step in weeks["steps"])) == (7, 3)


def test_bands_come_with_their_limits(client: httpx.Client, world: World) -> None:
    """So whoever shows a number can show how far it is from the next band."""
    answer = client.get("/api/v1/dora", params={"service": world.service, "edition": "2021"}).json()
    assert set(answer["bands"]) == {"deployment_days_per_week", "change_lead_time", "change_failure_rate", "incident_duration"}
    elite, *_, low = answer["bands"]["change_lead_time"]
    assert (elite["band"], elite["key"], elite["below"]) == ("elite", "value", 3600)
    assert (low["band"], low["key"], low["below"]) == ("low", None, None)


def test_a_team_is_a_group_of_its_own(client: httpx.Client, world: World) -> None:
    """`by=team` makes one group of the team's services."""
    asked = {"team": world.named("team"), "by": "team", "environment": "", "window": 30}
    (group,) = client.get("/api/v1/dora", params=asked).json()["groups"]
    assert (group["name"], group["metrics"]["deployments_per_day"]["n"]) == (world.named("team"), 3)


def test_the_guidelines_metrics_are_told_to_prometheus(client: httpx.Client, world: World) -> None:
    """Counters, gauges and histograms of delivery are on /metrics by the guidelines' names, beside Assay's own."""
    lines = client.get("/metrics").text.splitlines()
    labels = f'environment="production",service="{world.service}"'
    for line in (
        f"qms_deployments_total{{{labels}}} 3.0",
        f"qms_failed_deployments_total{{{labels}}} 1.0",
        f'qms_incidents_total{{{labels},severity="high"}} 1.0',
        f"qms_lead_time_changes_seconds_count{{{labels}}} 1.0",
        f'qms_mttr_seconds_count{{{labels},severity="high"}} 1.0',
    ):
        assert line in lines
    rates = {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines if world.service in line}
    assert rates["qms_deployment_frequency"] == pytest.approx(3 / 7)
    assert rates["qms_change_failure_rate"] == pytest.approx(100 / 3)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone_unknown"),
        ({"edition": "2022"}, "edition_unknown"),
        ({"window": 7, "start": "2026-01-01"}, "window_twice"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "range_invalid"),
        ({"link_window": "soon"}, "duration_invalid"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(client: httpx.Client, asked: dict[str, str], code: str) -> None:
    """The answer names what is wrong and what to do."""
    answer = client.get("/api/v1/dora", params=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert answer.json()["error"]["hint"]
