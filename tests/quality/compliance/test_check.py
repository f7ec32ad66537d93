from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.core.statement import Statement, load
from assay.quality import compliance

_DAY = 86400 * SECOND
_QUIET = 14_288 * _DAY  # a day in 2009: generated data of other tests lies about 1970
_PLACE = {"service.version": "1", "deployment.environment.name": "production"}
_DEPLOYED = {"deployment.status": "succeeded", "vcs.ref.head.revision": "abc", **_PLACE}
Make = Callable[[str, int], list[tuple[Signal, Message]]]


def _event(name: str, **given: Any) -> Make:
    values = {key.replace("__", "."): value for key, value in given.items()}

    def make(service: str, now: int) -> list[tuple[Signal, Message]]:
        at = now - values.get("days", 0) * _DAY - SECOND
        told = {key: value for key, value in values.items() if key not in ("days", "trace")}
        fields = {"trace_id": bytes.fromhex("ab" * 16), "span_id": bytes(7) + b"\1"} if values.get("trace") else {}
        made = record(
            at, None, {"qms.event.id": f"{name}/{service}", **told}, event_name=name, observed_time_unix_nano=at, **fields
        )
        return [(Signal.LOGS, logs(service, [made]))]

    return make


def _deployment(**without: Any) -> Make:
    told = {key: value for key, value in _DEPLOYED.items() if key not in without.get("without", ())}
    return _event("qms.deployment.finished", **{**told, "deployment.id": f"d-{uuid4().hex}"})


def _gated(service: str, now: int) -> list[tuple[Signal, Message]]:
    gate = {"qms.quality_gate.name": "g", "qms.quality_gate.result": "passed", **_PLACE}
    return _deployment()(service, now) + _event("qms.quality_gate.evaluated", **gate)(service, now)


def _resolved(service: str, now: int) -> list[tuple[Signal, Message]]:
    told = {"qms.incident.id": f"i-{service}", "days": 9}
    return _event("qms.incident.opened", **told)(service, now) + _event("qms.incident.resolved", **told)(service, now)


def _span(name: str = "", resource: dict[str, str] | None = None, ahead: int = 0, values: Any = None, **fields: Any) -> Make:
    def make(service: str, now: int) -> list[tuple[Signal, Message]]:
        made = span(uuid4().hex, 1, start_ns=now - SECOND + ahead, values=values, **fields)
        return [(Signal.TRACES, traces(name + service, [made], _PLACE if resource is None else resource))]

    return make


def _log(**fields: Any) -> Make:
    return lambda service, now: [(Signal.LOGS, logs(service, [record(now - SECOND, "text", **fields)]))]


def _server(code: Any) -> Make:
    return _span(kind=Span.SPAN_KIND_SERVER, status=Status(code=code))


def _call(address: str) -> Make:
    return _span(kind=Span.SPAN_KIND_CLIENT, values={"url.full": address})


_AUDIT = "qms.audit.recorded"
_ACTION = {"qms.audit.action": "read", "qms.audit.outcome": "success", "qms.audit.user_id": "u", "trace": True}
CASES: dict[str, tuple[Make, Make]] = {
    "deployments_gated": (_gated, _deployment()),
    "deployment_versions": (_deployment(), _deployment(without=["service.version"])),
    "deployment_revisions": (_deployment(), _deployment(without=["vcs.ref.head.revision"])),
    "deployments_reported": (
        _deployment(),
        _span(values={"cicd.pipeline.task.type": "deploy", "deployment.environment.name": "production"}),
    ),
    "incidents_resolved": (_resolved, _event("qms.incident.opened", **{"qms.incident.id": uuid4().hex, "days": 9})),
    "audit_actors": (_event(_AUDIT, **_ACTION), _event(_AUDIT, **{**_ACTION, "qms.audit.user_id": ""})),
    "audit_outcomes": (_event(_AUDIT, **_ACTION), _event(_AUDIT, **{**_ACTION, "qms.audit.outcome": ""})),
    "audit_traced": (_event(_AUDIT, **_ACTION), _event(_AUDIT, **{**_ACTION, "trace": False})),
    "service_names": (_span(), _span(name="unknown_service:")),
    "service_versions": (_span(), _span(resource={"deployment.environment.name": "production"})),
    "service_environments": (_span(), _span(resource={"service.version": "1"})),
    "error_budgets": (_server(Status.STATUS_CODE_OK), _server(Status.STATUS_CODE_ERROR)),
    "endpoints_encrypted": (_call("https://a.example/x"), _call("http://a.example/x")),
    "clocks": (_span(), _span(ahead=60 * SECOND)),
    "logs_traced": (_log(trace_id=bytes.fromhex("ab" * 16)), _log()),
}


def test_every_check_has_a_case() -> None:
    """No check comes with Assay that was not seen to find something and to find nothing."""
    assert sorted(CASES) == compliance.names()


@pytest.mark.parametrize("name", CASES)
def test_a_check_finds_what_is_wrong_and_nothing_else(engine: Engine, store: Store, name: str) -> None:
    """What is in order is looked at without a finding, and what is not has one."""
    now = time.time_ns()
    statement = load("assay.quality.compliance.checks", name)
    for make, wrong in zip(CASES[name], (False, True), strict=True):
        service = f"compliance-{uuid4().hex}"
        for signal, request in make(service, now):
            store(signal, request)
        only = f"SELECT * FROM ({statement.text}) WHERE endsWith(service, '{service}')"
        outcome = compliance.run(engine, Statement(name, only, {}, {}), now - 30 * _DAY, now + 120 * SECOND)
        assert outcome.result == ("failed" if wrong else "passed"), outcome
        assert outcome.looked_at >= 1
        assert [each.service.endswith(service) for each in outcome.sample] == [True] * outcome.found


def test_nothing_to_look_at_is_no_pass(engine: Engine) -> None:
    """A window without anything gives no_data for every check, not passed."""
    assert {compliance.run(engine, name, _QUIET, _QUIET + _DAY).result for name in compliance.names()} == {"no_data"}


def test_a_broken_statement_is_an_outcome(engine: Engine) -> None:
    """A statement that the engine refuses is told as broken, with the reason, and never passes."""
    outcome = compliance.run(engine, Statement("mine", "SELECT nothing FROM nowhere", {}, {}), 0, _DAY)
    assert (outcome.result, outcome.found) == ("broken", 0)
    assert "nowhere" in outcome.reason


def test_the_hash_tells_outcomes_apart(engine: Engine) -> None:
    """The same outcome has the same hash, and another window another one."""
    first, again, other = (compliance.run(engine, "clocks", _DAY, end * _DAY) for end in (2, 2, 3))
    assert first.content_hash == again.content_hash != other.content_hash


def test_a_gate_that_passes_afterwards_lets_nothing_through(engine: Engine, store: Store) -> None:
    """A deployment without a gate is found even if a gate of the same version passes later."""
    now, service = time.time_ns(), f"compliance-{uuid4().hex}"
    gate = {"qms.quality_gate.name": "g", "qms.quality_gate.result": "passed", **_PLACE}
    early = _event("qms.deployment.finished", **_DEPLOYED, **{"deployment.id": f"d-{service}", "days": 1})
    for signal, request in early(service, now) + _event("qms.quality_gate.evaluated", **gate)(service, now):
        store(signal, request)
    gated = load("assay.quality.compliance.checks", "deployments_gated").text
    only = f"SELECT * FROM ({gated}) WHERE service = '{service}'"
    assert compliance.run(engine, Statement("late", only, {}, {}), now - 30 * _DAY, now).result == "failed"
