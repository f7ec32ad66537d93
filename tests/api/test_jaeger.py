from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.conftest import Derive, Store
from tests.otlp_requests import SECOND, attributes, span, traces
from tests.store.items import items

from assay.core.signals import Signal
from assay.query.times import format_time, instant
from assay.receivers.otlp import KINDS
from assay.receivers.otlp_json import to_protobuf

_NOW = time.time_ns() // 1000 * 1000
_VALUES = {"big": 2**60, "f": 0.5, "b": True, "raw": b"\x00\xff", "list": ["a", 1], "map": {"k": None}, "text": "x"}


@pytest.fixture(scope="module")
def shop(store: Store, derive: Derive) -> tuple[str, str, ExportTraceServiceRequest]:
    """A service with one trace of three spans: a request that fails, the call that it makes, and the database's answer."""
    service, trace_id = f"shop-{uuid4()}", uuid4().hex
    error: dict[str, Any] = {
        "status": {"code": 2, "message": "no stock"},
        "kind": Span.SPAN_KIND_SERVER,
        "trace_state": "ot=th:8",
        "flags": 257,
    }
    link = Span.Link(trace_id=bytes.fromhex("ab" * 16), span_id=b"12345678", attributes=attributes({"why": "batch"}))
    event = Span.Event(time_unix_nano=_NOW - 8 * SECOND, name="exception", attributes=attributes({"exception.type": "E"}))
    made = [
        span(trace_id, 1, name="GET /orders", start_ns=_NOW - 9 * SECOND, duration_ns=2 * SECOND, values=_VALUES, **error),
        span(trace_id, 2, 1, "call", _NOW - 8 * SECOND, SECOND, kind=Span.SPAN_KIND_CLIENT, links=[link], events=[event]),
        span(trace_id, 3, 2, "answer", _NOW - 8 * SECOND, SECOND, {"http.route": "/x"}, kind=Span.SPAN_KIND_SERVER),
    ]
    request = traces(service, made[:2], {"host.name": "h1", "cores": 2})
    other = traces(f"{service}-db", made[2:])
    store(Signal.TRACES, request)
    store(Signal.TRACES, other)
    derive()
    request.MergeFrom(other)
    return service, trace_id, request


def test_services_and_operations_in_both_families(client: httpx.Client, shop: tuple[str, str, Any]) -> None:
    """Services, and the operations of one by kind, are found by each of the ways that Grafana and Jaeger's UI ask."""
    service = shop[0]
    assert {service, f"{service}-db"} <= set(client.get("/jaeger/api/services").json()["data"])
    assert client.get("/jaeger/api/v3/services").json()["services"] == client.get("/jaeger/api/services").json()["data"]
    assert client.get(f"/jaeger/api/services/{service}/operations").json() == {
        "data": ["GET /orders", "call"],
        "total": 2,
        "limit": 0,
        "offset": 0,
        "errors": None,
    }
    told = [{"name": "GET /orders", "spanKind": "server"}, {"name": "call", "spanKind": "client"}]
    assert client.get("/jaeger/api/operations", params={"service": service}).json()["data"] == told
    v3 = client.get("/jaeger/api/v3/operations", params={"service": service, "spanKind": "client"}).json()
    assert v3 == {"operations": told[1:]}


