"""Events in JSON: checked against the registry, taken whole or not at all."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from prometheus_client import REGISTRY
from tests.receivers.conftest import Recorder

from assay.core.config import Config, Otlp
from assay.core.config import OtlpHttp as HttpConfig
from assay.core.errors import Retryable
from assay.core.values import Value, from_protobuf
from assay.receivers import OtlpHttp, event_handlers

DEPLOYMENT: dict[str, Any] = {
    "event": "qms.deployment.finished",
    "time": "2025-11-03T10:00:00Z",
    "attributes": {
        "service.name": "orders",
        "deployment.id": "d1",
        "deployment.status": "succeeded",
        "deployment.environment.name": "production",
    },
}
OPENED: dict[str, Any] = {
    "event": "qms.incident.opened",
    "time": "2025-11-03T11:00:00+01:00",
    "attributes": {"qms.incident.id": "i1", "service.name": "orders"},
}
RESOLVED: dict[str, Any] = {
    "event": "qms.incident.resolved",
    "time": "2025-11-03T10:30:00Z",
    "attributes": {"qms.incident.id": "i1"},
}


class Events:
    """Intake's paths for events on a free port, and what reached the journal."""

    def __init__(self, client: httpx.AsyncClient, recorder: Recorder) -> None:
        self.client = client
        self.recorder = recorder

    async def post(self, given: Any, **headers: str) -> httpx.Response:
        content = given if isinstance(given, bytes) else json.dumps(given).encode()
        named = {"content-type": "application/json"} | headers
        return await self.client.post("/api/v1/events", content=content, headers=named)

    def records(self) -> list[tuple[str, int, dict[str, Value]]]:
        """Give name, time and attributes of all records taken."""
        return [
            (record.event_name, record.time_unix_nano, {each.key: from_protobuf(each.value) for each in record.attributes})
            for _, request, _, _ in self.recorder.taken
            for resource in ExportLogsServiceRequest.FromString(request).resource_logs
            for record in resource.scope_logs[0].log_records
        ]


@pytest.fixture
async def events() -> AsyncIterator[Events]:
    recorder = Recorder()
    receiver = OtlpHttp(Otlp(http=HttpConfig(port=0)), recorder, handlers=event_handlers(Config(), recorder))
    port = await receiver.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
        yield Events(client, recorder)
    await receiver.stop(1)


