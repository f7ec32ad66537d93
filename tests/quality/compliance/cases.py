"""For each check what is in order and what is not: telemetry and events of a service, or what Assay tells about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from google.protobuf.message import Message
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.otlp_requests import SECOND, logs, record, span, traces

from assay.core.signals import Signal

DAY = 86400 * SECOND
PLACE = {"service.version": "1", "deployment.environment.name": "production"}
DEPLOYED = {"deployment.status": "succeeded", "vcs.ref.head.revision": "abc", **PLACE}
GATE = {"qms.quality_gate.name": "g", "qms.quality_gate.result": "passed", **PLACE}
ACTION = {"qms.audit.action": "read", "qms.audit.outcome": "success", "qms.audit.user_id": "u", "trace": True}
AUDIT, EVALUATED, FINISHED = "qms.audit.recorded", "qms.quality_gate.evaluated", "qms.deployment.finished"
COMMITTED, OPENED, RESOLVED = "qms.change.committed", "qms.incident.opened", "qms.incident.resolved"

Sent = list[tuple[Signal, Message]]
Make = Callable[[str, int], Sent]
"""What a service of this name sends at this time."""


@dataclass(frozen=True)
class Told:
    """Evidence by the names of parameters; `{service}` in texts stands for the name of the service."""

    values: dict[str, Any]
    sent: Make = field(default=lambda _service, _now: [])


def event(name: str, **given: Any) -> Make:
    """An event of the service; `days` is how long ago, `trace` gives it a trace id, `{service}` stands for its name."""
    values = {key.replace("__", "."): value for key, value in given.items()}

    def make(service: str, now: int) -> Sent:
        at = now - int(values.get("days", 0) * DAY) - SECOND
        told = {
            key: value.replace("{service}", service) if isinstance(value, str) else value
            for key, value in values.items()
            if key not in ("days", "trace")
        }
        fields = {"trace_id": bytes.fromhex("ab" * 16), "span_id": bytes(7) + b"\1"} if values.get("trace") else {}
        told = {"qms.event.id": f"{name}/{service}", **told}
        made = record(at, None, told, event_name=name, observed_time_unix_nano=at, **fields)
        return [(Signal.LOGS, logs(service, [made]))]

    return make


def deployment(*without: str, **more: Any) -> Make:
    told = {key: value for key, value in {**DEPLOYED, **more}.items() if key not in without}
    return event(FINISHED, **{**told, "deployment.id": "d-{service}"})


def spans(name: str = "", resource: dict[str, str] | None = None, ahead: float = 0, values: Any = None, **fields: Any) -> Make:
    """A span of the service whose name begins with `name`, `ahead` seconds from now."""

    def make(service: str, now: int) -> Sent:
        made = span(uuid4().hex, 1, start_ns=now - SECOND + int(ahead * SECOND), values=values, **fields)
        return [(Signal.TRACES, traces(name + service, [made], PLACE if resource is None else resource))]

    return make


def log(**fields: Any) -> Make:
    return lambda service, now: [(Signal.LOGS, logs(service, [record(now - SECOND, "text", **fields)]))]


def both(*makes: Make) -> Make:
    return lambda service, now: [each for make in makes for each in make(service, now)]


def served(code: Any = Status.STATUS_CODE_OK) -> Make:
    return spans(kind=Span.SPAN_KIND_SERVER, status=Status(code=code))


def call(address: str) -> Make:
    return spans(kind=Span.SPAN_KIND_CLIENT, values={"url.full": address})


def traced_event(known: bool) -> Make:
    """An audit record ten minutes ago in a trace that is stored, or not."""

    def make(service: str, now: int) -> Sent:
        trace_id, at = uuid4().hex, now - 600 * SECOND
        told = {"qms.event.id": f"audit/{service}", "qms.audit.action": "read"}
        fields = {"trace_id": bytes.fromhex(trace_id), "span_id": bytes(7) + b"\1"}
        made = record(at, None, told, event_name=AUDIT, observed_time_unix_nano=at, **fields)
        stored = [(Signal.TRACES, traces(service, [span(trace_id, 1, start_ns=at)]))] if known else []
        return [(Signal.LOGS, logs(service, [made])), *stored]

    return make


def setting(name: str, good: str, wrong: str) -> tuple[Told, Told]:
    return Told({"settings": {name: good}}), Told({"settings": {name: wrong}})


_INCIDENT = {"qms.incident.id": "i-{service}"}
_CRITICAL = spans(values={"qms.operation": "workflow_approval"})
_PART = {"qms.phase": "phase_4", "qms.component": "orders"}
_REFUSED = event(EVALUATED, **{**GATE, "qms.quality_gate.result": "failed"})
_DEPLOY_SPAN = {"cicd.pipeline.task.type": "deploy", "deployment.environment.name": "production"}
_ENVIRONMENTS = {"settings": {"events.environments": "production,staging"}}
_PROMISE = {"qms.performance.sla.target_ms": 100}
_PULL = {"vcs.ref.head.revision": "r-{service}", "vcs.change.id": "7"}
_BASELINE = {
    "qms.baseline.id": "b-{service}", "qms.baseline.kind": "rolling", "qms.baseline.start": "2026-11-03T10:00:00Z",
    "qms.baseline.end": "2026-11-04T10:00:00Z", "qms.baseline.expires_at": "2100-01-01T00:00:00Z",
}  # fmt: skip
_UNSIGNED = "receivers.webhooks.unsigned"

CASES: dict[str, tuple[Make | Told, Make | Told]] = {
    "deployments_gated": (both(deployment(), event(EVALUATED, **GATE)), deployment()),
    "deployments_not_refused": (both(deployment(), event(EVALUATED, **GATE)), both(deployment(), _REFUSED)),
    "deployments_observed": (both(deployment(days=0.1), spans()), deployment(days=0.1)),
    "deployment_versions": (deployment(), deployment("service.version")),
    "deployment_revisions": (deployment(), deployment("vcs.ref.head.revision")),
    "deployment_changes": (
        both(deployment(**{"vcs.ref.head.revision": "r-{service}"}), event(COMMITTED, **_PULL)),
        deployment(**{"vcs.ref.head.revision": "r-{service}"}),
    ),
    "deployments_reported": (deployment(), spans(values=_DEPLOY_SPAN)),
    "changes_reviewed": (event(COMMITTED, **_PULL), event(COMMITTED, **{**_PULL, "vcs.change.id": ""})),
    "events_prompt": (deployment(), deployment(days=3)),
    "events_valid": (deployment(), both(deployment(), event("qms.deployment.fnished"))),
    "gates_decided": (event(EVALUATED, **GATE), event(EVALUATED, **GATE, **{"qms.quality_gate.decided": False})),
    "services_gated": (both(served(), event(EVALUATED, **GATE)), served()),
    "incidents_resolved": (
        both(event(OPENED, **_INCIDENT, days=9), event(RESOLVED, **_INCIDENT, days=9)),
        event(OPENED, **_INCIDENT, days=9),
    ),
    "incidents_rated": (event(OPENED, **_INCIDENT, **{"qms.incident.severity": "high"}), event(OPENED, **_INCIDENT)),
    "incidents_explained": (
        both(event(OPENED, **_INCIDENT, **{"qms.incident.cause": "third_party"}), event(RESOLVED, **_INCIDENT)),
        both(event(OPENED, **_INCIDENT), event(RESOLVED, **_INCIDENT)),
    ),
    "audit_actors": (event(AUDIT, **ACTION), event(AUDIT, **{**ACTION, "qms.audit.user_id": ""})),
    "audit_outcomes": (event(AUDIT, **ACTION), event(AUDIT, **{**ACTION, "qms.audit.outcome": ""})),
    "audit_traced": (event(AUDIT, **ACTION), event(AUDIT, **{**ACTION, "trace": False})),
    "critical_operations_audited": (both(_CRITICAL, event(AUDIT, **ACTION)), _CRITICAL),
    "critical_operations_traced": (both(_CRITICAL, event(AUDIT, **ACTION)), event(AUDIT, **ACTION)),
    "critical_traces_kept": (traced_event(known=True), traced_event(known=False)),
    "service_names": (spans(), spans(name="unknown_service:")),
    "service_versions": (spans(), spans(resource={"deployment.environment.name": "production"})),
    "service_environments": (spans(), spans(resource={"service.version": "1"})),
    "service_owners": (spans(resource={"qms.team": "payments"}), spans()),
    "service_parts": (spans(resource=_PART), spans(resource={"qms.phase": "phase_4"})),
    "services_traced": (both(spans(), log()), log()),
    "services_heard": (both(spans(), spans(ahead=-3 * 86400)), spans(ahead=-3 * 86400)),
    "environments_known": (
        Told(_ENVIRONMENTS, spans(resource={"deployment.environment.name": "prod"})),
        Told(_ENVIRONMENTS, spans(resource={"deployment.environment.name": "produktion"})),
    ),
    "baselines_taken": (both(*[served()] * 30, event("qms.baseline.taken", **_BASELINE)), both(*[served()] * 30)),
    "error_budgets": (served(), served(Status.STATUS_CODE_ERROR)),
    "promises_kept": (spans(values=_PROMISE), spans(values=_PROMISE, duration_ns=SECOND)),
    "endpoints_encrypted": (call("https://a.example/x"), call("http://a.example/x")),
    "clocks": (spans(), spans(ahead=60)),
    "logs_traced": (log(trace_id=bytes.fromhex("ab" * 16)), log()),
    "secrets_scrubbed": (spans(values={"db.password": "[password]"}), spans(values={"db.password": "hunter2hunter2"})),
    "personal_data_scrubbed": (
        spans(values={"note": "order 4111111111111112 of [email] at 2026-11-03"}),
        spans(values={"note": "card 4111 1111 1111 1111"}),
    ),
    "audit_retention": setting("retention.events_days", "365", "364"),
    "history_retention": setting("retention.service_metrics_days", "400", "90"),
    "scrubbing_enabled": setting("policies.scrubbing", "true", "false"),
    "policies_in_force": setting("policies.problem", "", "policies.filters: unknown key"),
    "listeners_private": setting("api.host", "127.0.0.1", "0.0.0.0"),
    "webhooks_verified": (
        Told({"settings": {_UNSIGNED: ""}}, deployment(**{"qms.event.source": "webhook/{service}"})),
        Told({"settings": {_UNSIGNED: "{service}"}}),
    ),
    "exporters_encrypted": (
        Told({"exporter_endpoints": {"{service}": "https://a.example", "local": "localhost:4317", "logs": "tls://a.example:24224"}}),
        Told({"exporter_endpoints": {"{service}": "a.example:4317"}}),
    ),
    "exporters_current": (
        Told({"exporter_lag_seconds": {"{service}/traces": 60.0}}),
        Told({"exporter_lag_seconds": {"{service}/traces": 3600.5}}),
    ),
    "dead_letters": (Told({"dead_items": {"traces": 0, "logs": 0}}), Told({"dead_items": {"traces": 3, "logs": 0}})),
    "conventions_kept": (Told({"conventions": {"{service}": 75.0}}), Told({"conventions": {"{service}": 74.9}})),
}  # fmt: skip
"""Of each check but policy_changes_recorded, which is about a table of its own."""