def test_a_trace_as_the_ui_reads_it(client: httpx.Client, shop: tuple[str, str, Any]) -> None:
    """Typed tags, a span's own fields as tags, events as logs, parents and links as references, resources as processes."""
    service, trace_id, _ = shop
    [trace] = client.get(f"/jaeger/api/traces/{trace_id}").json()["data"]
    first, call, _ = trace["spans"]
    tags = {tag["key"]: (tag["type"], tag["value"]) for tag in first["tags"]}
    assert trace["traceID"] == trace_id == first["traceID"]
    assert (first["startTime"], first["duration"]) == ((_NOW - 9 * SECOND) // 1000, 2_000_000)
    assert tags == {
        "big": ("int64", 2**60),
        "f": ("float64", 0.5),
        "b": ("bool", True),
        "raw": ("binary", "AP8="),
        "list": ("string", '["a",1]'),
        "map": ("string", '{"k":null}'),
        "text": ("string", "x"),
        "span.kind": ("string", "server"),
        "otel.status_code": ("string", "ERROR"),
        "otel.status_description": ("string", "no stock"),
        "w3c.tracestate": ("string", "ot=th:8"),
        "error": ("bool", True),
    }
    assert call["references"] == [
        {"refType": "CHILD_OF", "traceID": trace_id, "spanID": f"{1:016x}"},
        {"refType": "FOLLOWS_FROM", "traceID": "ab" * 16, "spanID": b"12345678".hex()},
    ]
    [log] = call["logs"]
    assert log["timestamp"] == (_NOW - 8 * SECOND) // 1000
    assert [field["value"] for field in log["fields"]] == ["exception", "E"]
    process = trace["processes"][first["processID"]]
    assert process["serviceName"] == service
    assert {tag["key"]: tag["value"] for tag in process["tags"]} == {"host.name": "h1", "cores": 2}
    assert trace["processes"][trace["spans"][2]["processID"]]["serviceName"] == f"{service}-db"


def test_v3_gives_back_the_otlp_that_was_sent(client: httpx.Client, shop: tuple[str, str, Any]) -> None:
    """The answer of `/api/v3/traces/{id}` is OTLP in JSON that says exactly what was sent, typed values and all."""
    _, trace_id, sent = shop
    result = client.get(f"/jaeger/api/v3/traces/{trace_id}").json()["result"]
    got = ExportTraceServiceRequest.FromString(to_protobuf(KINDS[Signal.TRACES], orjson.dumps(result)))
    assert items(got) == items(sent)


_MICRO = _NOW // 1000


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, True),
        ({"operation": "GET /orders", "tags": '{"text":"x"}'}, True),
        ({"tag": "error:true"}, True),
        ({"tags": '{"error":"true","span.kind":"client"}'}, False),
        ({"tag": "text:y"}, False),
        ({"minDuration": "1s500ms", "maxDuration": "2s"}, True),
        ({"minDuration": "3s"}, False),
        ({"start": str(_MICRO - 20_000_000), "end": str(_MICRO)}, True),
        ({"start": str(_MICRO - 20_000_000), "end": str(_MICRO - 15_000_000)}, False),
    ],
)
def test_the_search_of_both_families(
    client: httpx.Client, shop: tuple[str, str, Any], asked: dict[str, str], found: bool
) -> None:
    """Each parameter narrows the legacy search; v3 and its summaries agree with it."""
    service, trace_id, _ = shop
    legacy = client.get("/jaeger/api/traces", params={"service": service, **asked}).json()["data"]
    assert [trace["traceID"] for trace in legacy] == ([trace_id] if found else [])
    start, end = (int(asked.get(name, other)) for name, other in (("start", _MICRO - 10**9), ("end", _MICRO + 10**6)))
    v3 = {
        "query.service_name": service,
        "query.operationName": asked.get("operation", ""),
        "query.startTimeMin": format_time(start * 1000),
        "query.startTimeMax": format_time(end * 1000),
        "query.durationMin": asked.get("minDuration", ""),
        "query.durationMax": asked.get("maxDuration", ""),
        "query.attributes": asked.get("tags", '{"error":"true"}' if asked.get("tag") == "error:true" else ""),
    }
    if asked.get("tag") == "text:y":
        v3["query.attributes"] = '{"text":"y"}'
    answer = client.get("/jaeger/api/v3/trace-summaries", params=v3)
    assert answer.status_code == (200 if found else 404)
    assert client.get("/jaeger/api/v3/traces", params=v3).status_code == answer.status_code
    if found:
        [summary] = answer.json()["summaries"]
        assert (summary["traceId"], summary["rootServiceName"], summary["rootOperationName"]) == (
            trace_id,
            service,
            "GET /orders",
        )
        assert (summary["spanCount"], summary["errorSpanCount"]) == (3, 1)
        assert summary["services"] == [
            {"name": service, "spanCount": 2, "errorSpanCount": 1},
            {"name": f"{service}-db", "spanCount": 1, "errorSpanCount": 0},
        ]
        assert summary["maxEndTimeUnixNano"] == str(_NOW - 7 * SECOND)


