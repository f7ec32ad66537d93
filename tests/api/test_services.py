from __future__ import annotations

import time
from urllib.parse import quote
from uuid import uuid4

import httpx
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.signals import Signal

_NOW = time.time_ns()


def test_services_and_operations_are_listed(client: httpx.Client, store: Store) -> None:
    """A service of any name is listed in its time range, and its operations are found under that name."""
    service = f"shop ü%?-{uuid4()}"
    store(Signal.TRACES, traces(service, [span(uuid4().hex, 1, name="GET /", kind=2, start_ns=_NOW - SECOND, duration_ns=5)]))
    listed = {each["name"]: each for each in client.get("/api/v1/services").json()["services"]}
    assert listed[service]["durations"] == {"p50_ns": 5, "p95_ns": 5, "p99_ns": 5}
    earlier = client.get("/api/v1/services", params={"start": "2h", "end": "1h"}).json()["services"]
    assert service not in {each["name"] for each in earlier}
    operations = client.get(f"/api/v1/services/{quote(service, safe='')}/operations").json()["operations"]
    assert [(each["name"], each["kind"], each["spans"]) for each in operations] == [("GET /", "server", 1)]
