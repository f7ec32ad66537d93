"""Events in the store: once each, as they were corrected last, in whatever order they came."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from tests.conftest import Store

from assay.core import registry
from assay.core.config import Retention
from assay.core.events import Event, derive_id, encode
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.store import delete_expired_events, drop_expired

SECOND = 1_000_000_000
START = 1_750_000_000 * SECOND
SERVICES = (f"events-{number}" for number in count())

Send = Callable[..., None]


@pytest.fixture
def send(store: Store) -> Send:
    """Store events, each in a request of its own."""

    def send(*events: Event, observed_ns: int = START) -> None:
        for event in events:
            store(Signal.LOGS, ExportLogsServiceRequest.FromString(encode([event], observed_ns)))

    return send


@pytest.fixture
def service() -> Iterator[str]:
    yield next(SERVICES)


def deployment(service: str, number: int = 1, time_ns: int = START, **attributes: Any) -> Event:
    given = {name.replace("__", "."): value for name, value in attributes.items()}
    return Event(
        "qms.deployment.finished",
        time_ns,
        {
            "service.name": service,
            "deployment.id": f"{service}/{number}",
            "deployment.status": "succeeded",
            "deployment.environment.name": "production",
            **given,
        },
    )


def rows(engine: Engine, service: str, columns: str) -> list[list[Any]]:
    sql = f"SELECT {columns} FROM assay_events WHERE Service = {{service:String}} ORDER BY Time, EventId"
    return engine.query(sql, {"service": service}).rows


def test_an_event_is_stored_with_what_measures_need(engine: Engine, send: Send, service: str) -> None:
    """What measures read has columns of its own; aliases of environments are read as their names."""
    send(
        deployment(
            service,
            deployment__environment__name="PROD",
            service__version="2.4.1",
            vcs__ref__head__revision="c2",
            vcs__ref__base__revision="c0",
            qms__deployment__commits=["c1", "c2"],
            qms__deployment__started_at="2025-06-15T17:00:00+02:00",
            qms__deployment__kind="hotfix",
            qms__team="payments",
        )
    )
    columns = "toUnixTimestamp64Nano(Time), Environment, Subject, Status, Version, CommitRevision, BaseRevision, Commits"
    [row] = rows(engine, service, columns)
    assert row == [START, "production", f"{service}/1", "succeeded", "2.4.1", "c2", "c0", ["c1", "c2"]]
    [row] = rows(engine, service, "formatDateTime(StartedAt, '%FT%TZ', 'UTC'), Kind, Team, Inferred, Source")
    assert row == ["2025-06-15T15:00:00Z", "hotfix", "payments", False, ""]


def test_a_single_text_is_a_list_of_one(engine: Engine, send: Send, service: str) -> None:
    """SDKs without lists can still name one commit."""
    send(deployment(service, qms__deployment__commits="c1"))
    assert rows(engine, service, "Commits") == [[["c1"]]]


def test_a_repeated_event_counts_once(engine: Engine, send: Send, service: str) -> None:
    """The same event, sent again and again, is one row."""
    send(*[deployment(service)] * 3)
    assert rows(engine, service, "Status") == [["succeeded"]]


def test_a_correction_replaces_what_was_said(engine: Engine, send: Send, service: str) -> None:
    """Of records with one id the one observed last counts, and a higher revision before that."""
    send(deployment(service, deployment__status="failed"), observed_ns=START + 2)
    send(deployment(service), observed_ns=START + 1)
    assert rows(engine, service, "Status") == [["failed"]]
    send(deployment(service, qms__event__revision=1, service__version="3"), observed_ns=START)
    assert rows(engine, service, "Status, Version") == [["succeeded", "3"]]


def test_a_correction_may_move_an_event(engine: Engine, send: Send, service: str) -> None:
    """A corrected time or service leaves nothing behind where the event was before."""
    other = next(SERVICES)
    send(deployment(service, qms__event__id=f"{service}/moved"))
    send(deployment(other, time_ns=START + 90 * 86400 * SECOND, qms__event__id=f"{service}/moved", qms__event__revision=1))
    assert rows(engine, service, "EventId") == []
    assert rows(engine, other, "EventId") == [[f"{service}/moved"]]


def test_a_withdrawn_event_is_gone(engine: Engine, send: Send, service: str) -> None:
    """What was withdrawn is not counted, until a later revision brings it back."""
    send(deployment(service), deployment(service, qms__event__retracted=True, qms__event__revision=1))
    assert rows(engine, service, "EventId") == []
    send(deployment(service, qms__event__revision=2))
    assert len(rows(engine, service, "EventId")) == 1


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.data())
def test_any_order_gives_the_same_events(engine: Engine, send: Send, random: Any, data: st.DataObject) -> None:
    """However records are mixed, repeated and split, the same events come out."""
    variants = st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(0, 2), st.sampled_from(["succeeded", "failed"]))
    drawn = data.draw(st.lists(variants, min_size=1, max_size=6))
    service = next(SERVICES)
    records = [
        (deployment(service, number, deployment__status=status, qms__event__revision=revision), START + observed)
        for number, revision, observed, status in drawn
    ]
    results = []
    for _ in range(2):
        mixed = records + random.sample(records, random.randint(0, len(records)))
        random.shuffle(mixed)
        for event, observed_ns in mixed:
            send(event, observed_ns=observed_ns)
        results.append(rows(engine, service, "EventId, Status, Attributes['qms.event.revision'], toString(Rank)"))
        engine.execute(f"DELETE FROM assay_event_records WHERE Service = '{service}'")
    assert results[0] == results[1] != []


@pytest.mark.parametrize("name", [name for name, event in registry.load().events.items() if event.subject])
def test_ids_are_made_by_the_same_rule_everywhere(engine: Engine, store: Store, name: str, service: str) -> None:
    """A record that comes without an id, as from an SDK, gets the one that Assay's own ways in would have given it."""
    known, event = registry.load().attributes, registry.load().events[name]
    attributes = {key: str(known[key].examples[0]) for key in event.required if key != "service.name"}
    attributes |= dict.fromkeys(event.subject, f"{service}-x")
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    record = resource.scope_logs.add().log_records.add(event_name=name, time_unix_nano=START)
    for key, value in attributes.items():
        record.attributes.add(key=key).value.string_value = value
    store(Signal.LOGS, request)
    assert rows(engine, service, "EventId, Subject") == [[derive_id(name, attributes), f"{service}-x"]]


