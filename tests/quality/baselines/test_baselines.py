from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record, traces
from tests.quality.baselines.running import DAY, HOUR, MINUTE, NOW, Recorder, Running, requests

from assay.core.config import Baselines as Settings
from assay.core.errors import InvalidInput, NotFound, Permanent
from assay.core.events import Event
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality.baselines import (
    Baselines,
    BaselineSchedule,
    Which,
    compare_sides,
    observe,
    parse_against,
    read_sides,
)
from assay.quality.baselines.baseline import hour_of_week
from assay.quality.baselines.observed import read_durations
from assay.quality.comparison import Rate


@pytest.fixture
def send(store: Store) -> Running:
    return Running(store)


@pytest.fixture
def service(send: Running) -> str:
    return send.name


@pytest.fixture
def kept(engine: Engine, store: Store) -> Baselines:
    """Baselines whose events are in the store at once."""
    return Baselines(engine, Recorder(store).emit)


def _which(service: str, start: int, end: int = NOW, **more: str) -> Which:
    return Which(service, start, end, **more)


def test_a_release_is_taken_kept_and_found(kept: Baselines, send: Running, service: str) -> None:
    """The version that came last is taken; what is read back has its values, and another version finds it, not it itself."""
    send([10] * 40, NOW - 5 * HOUR, service_version="1.0")
    send([100] * 60, NOW - 2 * HOUR, failed=6, service_version="1.1")
    (taken,) = kept.take("release", _which(service, 0), NOW).baselines
    assert (taken.version, taken.environment, taken.metrics["requests"]) == ("1.1", "production", 60)
    shown = kept.show(taken.id)
    assert shown == replace(taken, slots=shown.slots)
    assert shown.metrics["error_rate"] == pytest.approx(0.1)
    assert shown.metrics["latency_p95"] == pytest.approx(0.1, rel=0.006)
    assert shown.slots == taken.slots
    ask = _which(service, NOW, NOW + MINUTE, environment="production", version="1.2")
    assert kept.find("release", ask, NOW).baseline == shown
    own = kept.find("release", replace(ask, version="1.1"), NOW)
    assert own.baseline is None
    assert "take one" in own.reason
    assert kept.find("release", ask, NOW - MINUTE).baseline is None


def test_taking_the_same_again_is_the_same_baseline(kept: Baselines, send: Running, service: str) -> None:
    """A command that is repeated makes no second one."""
    send([10] * 40, NOW - 2 * HOUR)
    first = kept.take("rolling", _which(service, NOW - DAY), NOW).baselines
    assert [each.id for each in kept.take("rolling", _which(service, NOW - DAY), NOW).baselines] == [first[0].id]
    assert len(kept.known(service=service, now_ns=NOW, expired_too=True, limit=9)) == 1


def test_too_little_is_no_baseline(kept: Baselines, send: Running, service: str) -> None:
    """Less than 30 requests, no version and no request at all are said, and nothing is kept."""
    send([10] * 29, NOW - HOUR)
    few = kept.take("rolling", _which(service, NOW - DAY), NOW)
    assert (few.baselines, few.skipped[0].reason) == ([], "it has 29 requests; 30 are needed")
    assert "service.version" in kept.take("release", _which(service, 0), NOW).skipped[0].reason
    assert kept.take("rolling", _which("nobody", NOW - DAY), NOW).skipped[0].reason == "no request is known of it"
    assert kept.known(service=service, now_ns=NOW, expired_too=True, limit=9) == []


def test_each_operation_and_environment_has_its_own(kept: Baselines, send: Running, service: str) -> None:
    """They are taken side by side; a question that names no environment is not answered by one of several."""
    send([10] * 40, NOW - HOUR, name="GET /a")
    send([20] * 40, NOW - HOUR, name="GET /b")
    send([30] * 40, NOW - HOUR, name="GET /a", environment="staging")
    taken = kept.take("rolling", _which(service, NOW - DAY), NOW, by_operation=True).baselines
    assert {(each.environment, each.operation, each.metrics["requests"]) for each in taken} == {
        ("production", "", 80), ("production", "GET /a", 40), ("production", "GET /b", 40),
        ("staging", "", 40), ("staging", "GET /a", 40),
    }  # fmt: skip
    ask = _which(service, NOW, NOW + MINUTE, operation="GET /a")
    assert "name one" in kept.find("rolling", ask, NOW).reason
    found = kept.find("rolling", replace(ask, environment="staging"), NOW).baseline
    assert found is not None
    assert found.metrics["latency_p50"] == pytest.approx(0.03, rel=0.006)


