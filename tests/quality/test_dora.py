from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, Metric
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, logs, metrics
from tests.quality.delivering import World

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality import Delivery
from assay.quality.dora import METRICS, Group, Question, explain, measure
from assay.quality.happenings import Step, list_steps

_CASES = yaml.safe_load((Path(__file__).parent / "dora_cases.yaml").read_text("utf-8"))
_JANUARY = {"start": "2026-01-01", "end": "2026-02-01"}


def _midnight(day: date, zone: str) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def _question(world: World, window: dict[str, str], **more: Any) -> Question:
    """Ask for whole days, compared with as many days before."""
    start, end = (date.fromisoformat(window[name]) for name in ("start", "end"))
    zone = window.get("zone", "UTC")
    before = start - timedelta(days=(end - start).days)
    return Question(
        _midnight(start, zone),
        _midnight(end, zone),
        _midnight(before, zone),
        service=world.service,
        environment="production",
        zone=zone,
        **more,
    )


def _above_zero(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _measure(engine: Engine, delivery: Delivery, question: Question) -> list[Group]:
    delivery.refresh()
    return measure(engine, question)


def _sums(steps: list[Step]) -> list[int]:
    each = [(s.deployments, s.succeeded, s.failed, s.rework, s.changes, s.recovered, s.resolved) for s in steps]
    return [sum(counts) for counts in zip(*each, strict=True)] or [0] * 7


def _counted(group: Group) -> list[int]:
    """What the steps of a window must add up to."""
    metrics = group.metrics
    return [
        metrics["change_failure_rate"].n,
        metrics["deployments_per_day"].n,
        metrics["change_failure_rate"].counts.get("failed", 0),
        metrics["rework_rate"].counts.get("rework", 0),
        metrics["change_lead_time"].n,
        metrics["failed_deployment_recovery_time"].n,
        metrics["incident_duration"].n,
    ]


@pytest.fixture(scope="module")
def delivery(engine: Engine) -> Delivery:
    return Delivery(engine)


@pytest.mark.parametrize("case", _CASES, ids=[case["case"] for case in _CASES])
def test_given_events_give_the_expected_numbers(engine: Engine, store: Store, delivery: Delivery, case: dict[str, Any]) -> None:
    """Each edge case of the table comes out as written, and its steps add up to what is told of the whole."""
    world = World()
    for request in world.requests(case["events"]):
        store(Signal.LOGS, request)
    question = _question(world, case.get("window", _JANUARY))
    groups = _measure(engine, delivery, question)
    for days in (1, 7):
        assert _sums(list_steps(engine, question, days)) == (_counted(groups[0]) if groups else [0] * 7)
    if case.get("expect_nothing"):
        assert groups == []
        return
    (group,) = groups
    for metric, expected in case["expect"].items():
        measured = group.metrics[metric]
        for name, value in expected.items():
            found = getattr(measured, name)
            if name == "distribution" and value:
                found = {level: found[level] for level in value}
            if name == "counts":
                assert _above_zero(found) == _above_zero(value), metric
                continue
            assert found == (pytest.approx(value) if value else value), f"{metric}.{name}"


_TIMES = st.integers(0, 30 * 24 * 4 - 1).map(
    lambda quarter: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)).isoformat()
)
_NAMES = st.sampled_from(["a", "b", "c", "d"])
_LISTS = st.lists(_NAMES, max_size=2)
_COMMON = {
    "at": _TIMES,
    "observed": _TIMES,
    "correction": st.integers(0, 2),
    "retracted": st.sampled_from([False, False, False, True]),
}
_EVENTS = st.one_of(
    st.fixed_dictionaries(
        {
            "deployment": _NAMES,
            "revision": _NAMES,
            "commits": _LISTS,
            "status": st.sampled_from(["succeeded", "failed"]),
            **_COMMON,
        },
        optional={"kind": st.sampled_from(["hotfix", "rollback"]), "rolls_back": _LISTS, "event_id": _NAMES},
    ),
    st.fixed_dictionaries(
        {"change": _NAMES, **_COMMON}, optional={"category": st.sampled_from(["revert", "hotfix", "merge"]), "reverts": _LISTS}
    ),
    st.fixed_dictionaries(
        {"opened": _NAMES, **_COMMON}, optional={"cause_deployments": _LISTS, "cause_commits": _LISTS, "event_id": _NAMES}
    ),
    st.fixed_dictionaries({"resolved": _NAMES, **_COMMON}),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_EVENTS, min_size=4, max_size=14), st.randoms(use_true_random=False), st.integers(1, 10))
