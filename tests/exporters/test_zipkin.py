from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from tests import otlp_requests, otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.destination_server import Answering, answering
from tests.exporters.exporting import QUICK, Journal, exporting

from assay.core.ports import Engine
from assay.core.signals import Signal

TRACE = "0af7651916cd43dd8448eb211c80319c"
_FIELDS = {
    "traceId": r"[0-9a-f]{32}", "id": r"[0-9a-f]{16}", "parentId": r"[0-9a-f]{16}", "kind": "CLIENT|SERVER|PRODUCER|CONSUMER",
    "name": r"[\s\S]+", "timestamp": r"[1-9]\d*", "duration": r"[1-9]\d*", "localEndpoint": None, "remoteEndpoint": None,
    "annotations": None, "tags": None,
}  # fmt: skip


def zipkin(server: Answering, **more: Any) -> dict[str, Any]:
    return {"type": "zipkin", "endpoint": server.url, "spans": "all", **QUICK, **more}


def taken(server: Answering) -> list[dict[str, Any]]:
    """Return the spans that came, checked against the schema of Zipkin's API v2."""
    spans = [span for asked in list(server.taken) for span in orjson.loads(asked.body)]
    for span in spans:
        for name, value in span.items():
            assert (pattern := _FIELDS[name]) is None or re.fullmatch(pattern, str(value)), (name, value)
        assert {"traceId", "id"} <= span.keys()
        assert all(isinstance(value, str) for value in span["tags"].values())
        assert all(each.keys() == {"timestamp", "value"} for each in span.get("annotations", []))
        for endpoint in (span.get("localEndpoint", {}), span.get("remoteEndpoint", {})):
            assert endpoint.keys() <= {"serviceName", "ipv4", "ipv6", "port"}
    return spans


def test_a_span_comes_as_the_specification_says(engine: Engine, tmp_path: Path) -> None:
    """Ids, kind, times in microseconds, endpoints, annotations, tags and status are as OpenTelemetry maps them to Zipkin."""
    journal = Journal(engine)
    began = 1_700_000_000_000_000_000
    values = {"network.peer.address": "10.1.2.3", "network.peer.port": 5432, "rows": 3}
    called = otlp_requests.span(
        TRACE, 2, 1, "SELECT orders", began, 1_500_999, values,
        kind=3, status={"code": 2, "message": "no such table"}, trace_state="a=b",
        events=[
            {"name": "retry", "time_unix_nano": began + 5000, "attributes": otlp_requests.attributes({"n": 'a "b"'})},
            {"name": "plain", "time_unix_nano": began + 6000},
        ],
        links=[{"trace_id": b"\2" * 16, "span_id": b"\3" * 8}],
    )  # fmt: skip
    quick = otlp_requests.span(TRACE, 1, 0, "GET /", began, 0, {"peer.service": "unused"}, kind=2)
    inner = otlp_requests.span(TRACE, 3, 1, "work", began, 10_000, {"peer.service": "unused"}, kind=1, status={"code": 1})
    sent = otlp_requests.traces("shop", [called, quick, inner], {"host.name": "h", "rows": "resource"})
    sent.resource_spans[0].scope_spans[0].scope.name = "lib"
    with answering() as server, exporting(engine, journal, tmp_path, there=zipkin(server)):
        journal.put(Signal.TRACES, sent)
        wait_for(lambda: len(taken(server)) == 3, "all spans")
        spans = {span["id"]: span for span in taken(server)}
    assert {asked.path for asked in server.taken} == {"/api/v2/spans"}
    assert spans["0000000000000002"] == {
        "traceId": TRACE,
        "id": "0000000000000002",
        "parentId": "0000000000000001",
        "name": "SELECT orders",
        "kind": "CLIENT",
        "timestamp": began // 1000,
        "duration": 1500,
        "localEndpoint": {"serviceName": "shop"},
        "remoteEndpoint": {"ipv4": "10.1.2.3", "port": 5432},
        "annotations": [
            {"timestamp": began // 1000 + 5, "value": '"retry": {"n":"a \\"b\\""}'},
            {"timestamp": began // 1000 + 6, "value": "plain"},
        ],
        "tags": {
            "network.peer.address": "10.1.2.3",
            "network.peer.port": "5432",
            "rows": "3",
            "host.name": "h",
            "otel.scope.name": "lib",
            "otel.status_code": "ERROR",
            "error": "no such table",
            "w3c.tracestate": "a=b",
            "otlp.link.0": f"{'02' * 16}|{'03' * 8}||{{}}|0",
        },
    }
    server_span, inside = spans["0000000000000001"], spans["0000000000000003"]
    assert server_span["duration"] == 1
    assert "parentId" not in server_span
    assert "remoteEndpoint" not in server_span
    assert "otel.status_code" not in server_span["tags"]
    assert "kind" not in inside
    assert inside["tags"]["otel.status_code"] == "OK"
    assert "error" not in inside["tags"]


_drawn: list[Any] = []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(otlp_strategies.requests[Signal.TRACES])
def collect(request: Any) -> None:
    _drawn.append(request)


def test_whatever_is_sent_is_json_of_zipkin_or_a_dead_letter(engine: Engine, tmp_path: Path) -> None:
    """Spans without ids, which Zipkin refuses together with all beside them, are kept apart; the others fit its schema."""
    collect()
    journal = Journal(engine)
    with answering() as server, exporting(engine, journal, tmp_path, there=zipkin(server)) as exporters:
        journal.put(Signal.TRACES, *_drawn)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.TRACES), "all is taken")
        sent = len(taken(server))
    letters = [orjson.loads(letter.read_bytes()) for letter in (tmp_path / "there" / "dead").glob("*.json")]
    assert sent + sum(letter["items"] for letter in letters) == sum(
        len(scope.spans) for request in _drawn for group in request.resource_spans for scope in group.scope_spans
    )


def test_a_request_that_is_too_large_comes_in_halves(engine: Engine, tmp_path: Path) -> None:
    """After status 413 the same spans come in two requests."""
    journal, began = Journal(engine), time.time_ns()
    with answering() as server, exporting(engine, journal, tmp_path, there=zipkin(server)):
        server.statuses = [413]
        spans = [otlp_requests.span(TRACE, place, name=f"part {place}", start_ns=began) for place in range(1, 6)]
        journal.put(Signal.TRACES, otlp_requests.traces("halves", spans))
        wait_for(lambda: len(taken(server)) == 5, "all spans")
        assert len(server.taken) == 2