def test_a_seasonal_baseline_answers_by_the_hour_of_the_week(kept: Baselines, send: Running, service: str) -> None:
    """What was usual at this hour is compared with; an hour in which nothing was ever seen has no baseline."""
    for weeks in (1, 2):
        send([10] * 40, NOW - weeks * 7 * DAY)
        send([500] * 40, NOW - weeks * 7 * DAY + 3 * HOUR)
    (taken,) = kept.take("seasonal", _which(service, 0), NOW).baselines
    assert set(taken.slots) == {hour_of_week(NOW), hour_of_week(NOW + 3 * HOUR)}
    quiet = kept.show(taken.id).at(NOW)
    assert quiet is not None
    assert (quiet.received, quiet.rate) == (80, Rate(80, 7200))
    send([100] * 50, NOW - MINUTE)
    send([100] * 50, NOW)
    for at, outcome in ((NOW, "worse"), (NOW + 3 * HOUR, "no_data")):
        which = _which(service, at, at + MINUTE, environment="production")
        assert compare_sides("latency_p95", read_sides(kept, parse_against("baseline seasonal"), which, NOW)).outcome == outcome
    sides = read_sides(
        kept, parse_against("baseline seasonal"), _which(service, NOW - MINUTE, NOW, environment="production"), NOW
    )
    assert compare_sides("latency_p95", sides).outcome == "no_baseline"
    assert "hour of the week" in compare_sides("latency_p95", sides).reason


def test_an_expired_baseline_is_kept_and_not_compared_with(kept: Baselines, send: Running, service: str) -> None:
    """One that somebody ended, or whose time is over, is listed as expired and found no more."""
    send([10] * 40, NOW - HOUR)
    (taken,) = kept.take("rolling", _which(service, NOW - DAY), NOW).baselines
    ask = _which(service, NOW, NOW + HOUR)
    assert kept.find("rolling", ask, NOW + 89 * DAY).baseline is not None
    assert kept.find("rolling", ask, NOW + 90 * DAY).baseline is None
    ended = kept.expire(taken.id, "rolled back", NOW + MINUTE)
    assert kept.expire(taken.id, "again", NOW + HOUR).reason == ended.reason == "rolled back"
    assert kept.known(service=service, now_ns=NOW, expired_too=False, limit=9) == []
    (listed,) = kept.known(service=service, now_ns=NOW, expired_too=True, limit=9)
    assert (listed.expired_ns, listed.reason, listed.holds(NOW)) == (NOW + MINUTE, "rolled back", False)
    assert kept.find("rolling", ask, NOW + HOUR).baseline is None
    with pytest.raises(NotFound):
        kept.expire("b-nothing", "", NOW)


@pytest.mark.parametrize(
    ("against", "outcome"),
    [
        ("version 1.0", "worse"),
        ("other versions", "worse"),
        ("environment staging", "not_worse"),
        ("3h ago", "worse"),
        ("version 0.9", "no_baseline"),
        ("baseline release", "no_baseline"),
    ],
)
def test_a_release_is_held_against_what_runs_beside_it(
    kept: Baselines, send: Running, service: str, against: str, outcome: str
) -> None:
    """Another version, environment or time of the same requests; one of which nothing is known is no pass."""
    send([100 + each for each in range(50)], NOW, service_version="1.1", failed=1)
    send([50 + each for each in range(50)], NOW, service_version="1.0")
    send([100 + each for each in range(50)], NOW, service_version="1.1", environment="staging")
    send([50 + each for each in range(50)], NOW - 3 * HOUR, service_version="1.0")
    which = _which(service, NOW, NOW + MINUTE, environment="production", version="1.1")
    sides = read_sides(kept, parse_against(against), which, NOW)
    assert compare_sides("latency_p50", sides).outcome == outcome
    assert compare_sides("error_rate", sides).outcome == (outcome if outcome == "no_baseline" else "not_worse")


def test_few_requests_are_read_as_they_are_and_many_by_bucket(engine: Engine, send: Running, service: str) -> None:
    """While the spans are there the very durations are compared, and where they are not the buckets tell the same."""
    send([7, 7, 30], NOW)
    seen = observe(engine, _which(service, NOW, NOW + MINUTE), NOW)
    assert seen is not None
    exact = read_durations(engine, _which(service, NOW, NOW + MINUTE), 3)
    assert exact is not None
    assert dict(exact.counts) == {0.007: 2, 0.03: 1}
    assert read_durations(engine, _which(service, NOW, NOW + MINUTE), 4) is None
    assert [round(1000 * value) for value in seen.durations().values] == [7, 30]
    assert observe(engine, _which(service, NOW, NOW + MINUTE), NOW + 40 * DAY) == seen  # by the hour, as minutes are gone then
    assert observe(engine, _which(service, NOW + HOUR, NOW + 2 * HOUR), NOW) is None


