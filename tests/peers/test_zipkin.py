"""A real Zipkin takes what Assay sends on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
from tests import otlp_requests
from tests.e2e.running import wait_for
from tests.peers.exporting import send, sending_on
from tests.peers.zipkin import zipkin

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_zipkin_shows_a_trace_that_assay_has_sent_on(tmp_path: Path) -> None:
    """Spans that came by OTLP are in Zipkin, with parent, kind, tags, endpoints, annotations and error."""
    with (
        zipkin(tmp_path) as url,
        sending_on(tmp_path, {"zipkin": {"type": "zipkin", "endpoint": url, "spans": "all"}}) as assay,
    ):
        now = time.time_ns()
        called = otlp_requests.span(
            TRACE, 2, 1, "SELECT orders", now, 1_500_000, {"server.address": "db", "rows": 3}, kind=3,
            status={"code": 2, "message": "no such table"}, events=[{"name": "retry", "time_unix_nano": now + 5000}],
        )  # fmt: skip
        asked = otlp_requests.span(TRACE, 1, 0, "GET /", now, 2_000_000, kind=2)
        send(assay, traces=otlp_requests.traces("shop", [called, asked]))
        wait_for(lambda: len(_spans(url)) == 2, "both spans")
        spans = {span["id"]: span for span in _spans(url)}
    assert spans["0000000000000001"]["kind"] == "SERVER"
    inner = spans["0000000000000002"]
    assert inner["parentId"] == "0000000000000001"
    assert inner["localEndpoint"] == {"serviceName": "shop"}
    assert inner["remoteEndpoint"] == {"serviceName": "db"}
    assert inner["tags"] == {"server.address": "db", "rows": "3", "otel.status_code": "ERROR", "error": "no such table"}
    assert [each["value"] for each in inner["annotations"]] == ["retry"]
    assert inner["duration"] == 1500


def _spans(url: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{url}/api/v2/trace/{TRACE}")
    spans: list[dict[str, Any]] = answer.json() if answer.is_success else []
    return spans