def changed(form: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """Give a form with other attributes; names are written with underscores for dots, twice for underscores."""
    named = {name.replace("__", "\0").replace("_", ".").replace("\0", "_"): value for name, value in attributes.items()}
    return {**form, "attributes": {**form["attributes"], **named}}


async def test_one_event_or_a_list_is_acknowledged_with_its_ids(events: Events) -> None:
    """Events get their ids from what they are about, and are in the journal when the answer comes."""
    assert (await events.post(DEPLOYMENT)).json() == {"accepted": 1, "ids": ["deployment/d1"]}
    answer = await events.post([OPENED, {**RESOLVED, "id": "mine", "revision": 2, "body": "fixed"}])
    assert (answer.status_code, answer.json()["ids"]) == (200, ["incident.opened/i1", "mine"])
    taken = events.records()
    assert [(name, time_ns) for name, time_ns, _ in taken] == [
        ("qms.deployment.finished", 1762164000 * 10**9),
        ("qms.incident.opened", 1762164000 * 10**9),
        ("qms.incident.resolved", 1762165800 * 10**9),
    ]
    assert taken[0][2]["qms.event.source"] == "api"
    assert taken[2][2]["qms.event.revision"] == 2


@pytest.mark.parametrize(
    ("form", "code", "hint"),
    [
        (b"{", "json_invalid", "JSON parser"),
        ([], "events_count", "send 1"),
        ("x", "event_malformed", "attributes"),
        ({**DEPLOYMENT, "name": "x"}, "event_malformed", "known are"),
        ({**DEPLOYMENT, "attributes": 5}, "event_malformed", "attributes"),
        ({**DEPLOYMENT, "body": 5}, "event_malformed", "quotes"),
        ({**DEPLOYMENT, "id": "i" * 1001}, "event_malformed", "shorter"),
        (changed(DEPLOYMENT, deployment_name="x" * (1 << 20 | 1)), "attribute_too_large", "leave some of it out"),
        ({**DEPLOYMENT, "event": "qms.deployment.finish"}, "event_unknown", "qms.deployment.finished"),
        ({**DEPLOYMENT, "time": "2025-11-03T10:00:00"}, "time_invalid", "offset"),
        ({**DEPLOYMENT, "time": "yesterday"}, "time_invalid", "RFC 3339"),
        ({**DEPLOYMENT, "time": "9999-12-31T23:59:59Z"}, "time_invalid", "RFC 3339"),
        ({**DEPLOYMENT, "time": "2200-01-01T00:00:00Z"}, "time_ahead", "clock"),
        (changed(DEPLOYMENT, service_name=None), "attribute_missing", "orders"),
        (changed(DEPLOYMENT, deployment_id=""), "attribute_missing", "4711"),
        (changed(DEPLOYMENT, deployment_status="done"), "value_unknown", "succeeded, failed"),
        (changed(DEPLOYMENT, deployment_environment_name="prodution"), "environment_unknown", "events.environments"),
        (changed(DEPLOYMENT, deployment_id=5), "attribute_type", "a text"),
        (changed(DEPLOYMENT, qms_deployment_commits=[1]), "attribute_type", "list of texts"),
        (changed(DEPLOYMENT, qms_event_revision=True), "attribute_type", "whole number"),
        (changed(DEPLOYMENT, qms_event_revision=2**63), "attribute_type", "as a text"),
        (changed(DEPLOYMENT, qms_event_retracted="yes"), "attribute_type", "true or false"),
        (changed(DEPLOYMENT, qms_deployment_started__at="soon"), "time_invalid", "RFC 3339"),
        (changed(DEPLOYMENT, qms_deployment_started__at="2025-11-03T10:00:01Z"), "times_crossed", "later"),
        (changed(DEPLOYMENT, qms_deploment_kind="hotfix"), "attribute_unknown", "qms.deployment.kind"),
        (changed(RESOLVED, qms_incident_opened__at="2025-11-03T10:31:00Z"), "resolved_before_opened", "both times"),
        ([OPENED, {**RESOLVED, "time": "2025-11-03T09:59:59Z"}], "resolved_before_opened", "both times"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_reason(events: Events, form: Any, code: str, hint: str) -> None:
    """Each mistake has its code, says what to do, and nothing reaches the journal."""
    answer = await events.post(form)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == code
    assert hint in answer.json()["error"]["hint"]
    assert events.recorder.taken == []


async def test_a_list_is_never_half_applied(events: Events) -> None:
    """With one wrong event nothing is taken; each wrong one is named by its place, with its reason, and counted."""
    labels = {"signal": "logs", "source": "events/api", "reason": "event_unknown"}
    before = REGISTRY.get_sample_value("assay_refused_items_total", labels) or 0
    wrong = {"event": "deploy", "id": "w"}
    answer = await events.post([DEPLOYMENT, wrong, OPENED, {**wrong, "id": "v"}])
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("2 of 4 events are refused, and none was taken")
    assert [(each["index"], each["id"], each["code"]) for each in answer.json()["refused"]] == [
        (1, "w", "event_unknown"),
        (3, "v", "event_unknown"),
    ]
    assert events.recorder.taken == []
    assert REGISTRY.get_sample_value("assay_refused_items_total", labels) == before + 2


async def test_old_names_and_other_spellings_are_read(events: Events) -> None:
    """Renamed attributes, aliases of environments, whole numbers for doubles and single texts for lists are understood."""
    form = changed(DEPLOYMENT, deployment_environment_name=None, deployment_environment="Live", qms_deployment_commits="c1")
    form["attributes"]["team.color"] = "blue"
    answer = await events.post([form, changed(RESOLVED, qms_incident_duration__seconds=60)])
    assert answer.status_code == 200
    attributes = [attributes for _, _, attributes in events.records()]
    assert attributes[0]["deployment.environment.name"] == "production"
    assert attributes[0]["qms.deployment.commits"] == ["c1"]
    assert attributes[0]["team.color"] == "blue"
    assert attributes[1]["qms.incident.duration_seconds"] == 60.0


async def test_only_programs_send_events(events: Events) -> None:
    """A page in a browser can send neither JSON without asking nor anything with its Origin; other methods are refused."""
    assert (await events.post(DEPLOYMENT, **{"content-type": "text/plain"})).status_code == 415
    assert (await events.post(DEPLOYMENT, origin="https://evil.example")).status_code == 403
    answer = await events.client.get("/api/v1/events")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert events.recorder.taken == []


async def test_what_cannot_be_taken_now_may_be_sent_again(events: Events) -> None:
    """When the journal takes nothing the sender is told when to try again."""
    events.recorder.error = Retryable("disk_full", "full", retry_after_seconds=7)
    answer = await events.post(DEPLOYMENT)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