def test_events_without_a_subject_are_told_apart_by_content(engine: Engine, store: Store, service: str) -> None:
    """Two audit records differ, and one that is sent twice is one."""
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    scope = resource.scope_logs.add()
    for action in ("read", "write", "read"):
        record = scope.log_records.add(event_name="qms.audit.recorded", time_unix_nano=START)
        record.attributes.add(key="qms.audit.action").value.string_value = action
    store(Signal.LOGS, request)
    found = rows(engine, service, "Attributes['qms.audit.action'], startsWith(EventId, 'audit/')")
    assert sorted(found) == [["read", True], ["write", True]]


def test_the_resource_fills_in_what_an_event_lacks(engine: Engine, store: Store) -> None:
    """Service, version, environment and team may be in the resource; what the event says itself wins."""
    service = next(SERVICES)
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    for key, value in {
        "service.name": service,
        "service.version": "1",
        "deployment.environment": "staging",
        "qms.team": "ledger",
        "host.name": "h",
    }.items():
        resource.resource.attributes.add(key=key).value.string_value = value
    record = resource.scope_logs.add().log_records.add(event_name="qms.audit.recorded", time_unix_nano=START)
    record.attributes.add(key="service.version").value.string_value = "2"
    record.attributes.add(key="qms.audit.action").value.string_value = "approve"
    store(Signal.LOGS, request)
    found = rows(engine, service, "Version, Environment, Team, mapContains(Attributes, 'host.name')")
    assert found == [["2", "staging", "ledger", False]]


def test_the_aliases_of_environments_are_those_of_the_registry(engine: Engine) -> None:
    """SQL and Python read every alias as the same environment."""
    for alias, name in registry.load().attributes["deployment.environment.name"].aliases:
        assert engine.query("SELECT assay_environment({name:String})", {"name": alias.upper()}).rows == [[name]]


def test_other_log_records_are_no_events(engine: Engine, store: Store, service: str) -> None:
    """Only names that begin with qms. are events of ours."""
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = service
    for name in ("", "browser.page_view", "qms"):
        resource.scope_logs.add().log_records.add(event_name=name, time_unix_nano=START)
    store(Signal.LOGS, request)
    assert rows(engine, service, "EventName") == []


def test_events_outlive_logs(engine: Engine, send: Send, service: str) -> None:
    """The log record goes with the retention of logs, the event stays for its own, to the day."""
    send(deployment(service))
    today = datetime.datetime.now(datetime.UTC).date()
    retention = Retention(logs_days=1, events_days=30)
    drop_expired(engine, retention, today + datetime.timedelta(days=2))
    assert engine.query("SELECT count() FROM otel_logs WHERE ServiceName = {s:String}", {"s": service}).rows == [[0]]
    delete_expired_events(engine, retention, today + datetime.timedelta(days=30))
    assert rows(engine, service, "Status") == [["succeeded"]]
    assert "assay_event_records" in delete_expired_events(engine, retention, today + datetime.timedelta(days=31))
    assert rows(engine, service, "Status") == []
    assert delete_expired_events(engine, retention, today + datetime.timedelta(days=31)) == []
