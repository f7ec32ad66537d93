"""Events over OTLP are checked against the registry when they are stored; what does not fit counts nowhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from tests.conftest import Store
from tests.otlp_requests import logs, record
from tests.quality.delivering import World

from assay.cli.main import program
from assay.core import registry
from assay.core.events import BEGINNINGS
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.quality import Delivery
from assay.query.invalid_events import InvalidEvent, find_invalid_events
from assay.query.times import TimeRange

_HOUR = 3_600_000_000_000
_KINDS: dict[str, Any] = {"int": 1, "double": 0.5, "boolean": True}
_DEPLOYED = {
    "deployment.id": "d1",
    "deployment.status": "succeeded",
    "deployment.environment.name": "production",
}


@pytest.fixture
def world() -> World:
    return World()


def _send(store: Store, world: World, name: str, attributes: Mapping[str, Any], ahead_ns: int = 0) -> None:
    own = {key: f"{value}-{world.id}" if key == "deployment.id" else value for key, value in attributes.items()}
    store(Signal.LOGS, logs(world.service, [record(time.time_ns() - _HOUR + ahead_ns, None, own, event_name=name)]))


def _invalid(engine: Engine, world: World) -> list[InvalidEvent]:
    within = TimeRange(0, time.time_ns() + 24 * _HOUR)
    return find_invalid_events(engine, within, "", world.service, 100).events


def _events(engine: Engine, world: World) -> int:
    sql = "SELECT count() FROM assay_events WHERE Service = {service:String}"
    return int(engine.query(sql, {"service": world.service}).rows[0][0])


@pytest.mark.parametrize("name", sorted(registry.load().events))
def test_what_the_registry_has_as_examples_is_good(engine: Engine, store: Store, world: World, name: str) -> None:
    """An event with all that it may carry, as the registry describes it, counts; without what it must carry it does not."""
    known, event = registry.load(), registry.load().events[name]
    everything = {key: known.attributes[key].examples[0] for key in {**known.common, **event.requirements}}
    everything = {key: _KINDS.get(known.attributes[key].type, value) for key, value in everything.items()}
    everything |= {key: "2020-11-03T10:00:00Z" for key in BEGINNINGS if key in everything}
    everything |= {"service.name": world.service, "qms.event.retracted": False, "qms.event.id": f"good-{world.id}"}
    _send(store, world, name, everything)
    assert (_events(engine, world), _invalid(engine, world)) == (1, [])
    required = [key for key in event.required if key != "service.name"]
    _send(
        store, world, name, {key: value for key, value in everything.items() if key not in required} | {"qms.event.id": "bad"}
    )
    (found,) = _invalid(engine, world)
    assert [(each.code, each.attribute) for each in found.problems] == [("attribute_missing", key) for key in required]
    assert _events(engine, world) == 1


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"deployment.status": "Succes"}, "value_unknown", "use one of succeeded, failed"),
        ({"deployment.status": ""}, "attribute_missing", "For example succeeded"),
        ({"qms.event.revision": "second"}, "attribute_type", "send a whole number"),
        ({"qms.event.retracted": "maybe"}, "attribute_type", "send true or false"),
        ({"qms.deployment.started_at": "yesterday"}, "time_invalid", "write RFC 3339"),
        ({"qms.deployment.started_at": "2026-11-03T10:00:00"}, "time_invalid", "write RFC 3339"),
        ({"qms.deployment.started_at": "2126-11-03T10:00:00Z"}, "times_crossed", "has to come later"),
        ({"qms.deployment.kind": "manual"}, "value_unknown", "use one of planned"),
    ],
)
def test_a_wrong_value_is_told_and_counts_nowhere(  # noqa: PLR0917 - fixtures, and what is given and expected
    engine: Engine, store: Store, world: World, wrong: dict[str, Any], code: str, words: str
) -> None:
    """It has a code, a hint that says what to write, and is in no measure."""
    _send(store, world, "qms.deployment.finished", {**_DEPLOYED, **wrong})
    ((problem,),) = [each.problems for each in _invalid(engine, world)]
    assert (problem.code, problem.attribute) == (code, next(iter(wrong)))
    assert words in problem.hint
    Delivery(engine).refresh()
    facts = "SELECT count() FROM assay_delivery_facts WHERE Service = {service:String}"
    assert (_events(engine, world), engine.query(facts, {"service": world.service}).rows) == (0, [[0]])


def test_a_name_that_is_not_known_is_told(engine: Engine, store: Store, world: World) -> None:
    """A misspelt event gets the nearest name as a hint; other log records are left alone."""
    _send(store, world, "qms.deployment.finish", _DEPLOYED)
    _send(store, world, "shop.order.placed", {})
    (found,) = _invalid(engine, world)
    assert [(each.code, each.hint) for each in found.problems] == [("event_unknown", "did you mean qms.deployment.finished?")]


def test_an_event_of_the_day_after_tomorrow_is_told(engine: Engine, store: Store, world: World) -> None:
    """Clocks may disagree by a day, not by more."""
    _send(store, world, "qms.deployment.finished", _DEPLOYED, ahead_ns=24 * _HOUR)
    assert _invalid(engine, world) == []
    _send(store, world, "qms.deployment.finished", _DEPLOYED, ahead_ns=48 * _HOUR)
    assert [each.code for found in _invalid(engine, world) for each in found.problems] == ["time_ahead"]


def test_an_incident_that_tells_of_a_later_opening_is_told(engine: Engine, store: Store, world: World) -> None:
    """A resolution that says itself when the incident began cannot be earlier than that."""
    told = {"qms.incident.id": world.id, "qms.incident.opened_at": "2126-11-03T10:00:00Z"}
    _send(store, world, "qms.incident.resolved", told)
    ((problem,),) = [each.problems for each in _invalid(engine, world)]
    assert (problem.code, problem.attribute) == ("resolved_before_opened", "qms.incident.opened_at")
    assert world.id in problem.message
    assert _events(engine, world) == 0


@pytest.mark.parametrize("order", [("opened", "resolved"), ("resolved", "opened")])
def test_a_resolution_before_its_opening_is_told(
    engine: Engine, store: Store, server: str, world: World, order: tuple[str, str]
) -> None:
    """In whatever order the two come, the resolution is shown, counted and no event; a corrected opening settles it."""
    minutes, kind = {"opened": 10, "resolved": 5}, ("qms.incident.resolved", "resolved_before_opened")
    before = _counted(server, *kind)
    for state in order:
        _send(store, world, f"qms.incident.{state}", {"qms.incident.id": world.id}, ahead_ns=minutes[state] * _HOUR // 60)
    (found,) = _invalid(engine, world)
    assert (found.name, found.corrected) == ("qms.incident.resolved", False)
    assert [(each.code, each.attribute) for each in found.problems] == [("resolved_before_opened", "")]
    assert world.id in found.problems[0].message
    assert "same id" in found.problems[0].hint
    assert _events(engine, world) == 1
    assert _counted(server, *kind) == before + 1
    mended = {"qms.incident.id": world.id, "qms.event.revision": 1}
    _send(store, world, "qms.incident.opened", mended)
    assert (_events(engine, world), _invalid(engine, world)) == (2, [])
    assert _counted(server, *kind) == before


def _counted(server: str, name: str, reason: str) -> int:
    start = f'assay_invalid_events{{event="{name}",reason="{reason}"}} '
    lines = httpx.get(f"{server}/metrics").text.splitlines()
    return sum(int(float(line.removeprefix(start))) for line in lines if line.startswith(start))


def test_an_old_name_is_as_good(engine: Engine, store: Store, world: World) -> None:
    """What is required under a name may come under the one that it had before."""
    told = {key.removesuffix(".name"): value for key, value in _DEPLOYED.items()}
    _send(store, world, "qms.deployment.finished", told)
    assert (_events(engine, world), _invalid(engine, world)) == (1, [])


def test_a_bad_correction_leaves_the_good_event(engine: Engine, store: Store, world: World) -> None:
    """A correction that does not fit replaces nothing, and a good one shows that the bad event was mended."""
    _send(store, world, "qms.deployment.finished", _DEPLOYED)
    _send(store, world, "qms.deployment.finished", {**_DEPLOYED, "deployment.status": "bad", "qms.event.revision": 1})
    statuses = "SELECT Status FROM assay_events WHERE Service = {service:String}"
    assert engine.query(statuses, {"service": world.service}).rows == [["succeeded"]]
    assert [found.corrected for found in _invalid(engine, world)] == [True]


def test_a_withdrawal_needs_only_the_id(engine: Engine, store: Store, world: World) -> None:
    """`qms.event.retracted` with the id of the event is enough to withdraw it."""
    given = {**_DEPLOYED, "qms.event.id": world.id}
    _send(store, world, "qms.deployment.finished", given)
    _send(
        store,
        world,
        "qms.deployment.finished",
        {"qms.event.id": world.id, "qms.event.revision": 1, "qms.event.retracted": True},
    )
    assert (_events(engine, world), _invalid(engine, world)) == (0, [])


def test_they_are_listed_and_counted(store: Store, server: str, world: World) -> None:
    """`assay events invalid` names the event, the reason and what to do; the API gives the same, and /metrics the number."""
    before = _counted(server, "qms.incident.opened", "value_unknown")
    at, bad = time.time_ns() - _HOUR, {"qms.incident.id": world.id, "qms.incident.cause": "gremlins"}
    sent = record(at, None, bad, event_name="qms.incident.opened", observed_time_unix_nano=at)
    for _ in range(2):  # the same record twice is one
        store(Signal.LOGS, logs(world.service, [sent]))
    answer = httpx.get(f"{server}/api/v1/invalid-events", params={"service": world.service}).json()
    assert {each["code"] for event in answer["events"] for each in event["problems"]} == {"value_unknown"}
    told = CliRunner().invoke(program, ["events", "invalid", "--service", world.service, "--server", server])
    assert told.exit_code == 0
    for words in ("qms.incident.opened", world.service, "qms.incident.cause cannot be 'gremlins'", "hint: use one of change"):
        assert words in told.output
    assert _counted(server, "qms.incident.opened", "value_unknown") == before + 1
