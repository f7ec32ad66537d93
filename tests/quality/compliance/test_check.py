from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from tests.conftest import Store
from tests.quality.compliance.cases import CASES, DAY, DEPLOYED, EVALUATED, FINISHED, GATE, Told, both, event

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.core.statement import Statement, load
from assay.quality import compliance
from assay.quality.compliance import Evidence, Outcome
from assay.quality.compliance.check import FOLDER

_QUIET = 14_288 * DAY  # a day in 2009: generated data of other tests lies about 1970
_NO_SERVICE = "SELECT * FROM ({text}) WHERE service != '' OR subject NOT LIKE 'compliance-%' OR subject LIKE '%{service}%'"
_OF_SERVICE = "SELECT * FROM ({text}) WHERE endsWith(service, '{service}')"
_NOTHING: Evidence = {
    "one_in": lambda _start, _end: 1,
    **{name: lambda _start, _end: {} for name in ("conventions", "dead_items", "exporter_endpoints", "exporter_lag_seconds")},
}


@pytest.fixture(scope="module")
def senders(store: Store) -> tuple[int, Mapping[tuple[str, bool], str]]:
    """Store what all cases send, in one request for each signal; return when that was, and the service of each case."""
    now = time.time_ns()
    services = {(name, wrong): f"compliance-{uuid4().hex}" for name in CASES for wrong in (False, True)}
    requests: dict[Signal, list[Message]] = defaultdict(list)
    for (name, wrong), service in services.items():
        case = CASES[name][wrong]
        for signal, request in (case.sent if isinstance(case, Told) else case)(service, now):
            requests[signal].append(request)
    for signal, (first, *others) in requests.items():
        for each in others:
            first.MergeFrom(each)
        store(signal, first)
    return now, services


def test_every_check_has_a_case() -> None:
    """No check comes with Assay that was not seen to find something and to find nothing; there are at least 30."""
    assert sorted([*CASES, "policy_changes_recorded"]) == compliance.names()
    assert len(compliance.names()) >= 30


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_check_finds_what_is_wrong_and_nothing_else(
    engine: Engine, senders: tuple[int, Mapping[tuple[str, bool], str]], name: str
) -> None:
    """What is in order is looked at without a finding, and what is not has one."""
    now, services = senders
    good, wrong = CASES[name]
    if isinstance(good, Told) or isinstance(wrong, Told):
        for case, service in ((good, services[name, False]), (wrong, services[name, True])):
            assert isinstance(case, Told)
            only = _OF_SERVICE if name in ("environments_known", "conventions_kept") else _NO_SERVICE
            outcome = _run(engine, name, now, only.replace("{service}", service), _evidence(case.values, service))
            assert outcome.result == ("failed" if case is wrong else "passed"), outcome
            assert len(outcome.sample) == outcome.found
        return
    either = " OR ".join(f"endsWith(service, '{services[name, each]}')" for each in (False, True))
    only = f"SELECT * FROM ({{text}}) WHERE {either}"
    outcome = _run(engine, name, now, only, {})
    assert outcome.result == "failed", outcome
    told = {share.service[-43:]: share for share in outcome.services}
    fine, bad = told[services[name, False]], told[services[name, True]]
    assert fine.looked_at >= 1
    assert fine.found == 0
    assert bad.found >= 1
    assert {each.service[-43:] for each in outcome.sample} == {services[name, True]}


def test_a_change_of_policies_needs_a_record(engine: Engine, store: Store) -> None:
    """A version that came into force is found unless the audit record of just that moment is there."""
    version, now = uuid4().hex, time.time_ns()
    at = (now - 600 * 10**9) // 1000
    engine.execute(f"INSERT INTO assay_policy_versions SELECT fromUnixTimestamp64Micro({at}), '{version}', '', []")
    only = f"SELECT * FROM ({{text}}) WHERE startsWith(subject, '{version}')"
    before = _run(engine, "policy_changes_recorded", now, only, {})
    assert (before.result, before.sample[0].finding) == ("failed", "no audit record")
    recorded = event("qms.audit.recorded", **{"qms.event.id": f"audit/policies/{at}", "qms.audit.action": "policies.changed"})
    for signal, request in recorded("assay", now):
        store(signal, request)
    assert _run(engine, "policy_changes_recorded", now, only, {}).result == "passed"


def test_nothing_to_look_at_is_no_pass(engine: Engine) -> None:
    """A window without anything gives no_data for every check of telemetry and events, and for evidence that nobody tells."""
    evidence = {**_NOTHING, "settings": lambda _start, _end: {"events.environments": "production"}}
    about_settings = {
        *("audit_retention", "history_retention", "scrubbing_enabled", "policies_in_force", "policy_changes_recorded"),
    }
    for name in set(compliance.names()) - about_settings:
        assert compliance.run(engine, name, _QUIET, _QUIET + DAY, evidence).result == "no_data", name
    untold = compliance.run(engine, "audit_retention", _QUIET, _QUIET + DAY)
    assert (untold.result, untold.reason) == ("no_data", "nothing tells settings here")


def test_a_broken_statement_is_an_outcome(engine: Engine) -> None:
    """A statement that the engine refuses is told as broken, with the reason, and never passes."""
    outcome = compliance.run(engine, Statement("mine", "SELECT nothing FROM nowhere", {}, {}), 0, DAY)
    assert (outcome.result, outcome.found) == ("broken", 0)
    assert "nowhere" in outcome.reason


def test_the_hash_tells_outcomes_apart(engine: Engine) -> None:
    """The same outcome has the same hash, and another window another one."""
    first, again, other = (compliance.run(engine, "clocks", DAY, end * DAY) for end in (2, 2, 3))
    assert first.content_hash == again.content_hash != other.content_hash


def test_a_gate_that_passes_afterwards_lets_nothing_through(engine: Engine, store: Store) -> None:
    """A deployment without a gate is found even if a gate of the same version passes later."""
    now, service = time.time_ns(), f"compliance-{uuid4().hex}"
    early = event(FINISHED, **DEPLOYED, **{"deployment.id": f"d-{service}", "days": 1})
    for signal, request in both(early, event(EVALUATED, **GATE))(service, now):
        store(signal, request)
    assert _run(engine, "deployments_gated", now, _OF_SERVICE.replace("{service}", service), {}).result == "failed"


def _run(engine: Engine, name: str, now: int, only: str, told: Evidence) -> Outcome:
    statement = load(FOLDER, name)
    text = only.replace("{text}", statement.text)
    evidence = {**_NOTHING, **told}
    return compliance.run(engine, Statement(name, text, {}, statement.parameters), now - 30 * DAY, now + 120 * 10**9, evidence)


def _evidence(values: dict[str, Any], service: str) -> Evidence:
    def fill(given: dict[str, Any]) -> dict[str, Any]:
        filled = {key.replace("{service}", service): value for key, value in given.items()}
        return {key: value.replace("{service}", service) if isinstance(value, str) else value for key, value in filled.items()}

    return {name: lambda _start, _end, given=given: fill(given) for name, given in values.items()}  # type: ignore[misc] # a default
