"""A trace that comes with the headers of B3 or Jaeger goes on through services over HTTP, and Assay shows it as one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sdk.python.tests.running import Server, environment, serving
from tests.e2e.running import Running, wait_for

_COMMAND = ["flask", "--app", "tests.peers.apps.http_service", "run", "--port", "{port}"]
_CALLER = "b7ad6b7169203331"


@pytest.fixture(scope="module")
def front(assay: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service that reads and writes all formats, before one that knows W3C's only."""
    here, there = (environment(assay.http, OTEL_SERVICE_NAME=f"http-{name}") for name in ("front", "back"))
    with serving(_COMMAND, there, tmp_path_factory.mktemp("back")) as back:
        here |= {"NEXT": back.url, "OTEL_PROPAGATORS": "tracecontext,baggage,b3,b3multi,jaeger"}
        with serving(_COMMAND, here, tmp_path_factory.mktemp("front")) as server:
            yield server


@pytest.mark.parametrize(
    "headers",
    [
        {"b3": "{trace}-{span}-1"},
        {"X-B3-TraceId": "{trace}", "X-B3-SpanId": "{span}", "X-B3-Sampled": "1"},
        {"uber-trace-id": "{trace}:{span}:0:1"},
        {"traceparent": "00-{trace}-{span}-01"},
    ],
    ids=["b3", "b3multi", "jaeger", "w3c"],
)
def test_the_trace_of_a_caller_goes_on(assay: Running, front: Server, headers: dict[str, str]) -> None:
    """Below the caller's span is the front, its client's span, and the back; the front writes all formats."""
    trace = uuid4().hex
    given = {name: text.format(trace=trace, span=_CALLER) for name, text in headers.items()}
    told = {name.lower(): text for name, text in json.loads(front.get("/order", **given)).items()}
    assert {"b3", "x-b3-traceid", "uber-trace-id", "traceparent"} <= told.keys()
    columns = "ServiceName, SpanKind, SpanId, ParentSpanId"
    query = f"SELECT {columns} FROM otel_traces_recent WHERE TraceId = '{trace}'"
    wait_for(lambda: len(assay.rows(query)) == 3, "three spans", pause=0.2)
    spans = {(service, kind): (own, parent) for service, kind, own, parent in assay.rows(query)}
    served, asked, behind = (
        spans[key] for key in (("http-front", "Server"), ("http-front", "Client"), ("http-back", "Server"))
    )
    assert [served[1], asked[1], behind[1]] == [_CALLER, served[0], asked[0]]
