from __future__ import annotations

import time
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Derive, Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.signals import Signal

_NOW = time.time_ns()


def test_the_graph_and_its_services_are_answered(client: httpx.Client, store: Store, derive: Derive) -> None:
    """Who called whom and how a service went are JSON with the percentiles that were asked for."""
    service = f"shop-{uuid4()}"
    spans = [
        span(uuid4().hex, 1, name="GET /", kind=2, start_ns=_NOW - SECOND, duration_ns=5),
        span(uuid4().hex, 1, name="query", kind=3, start_ns=_NOW - SECOND, duration_ns=5, values={"db.system": "sqlite"}),
    ]
    store(Signal.TRACES, traces(service, spans))
    derive()
    asked = {"service": service, "percentile": ["p90"]}
    (edge,) = client.get("/api/v1/graph", params=asked).json()["edges"]
    assert edge == {
        "caller": {"name": service, "kind": "service"},
        "callee": {"name": "sqlite", "kind": "database"},
        "calls": 1,
        "errors": 0,
        "mean_ns": 5,
        "percentiles_ns": {"p90": pytest.approx(5, rel=0.0055)},
    }
    answer = client.get(
        f"/api/v1/services/{service}/metrics", params={"group_by": "operation", "percentile": "p90", "step": "5m"}
    ).json()
    assert (answer["step_seconds"], [series["labels"] for series in answer["series"]]) == (300, [{"operation": "GET /"}])
    assert list(answer["series"][0]["points"][0]["percentiles_ns"]) == ["p90"]


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        ("graph", {"percentile": "95"}, "percentile_invalid"),
        ("services/a/metrics", {"step": "30s"}, "step_too_small"),
        ("services/a/metrics", {"step": "90s"}, "step_invalid"),
        ("services/a/metrics", {"group_by": "colour"}, "invalid_parameter"),
    ],
)
def test_a_wrong_question_is_told(client: httpx.Client, path: str, asked: dict[str, str], code: str) -> None:
    """What cannot be asked is answered with a status of 4xx, a code and a hint."""
    response = client.get(f"/api/v1/{path}", params=asked)
    assert response.is_client_error
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["hint"]