def test_the_order_of_events_does_not_matter(  # noqa: PLR0917 - fixtures and what is drawn
    engine: Engine, store: Store, delivery: Delivery, events: list[dict[str, Any]], chance: Any, cut: int
) -> None:
    """The same events give the same numbers in any order, in one request or several, once or repeatedly."""
    world = World()
    question = _question(world, _JANUARY)
    records = [world.record(event)[1] for event in events]
    store(Signal.LOGS, logs(world.service, records))
    expected = _measure(engine, delivery, question)
    for metric in (metric for group in expected for metric in group.metrics.values()):
        assert metric.value is None or metric.value >= 0
    assert all((group.metrics[rate].value or 0) <= 1 for group in expected for rate in ("change_failure_rate", "rework_rate"))
    engine.execute(
        "ALTER TABLE assay_delivery DELETE WHERE Service = {service:String} SETTINGS mutations_sync = 1",
        {"service": world.service},
    )
    shuffled = records + chance.sample(records, len(records) // 3)
    chance.shuffle(shuffled)
    for part in (shuffled[:cut], shuffled[cut:]):
        store(Signal.LOGS, logs(world.service, part))
    assert _measure(engine, delivery, question) == expected


def test_a_late_event_changes_what_was_measured(engine: Engine, store: Store, delivery: Delivery) -> None:
    """Numbers of a window that is long over follow an event that arrives now, and one that withdraws it."""
    world = World()
    question = _question(world, _JANUARY)
    for request in world.requests(
        [
            {"deployment": "d1", "at": "2026-01-05T00:00:00", "version": "v1"},
            {"deployment": "d2", "at": "2026-01-09T00:00:00", "version": "v2"},
        ]
    ):
        store(Signal.LOGS, request)
    rates = [_measure(engine, delivery, question)[0].metrics["change_failure_rate"].value]
    for late in (
        {"opened": "i1", "at": "2026-01-05T01:00:00", "correction": 0},
        {"opened": "i1", "at": "2026-01-05T01:00:00", "correction": 1, "cause": "third_party"},
    ):
        store(Signal.LOGS, world.requests([late])[0])
        rates.append(_measure(engine, delivery, question)[0].metrics["change_failure_rate"].value)
    assert rates == [0, 0.5, 0]


def test_facts_are_worked_out_only_when_events_have_come(store: Store, delivery: Delivery, engine: Engine) -> None:
    """Without new events nothing is done again, and no more than two generations are kept."""
    store(Signal.LOGS, World().requests([{"deployment": "d1", "at": "2026-01-05T00:00:00"}])[0])
    assert delivery.refresh()
    assert not delivery.refresh()
    assert Delivery(engine).refresh()
    assert len(engine.query("SELECT DISTINCT Generation FROM assay_delivery_facts").rows) <= 2


def test_groups_are_services_teams_or_environments(engine: Engine, store: Store, delivery: Delivery) -> None:
    """A team's numbers are those of its services together; environments stay apart."""
    world = World()
    team = world.named("team")
    events = [
        {"deployment": "d1", "at": "2026-01-05T00:00:00", "version": "v1", "service": "a", "team": team},
        {"deployment": "d2", "at": "2026-01-05T01:00:00", "version": "v1", "service": "b", "team": team},
        {
            "deployment": "d3",
            "at": "2026-01-05T02:00:00",
            "version": "v1",
            "service": "b",
            "team": team,
            "environment": "Staging",
        },
        {"opened": "i1", "at": "2026-01-05T01:30:00", "service": "b"},
        {"resolved": "i1", "at": "2026-01-05T02:30:00", "service": "b"},
    ]
    for request in world.requests(events):
        store(Signal.LOGS, request)
    delivery.refresh()
    base = _question(world, _JANUARY)
    asked = {"start_ns": base.start_ns, "end_ns": base.end_ns, "before_ns": base.before_ns, "team": team}

    def counts(by: str) -> list[tuple[str, str, int, int]]:
        return [
            (group.name, group.environment, group.metrics["change_failure_rate"].n, group.metrics["incident_duration"].n)
            for group in measure(engine, Question(**asked, by=by))
        ]

    assert counts("service") == [
        (f"a-{world.id}", "production", 1, 0),
        (f"b-{world.id}", "production", 1, 1),
        (f"b-{world.id}", "staging", 1, 0),
    ]
    assert counts("team") == [(team, "production", 2, 1), (team, "staging", 1, 0)]
    assert counts("environment") == [("", "production", 2, 1), ("", "staging", 1, 0)]


def test_a_trend_is_told_only_if_the_intervals_lie_apart(engine: Engine, store: Store, delivery: Delivery) -> None:
    """Many short lead times after many long ones are better; two after two are unclear."""
    world = World()
    for month, hours in ((12, 30), (1, 2)):
        year = 2025 if month == 12 else 2026
        events = []
        for day in range(1, 29):
            at = datetime(year, month, day, tzinfo=UTC) + timedelta(hours=31)
            events += [
                {"change": f"c{month}-{day}", "at": (at - timedelta(hours=hours, minutes=day)).isoformat()},
                {"deployment": f"d{month}-{day}", "at": at.isoformat(), "revision": f"c{month}-{day}"},
            ]
        store(Signal.LOGS, logs(world.service, [world.record(event)[1] for event in events]))
    metrics = _measure(engine, delivery, _question(world, _JANUARY))[0].metrics
    assert (metrics["change_lead_time"].trend, metrics["change_lead_time"].band) == ("better", "elite")
    assert metrics["deployment_days_per_week"].trend == "unclear"
    assert metrics["change_failure_rate"].trend == "unclear"


def test_an_unknown_edition_is_refused(engine: Engine) -> None:
    """The error names the editions that there are."""
    with pytest.raises(InvalidInput, match="2022") as refusal:
        measure(engine, Question(0, 1, 0, edition="2022"))
    assert "2019, 2021, 2023, 2024" in refusal.value.hint


def test_each_number_can_be_asked_for_again(engine: Engine) -> None:
    """The statements that are shown run as they are with the parameters that are shown."""
    for explained in explain(Question(0, 86400 * SECOND, 0)):
        engine.query(explained.sql, explained.parameters)
    assert len(METRICS) == 7


def test_a_service_that_only_sends_metrics_is_measured(engine: Engine, store: Store, delivery: Delivery) -> None:
    """Deployments, failures, lead times and recovery come from the guidelines' counters and histograms, marked as inferred."""
    world = World()
    start, now = _midnight(date(2026, 1, 5), "UTC"), _midnight(date(2026, 1, 6), "UTC")
    labels = attributes({"service": world.service, "environment": "production"})
    made = []
    for name, value in (("qms_deployments_total", 4), ("qms_failed_deployments_total", 1)):
        counter = Metric(name=name)
        counter.sum.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
        counter.sum.is_monotonic = True
        counter.sum.data_points.add(start_time_unix_nano=start, time_unix_nano=now, as_int=value, attributes=labels)
        made.append(counter)
    for name in ("qms_lead_time_changes_seconds", "qms_mttr_seconds"):
        histogram = Metric(name=name)
        histogram.histogram.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
        point = histogram.histogram.data_points.add(start_time_unix_nano=start, time_unix_nano=now, count=2, sum=7200)
        point.attributes.extend(labels)
        made.append(histogram)
    store(Signal.METRICS, metrics(world.service, made))
    delivery.refresh(look_for_concluded=True)
    (group,) = measure(engine, _question(world, _JANUARY))
    found = {name: (measured.value, measured.n) for name, measured in group.metrics.items()}
    assert found["deployments_per_day"] == (3 / 31, 3)
    assert found["change_failure_rate"][1] == 4
    assert found["change_lead_time"] == (3600, 2)
    assert found["incident_duration"] == (3600, 2)
    for metric, inferred in (("deployments_per_day", 3), ("change_lead_time", 2), ("incident_duration", 2)):
        assert group.metrics[metric].counts["inferred"] == inferred
