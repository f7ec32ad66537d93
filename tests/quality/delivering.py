"""Events of delivery in few words, for tests that give rows and expect numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from tests.otlp_requests import SECOND, logs, record

NAMES = {
    "deployment": "qms.deployment.finished",
    "change": "qms.change.committed",
    "opened": "qms.incident.opened",
    "resolved": "qms.incident.resolved",
}
_KEYS = {
    "environment": "deployment.environment.name",
    "team": "qms.team",
    "version": "service.version",
    "revision": "vcs.ref.head.revision",
    "status": "deployment.status",
    "kind": "qms.deployment.kind",
    "commits": "qms.deployment.commits",
    "rolls_back": "qms.deployment.rolls_back",
    "remediates": "qms.deployment.remediates",
    "started_at": "qms.change.started_at",
    "category": "qms.change.category",
    "reverts": "qms.change.reverts",
    "lead_seconds": "qms.change.lead_time_seconds",
    "severity": "qms.incident.severity",
    "cause": "qms.incident.cause",
    "cause_deployments": "qms.incident.cause.deployment_ids",
    "cause_commits": "qms.incident.cause.revisions",
    "opened_at": "qms.incident.opened_at",
    "seconds": "qms.incident.duration_seconds",
    "event_id": "qms.event.id",
    "correction": "qms.event.revision",
    "retracted": "qms.event.retracted",
}
_SUBJECTS = {"deployment": "deployment.id", "change": "vcs.ref.head.revision"}
_OWN = ("revision", "commits", "reverts", "rolls_back", "remediates", "cause_deployments", "cause_commits", "event_id")


def nanoseconds(text: str) -> int:
    """Read a time; UTC if it has no offset."""
    read = datetime.fromisoformat(text)
    return round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()) * SECOND


class World:
    """A service of its own: names of events are made unique, so that nothing else in the store has to do with them."""

    def __init__(self) -> None:
        self.id = uuid4().hex
        self.service = f"service-{self.id}"

    def named(self, value: Any) -> Any:
        return [self.named(each) for each in value] if isinstance(value, list) else f"{value}-{self.id}"

    def record(self, given: Mapping[str, Any]) -> tuple[str, LogRecord]:
        """Return the service of an event and its log record. `deployment: x` names kind and subject, `at` its time."""
        event = next(name for name in NAMES if name in given)
        values: dict[str, Any] = {_SUBJECTS.get(event, "qms.incident.id"): self.named(given[event])}
        if event == "deployment":
            values |= {"deployment.status": "succeeded", "deployment.environment.name": "production"}
        for key, value in given.items():
            if key in _KEYS:
                values[_KEYS[key]] = self.named(value) if key in _OWN else value
        at = nanoseconds(given["at"])
        observed = nanoseconds(given["observed"]) if "observed" in given else at
        service = f"{given['service']}-{self.id}" if "service" in given else self.service
        return service, record(at, None, values, event_name=NAMES[event], observed_time_unix_nano=observed)

    def requests(self, events: Sequence[Mapping[str, Any]]) -> list[ExportLogsServiceRequest]:
        """Return a request per event, in their order."""
        return [logs(service, [made]) for service, made in map(self.record, events)]
