"""A real Jaeger takes what Assay sends on, and both answer a question about it alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests import otlp_requests
from tests.e2e.running import Running, wait_for
from tests.peers.exporting import send, sending_on
from tests.peers.jaeger import Jaeger, jaeger

_VALUES = {"http.request.method": "GET", "rows": 3, "share": 0.5, "cached": True}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Jaeger, Running]]:
    """A Jaeger, and an Assay that sends to it: the service `by-otlp` in one way, `by-thrift` in the other."""
    work = tmp_path_factory.mktemp("jaeger")
    with jaeger(work) as there:
        exporters = {
            "new": {"type": "jaeger", "endpoint": there.otlp_grpc, "spans": "all", "services": ["by-otlp"]},
            "old": {"type": "jaeger/thrift", "endpoint": there.thrift_http, "spans": "all", "services": ["by-thrift"]},
        }
        with sending_on(work, exporters) as assay:
            yield there, assay


def _send(assay: Running, service: str) -> str:
    now, trace = time.time_ns() // 1000 * 1000, uuid4().hex
    called = otlp_requests.span(
        trace, 2, 1, "SELECT orders", now + 1_000_000, 1_500_000, _VALUES, kind=3,
        status={"code": 2, "message": "no such table"}, events=[{"name": "retry", "time_unix_nano": now + 1_005_000}],
    )  # fmt: skip
    asked = otlp_requests.span(trace, 1, 0, "GET /", now, 4_000_000, kind=2)
    send(assay, traces=otlp_requests.traces(service, [called, asked], {"host.name": "h"}))
    return trace


def _spans(url: str, trace: str) -> dict[str, Any]:
    """Return the spans of a trace by the legacy query API, by id, with what both servers have to say alike."""
    answer = httpx.get(f"{url}/api/traces/{trace}")
    if not answer.is_success:
        return {}
    (found,) = answer.json()["data"]
    return {span["spanID"]: _essence(span, found["processes"][span["processID"]]) for span in found["spans"]}


def _essence(span: dict[str, Any], process: dict[str, Any]) -> dict[str, Any]:
    # A tag with @jaeger@ is Jaeger's own, on how it has read the span.
    tags = {tag["key"]: (tag["type"], tag["value"]) for tag in span["tags"] if not tag["key"].startswith("@jaeger@")}
    return {
        **{key: span[key] for key in ("traceID", "operationName", "startTime", "duration")},
        "references": [(each["refType"], each["spanID"]) for each in span["references"]],
        "tags": tags,
        "logs": [(log["timestamp"], [(field["key"], field["value"]) for field in log["fields"]]) for log in span["logs"]],
        "service": process["serviceName"],
        "process": {tag["key"]: tag["value"] for tag in process["tags"]},
    }


@pytest.mark.parametrize("service", ["by-otlp", "by-thrift"])
def test_jaeger_shows_what_assay_has_sent_on(both: tuple[Jaeger, Running], service: str) -> None:
    """Asked the same question, Jaeger and Assay give the same spans: tags with types, logs, references, process."""
    there, assay = both
    trace = _send(assay, service)
    wait_for(lambda: len(_spans(there.query, trace)) == 2, "both spans in Jaeger", pause=0.2)
    assert _spans(there.query, trace) == _spans(f"{assay.api}/jaeger", trace)
    services = httpx.get(f"{there.query}/api/services").json()["data"]
    assert service in services
