from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record

from assay.core.signals import Signal

_NOW = time.time_ns()
_TRACE, _SPAN = uuid4().hex, uuid4().hex[:16]


@pytest.fixture(scope="module")
def service(store: Store) -> str:
    """A service with three records, `0` to `2`, the newest first; the last is of last year."""
    service = f"shop-{uuid4()}"
    records = [
        record(_NOW - SECOND, "0", {"n": 0}, severity_number=9, event_name="qms.gate"),
        record(
            _NOW - 2 * SECOND, "1", {"n": 1}, severity_number=18, trace_id=bytes.fromhex(_TRACE), span_id=bytes.fromhex(_SPAN)
        ),
        record(_NOW - 365 * 86400 * SECOND, "2", {"n": 2}, trace_id=bytes.fromhex(_TRACE)),
    ]
    store(Signal.LOGS, logs(service, records))
    return service


@pytest.mark.parametrize(
    ("parameters", "bodies"),
    [
        ({}, ["0", "1"]),
        ({"severity": "error"}, ["1"]),
        ({"severity": "9"}, ["0", "1"]),
        ({"text": "1"}, ["1"]),
        ({"trace_id": _TRACE.upper()}, ["1", "2"]),
        ({"trace_id": _TRACE, "start": "1h"}, ["1"]),
        ({"span_id": _SPAN}, ["1"]),
        ({"event": "qms.gate"}, ["0"]),
        ({"kind": "record"}, ["1"]),
        ({"attribute": "n<1"}, ["0"]),
        ({"start": "366d", "end": "1d"}, ["2"]),
        ({"received_after": "10m"}, ["0", "1"]),
        ({"received_after": "now"}, []),
        ({"limit": "1"}, ["0"]),
    ],
)
def test_every_parameter_counts(client: httpx.Client, service: str, parameters: dict[str, Any], bodies: list[str]) -> None:
    """Each parameter of the search narrows it as described; a trace id searches all times."""
    found = client.get("/api/v1/logs", params={"service": service, **parameters}).json()["logs"]
    assert [each["body"]["value"] for each in found] == bodies


def test_the_cursor_leads_through_all(client: httpx.Client, service: str) -> None:
    """`next_cursor` gives the next page until it is null."""
    first = client.get("/api/v1/logs", params={"service": service, "limit": 1}).json()
    second = client.get("/api/v1/logs", params={"service": service, "limit": 1, "cursor": first["next_cursor"]}).json()
    assert [each["body"]["value"] for each in second["logs"]] == ["1"]
    assert second["next_cursor"] is None


def test_counts_and_context_are_asked_alike(client: httpx.Client, service: str) -> None:
    """The counts take the conditions of the search; the context takes a time, and may be of one service or instance."""
    counts = client.get("/api/v1/logs/counts", params={"service": service, "severity": "error"}).json()
    assert [point["records"] for point in counts["points"]] == [{"error": 1}]
    time = client.get("/api/v1/logs", params={"service": service, "text": "1"}).json()["logs"][0]["time"]
    context = client.get("/api/v1/logs/context", params={"service": service, "time": time, "limit": 5}).json()
    assert [each["body"]["value"] for each in context["logs"]] == ["0", "1"]
    alike = client.get("/api/v1/logs/context", params={"service": service, "time": time, "attribute": "n>0"}).json()
    assert [each["body"]["value"] for each in alike["logs"]] == ["1"]
    refused = client.get("/api/v1/logs/context", params={"time": "soon"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "time_invalid")
