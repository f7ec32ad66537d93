from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client import REGISTRY

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def service() -> str:
    return f"shop-{uuid4()}"


def deployment(service: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "event": "qms.deployment.finished",
        "time": (NOW - timedelta(minutes=number)).isoformat(),
        "attributes": {
            "service.name": service,
            "deployment.id": f"{service}/{number}",
            "deployment.status": "succeeded",
            "deployment.environment.name": "prod",
            "qms.deployment.commits": ["c1", "c2"],
        },
        **more,
    }


def incident(service: str, state: str, minutes_ago: int, **more: Any) -> dict[str, Any]:
    return {
        "event": f"qms.incident.{state}",
        "time": (NOW - timedelta(minutes=minutes_ago)).isoformat(),
        "attributes": {"service.name": service, "qms.incident.id": f"{service}/i"},
        **more,
    }


def post(client: httpx.Client, given: Any) -> httpx.Response:
    return client.post("/api/v1/events", json=given)


def test_an_event_that_is_posted_can_be_read(events_client: httpx.Client, service: str) -> None:
    """The answer gives the id under which the event is found, with types, environment and raw body."""
    answer = post(events_client, deployment(service, body="for people"))
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "ids": [f"deployment/{service}/1"]})
    event = events_client.get(f"/api/v1/events/deployment/{service}/1").json()
    assert (event["name"], event["service"], event["environment"]) == ("qms.deployment.finished", service, "production")
    assert (event["status"], event["subject"], event["body"]) == ("succeeded", f"{service}/1", "for people")
    assert (event["source"], event["inferred"]) == ("api", False)
    commits = event["attributes"]["qms.deployment.commits"]
    assert commits == {"type": "array", "value": [{"type": "string", "value": "c1"}, {"type": "string", "value": "c2"}]}
    assert datetime.fromisoformat(event["time"]) == NOW - timedelta(minutes=1)


def test_events_are_listed_in_pages(events_client: httpx.Client, service: str) -> None:
    """The newest come first, each once, and a correction is the event itself."""
    post(events_client, [deployment(service, number) for number in (1, 2, 3)])
    post(events_client, deployment(service, 2, revision=1, body="corrected"))
    asked = {"service": service, "environment": "prod", "event": "qms.deployment.finished", "limit": "2"}
    first = events_client.get("/api/v1/events", params=asked).json()
    assert [event["subject"][-1] for event in first["events"]] == ["1", "2"]
    assert first["events"][1]["body"] == "corrected"
    rest = events_client.get("/api/v1/events", params=asked | {"cursor": first["next_cursor"]}).json()
    assert ([event["subject"][-1] for event in rest["events"]], rest["next_cursor"]) == (["3"], None)
    subject = {"subject": f"{service}/3"}
    assert len(events_client.get("/api/v1/events", params=subject).json()["events"]) == 1
    assert events_client.get("/api/v1/events", params={"service": service, "start": "30s"}).json()["events"] == []


def test_what_intake_refuses_is_told_as_it_says(events_client: httpx.Client, service: str) -> None:
    """The reasons of each event come through, and nothing is stored."""
    answer = post(events_client, [deployment(service), {"event": "qms.deploy"}])
    assert answer.status_code == 400
    assert [(each["index"], each["code"]) for each in answer.json()["refused"]] == [(1, "event_unknown")]
    assert events_client.get("/api/v1/events", params={"service": service}).json()["events"] == []
    assert events_client.post("/api/v1/events", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert events_client.post("/api/v1/events", content=b"{}").status_code == 415


@pytest.mark.parametrize(("first", "second"), [("opened", "resolved"), ("resolved", "opened")])
def test_an_incident_cannot_end_before_it_began(events_client: httpx.Client, service: str, first: str, second: str) -> None:
    """What contradicts a stored event is refused, whichever of the two came first, and can be corrected together with it."""
    ago, before = {"opened": 10, "resolved": 20}, _refused()
    assert post(events_client, incident(service, first, ago[first])).status_code == 200
    answer = post(events_client, incident(service, second, ago[second]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "resolved_before_opened")
    assert answer.json()["refused"][0]["index"] == 0
    assert _refused() == before + 1
    corrected = [incident(service, "opened", 30, revision=1), incident(service, "resolved", 20, revision=1)]
    assert post(events_client, corrected).status_code == 200
    assert post(events_client, incident(service, "resolved", 25, revision=2)).status_code == 200


def _refused() -> float:
    labels = {"signal": "logs", "source": "events/api", "reason": "resolved_before_opened"}
    return REGISTRY.get_sample_value("assay_refused_items_total", labels) or 0


def test_an_incident_may_be_opened_again(events_client: httpx.Client, service: str) -> None:
    """An opening with an id of its own may be later than a resolution; one that moves the first opening there may not."""
    assert post(events_client, incident(service, "opened", 30)).status_code == 200
    assert post(events_client, incident(service, "resolved", 20)).status_code == 200
    assert post(events_client, incident(service, "opened", 10, id=f"again/{service}")).status_code == 200
    answer = post(events_client, incident(service, "opened", 10))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "resolved_before_opened")
    assert answer.json()["refused"][0]["id"] == f"incident.opened/{service}/i"


def test_an_unknown_event_is_not_found(events_client: httpx.Client, service: str) -> None:
    """An id that nobody has, or of an event that was withdrawn, is told as such."""
    post(events_client, deployment(service))
    withdrawn = deployment(service, revision=1)
    withdrawn["attributes"]["qms.event.retracted"] = True
    post(events_client, withdrawn)
    for key in (f"deployment/{service}/1", "nobody"):
        answer = events_client.get(f"/api/v1/events/{key}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "event_unknown")


def test_without_intake_events_may_be_sent_again(client: httpx.Client, service: str) -> None:
    """An API that cannot reach intake takes nothing and says when to try again."""
    answer = post(client, deployment(service))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "intake_unavailable")
    assert answer.headers["retry-after"]


def test_a_value_of_another_type_than_the_registry_says_is_text(events_client: httpx.Client, service: str) -> None:
    """SDKs are not checked: whatever they send under a known name can be read."""
    post(events_client, deployment(service, **{"attributes": deployment(service)["attributes"] | {"free": 5}}))
    event = events_client.get(f"/api/v1/events/deployment/{service}/1").json()
    assert event["attributes"]["free"] == {"type": "string", "value": "5"}