def test_a_request_that_stands_for_ten_proves_no_more_than_one(engine: Engine, store: Store, service: str) -> None:
    """Counts are adjusted for the sampling of senders in the values, and not in what a test takes for granted."""
    made = requests([SECOND] * 40, NOW, 5, trace_state="ot=th:e6666666666666")
    store(Signal.TRACES, traces(service, made))
    seen = observe(engine, _which(service, NOW, NOW + MINUTE), NOW)
    assert seen is not None
    assert (round(seen.requests), seen.share.hits, seen.share.of) == (400, 5, 40)
    assert seen.durations().size == 40


def test_the_schedule_takes_what_is_due_and_no_more(kept: Baselines, send: Running, service: str) -> None:
    """A version is taken once, when it has run long enough; a rolling baseline once a day."""
    send([10] * 40, NOW - 30 * HOUR, service_version="2.0")
    send([10] * 40, NOW - 2 * HOUR, service_version="2.0")
    mine = Baselines(kept.engine, kept._emit, Settings(schedule=["release", "rolling"], release_hours=24))
    clock = [NOW - 24 * HOUR]
    schedule = BaselineSchedule(mine, lambda: clock[0])

    def known(kind: str) -> int:
        return len(mine.known(kind=kind, service=service, now_ns=NOW, expired_too=True, limit=99))

    schedule.catch_up()
    assert (known("release"), known("rolling")) == (0, 1)
    clock[0] = NOW
    schedule.catch_up()
    assert (known("release"), known("rolling")) == (1, 2)
    assert schedule.catch_up() == 0


def test_the_schedule_takes_no_version_that_a_gate_failed(kept: Baselines, send: Running, service: str, store: Store) -> None:
    """What a gate has failed last is not what releases are compared with, until a gate passes it."""
    send([10] * 40, NOW - 2 * HOUR, service_version="2.0")
    schedule = BaselineSchedule(Baselines(kept.engine, Recorder(store).emit, Settings(release_hours=1)), lambda: NOW)

    def judge(at: int, result: str) -> None:
        told = {"qms.quality_gate.name": "release", "qms.quality_gate.result": result, "service.name": service}
        Recorder(store).emit([Event("qms.quality_gate.evaluated", at, {**told, "service.version": "2.0"})])

    judge(NOW - 2 * HOUR, "passed")
    judge(NOW - HOUR, "failed")
    schedule.catch_up()
    assert kept.known(service=service, now_ns=NOW, expired_too=True, limit=9) == []
    judge(NOW - HOUR + MINUTE, "passed")
    schedule.catch_up()
    assert [each.version for each in kept.known(service=service, now_ns=NOW, expired_too=True, limit=9)] == ["2.0"]


def test_nonsense_to_compare_with_is_refused(kept: Baselines, service: str) -> None:
    """What is no side, the candidate itself, and others of nothing are refused with what may be written."""
    for text in ("", "version", "baseline weekly", "yesterday", "other", "1.2"):
        with pytest.raises(InvalidInput):
            parse_against(text)
    for text, which in (
        ("other versions", _which(service, NOW, NOW + HOUR)),
        ("version 1", _which(service, NOW, NOW + HOUR, version="1")),
    ):
        with pytest.raises(InvalidInput):
            read_sides(kept, parse_against(text), which, NOW)


def test_an_event_that_somebody_else_wrote_is_no_baseline(kept: Baselines, store: Store, service: str) -> None:
    """A record under the name of a baseline that does not have what one keeps is refused, not read as zeros."""
    values = {
        "qms.event.id": f"baseline/b-{service}",
        "qms.baseline.id": f"b-{service}",
        "qms.baseline.kind": "rolling",
        "qms.baseline.start": "2026-11-03T10:00:00Z",
        "qms.baseline.end": "2026-11-03T11:00:00Z",
        "qms.baseline.expires_at": "2036-11-03T11:00:00Z",
    }
    store(Signal.LOGS, logs(service, [record(NOW, "{}", values, event_name="qms.baseline.taken")]))
    with pytest.raises(Permanent, match="cannot be read"):
        kept.show(f"b-{service}")
