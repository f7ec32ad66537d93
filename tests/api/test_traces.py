from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record, span, traces

from assay.core.signals import Signal

_NOW = time.time_ns()


@pytest.fixture(scope="module")
def shop(store: Store) -> tuple[str, list[str]]:
    """A service with three traces, the newest first: 3, 2 and 1 seconds long; the last has failed."""
    service, ids = f"shop-{uuid4()}", [uuid4().hex for _ in range(3)]
    made = [
        span(each, 1, name=f"step {n}", start_ns=_NOW - (10 + n) * SECOND, duration_ns=(3 - n) * SECOND, values={"n": n})
        for n, each in enumerate(ids)
    ]
    made[2].status.code = made[2].status.STATUS_CODE_ERROR
    store(Signal.TRACES, traces(service, made))
    store(Signal.LOGS, logs(service, [record(_NOW, "hello", trace_id=bytes.fromhex(ids[0]))]))
    return service, ids


@pytest.mark.parametrize(
    ("parameters", "places"),
    [
        ({}, [0, 1, 2]),
        ({"operation": "step 1"}, [1]),
        ({"status": "error"}, [2]),
        ({"min_duration": "1.5s"}, [0, 1]),
        ({"min_duration": "1500ms", "max_duration": "2s"}, [1]),
        ({"attribute": ["n>=1", "n!=2"]}, [1]),
        ({"end": "1h", "start": "2h"}, []),
        ({"limit": "1"}, [0]),
    ],
)
def test_every_parameter_counts(
    client: httpx.Client, shop: tuple[str, list[str]], parameters: dict[str, Any], places: list[int]
) -> None:
    """Each parameter of the search narrows it as described."""
    service, ids = shop
    found = client.get("/api/v1/traces", params={"service": service, **parameters}).json()["traces"]
    assert [each["trace_id"] for each in found] == [ids[place] for place in places]


def test_the_cursor_leads_through_all(client: httpx.Client, shop: tuple[str, list[str]]) -> None:
    """`next_cursor` gives the next page until it is null."""
    service, ids = shop
    got: list[str] = []
    parameters = {"service": service, "limit": "2"}
    while len(got) < len(ids):
        answer = client.get("/api/v1/traces", params=parameters).json()
        got += [each["trace_id"] for each in answer["traces"]]
        parameters["cursor"] = answer["next_cursor"] or ""
    assert answer["next_cursor"] is None
    assert got == ids


def test_a_trace_has_typed_attributes_and_its_records(client: httpx.Client, shop: tuple[str, list[str]]) -> None:
    """A trace is found by its id in any case, with types beside values, and its log records."""
    answer = client.get(f"/api/v1/traces/{shop[1][0].upper()}").json()
    assert answer["trace_id"] == shop[1][0]
    assert answer["spans"][0]["attributes"] == {"n": {"type": "int", "value": 0}}
    assert [each["body"] for each in answer["logs"]] == [{"type": "string", "value": "hello"}]