def test_traces_by_their_ids(client: httpx.Client, shop: tuple[str, str, Any]) -> None:
    """`traceID` needs no service and may be repeated; what nobody knows is left out, and one given twice is answered once."""
    asked = {"traceID": [shop[1], *(f"{number:x}" for number in range(0x1234, 0x1234 + 30)), shop[1]]}
    assert [trace["traceID"] for trace in client.get("/jaeger/api/traces", params=asked).json()["data"]] == [shop[1]]


def test_dependencies(client: httpx.Client, shop: tuple[str, str, Any]) -> None:
    """Who calls whom, with the number of calls."""
    service = shop[0]
    asked = {"endTs": str(_MICRO // 1000 + 60_000), "lookback": "600000", "service": service}
    edges = client.get("/jaeger/api/dependencies", params=asked).json()["data"]
    assert {"parent": service, "child": f"{service}-db", "callCount": 1} in edges


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/traces", {}, 400),
        ("/traces", {"service": "x", "tag": "novalue"}, 400),
        ("/traces", {"service": "x", "tags": "{"}, 400),
        ("/traces", {"service": "x", "minDuration": "long"}, 400),
        ("/traces", {"service": "x", "start": "-1"}, 400),
        ("/traces", {"service": "x", "limit": "0"}, 400),
        ("/traces/xyz", {}, 400),
        (f"/traces/{'0f' * 16}", {}, 404),
        ("/operations", {}, 400),
        ("/v3/traces", {}, 400),
        ("/v3/traces", {"query.startTimeMin": "2026-01-01T00:00:00Z"}, 400),
        (f"/v3/traces/{'0f' * 16}", {}, 404),
        ("/v3/operations", {}, 400),
    ],
)
def test_errors_in_the_form_of_each_family(client: httpx.Client, path: str, asked: dict[str, str], status: int) -> None:
    """What is wrong or not there is told as Jaeger tells it."""
    answer = client.get(f"/jaeger/api{path}", params=asked)
    assert answer.status_code == status
    told = answer.json()
    if path.startswith("/v3"):
        assert told["error"]["httpCode"] == status
        assert told["error"]["message"]
    else:
        assert told["data"] is None
        assert told["errors"][0]["code"] == status
        assert told["errors"][0]["msg"]


_NAMES = ("service", "traceID", "start", "end", "limit", "minDuration", "tag", "tags", "endTs", "lookback", "spanKind")
_PATHS = ("traces", "operations", "dependencies", "traces/1f", "v3/traces", "v3/trace-summaries", "v3/operations")


def test_no_question_is_a_server_error(client: httpx.Client) -> None:
    """Whatever the parameters are, the question is answered or refused."""
    names = [
        *_NAMES,
        *(f"query.{name}" for name in ("serviceName", "startTimeMin", "startTimeMax", "attributes", "searchDepth")),
    ]
    values = st.one_of(
        st.text(max_size=12), st.sampled_from(["9" * 19, "2026-01-01T00:00:00Z", "{}", '{"a":1}', "a:b", "1h", "٣"])
    )

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(_PATHS), st.dictionaries(st.sampled_from(names), values, max_size=5))
    def ask(path: str, asked: dict[str, str]) -> None:
        assert client.get(f"/jaeger/api/{path}", params=asked).status_code in (200, 400, 404)

    ask()


@given(st.integers(0, 2**63 - 1))
def test_a_time_is_read_as_it_was_written(nanoseconds: int) -> None:
    """`instant` takes back what `format_time` wrote."""
    assert instant(format_time(nanoseconds)) == nanoseconds
