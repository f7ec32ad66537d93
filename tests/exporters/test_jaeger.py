from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from tests import otlp_requests, otlp_strategies
from tests.e2e.running import wait_for
from tests.exporters.destination_server import Answering, answering
from tests.exporters.exporting import QUICK, Journal, exporting
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

from assay.core import jaeger_thrift as jaeger
from assay.core.ports import Engine
from assay.core.signals import Signal

TRACE = "8af7651916cd43dd8448eb211c80319c"


def thrift(server: Answering, **more: Any) -> dict[str, Any]:
    return {"type": "jaeger/thrift", "endpoint": server.url, "spans": "all", **QUICK, **more}


def batches(server: Answering) -> Iterator[Any]:
    """Yield what came, read by the library's other reader; each request is one batch and nothing more."""
    for asked in list(server.taken):
        buffer, batch = TMemoryBuffer(asked.body), jaeger.Batch()
        batch.read(TBinaryProtocol(buffer))
        assert buffer.read(1) == b""
        yield batch


def tags(given: list[Any] | None) -> dict[str, Any]:
    fields = ("vStr", "vDouble", "vBool", "vLong", "vBinary")
    return {tag.key: getattr(tag, fields[tag.vType]) for tag in given or []}


def test_a_span_comes_as_the_specification_says(engine: Engine, tmp_path: Path) -> None:
    """Ids, times, tags with their types, logs, references and process are as OpenTelemetry maps them to Jaeger."""
    journal = Journal(engine)
    began = 1_700_000_000_000_000_000
    values = {"text": "a", "yes": True, "n": -3, "share": 0.5, "raw": b"\xff", "list": ["a", 1, b"\1"], "map": {"k": None}}
    called = otlp_requests.span(
        TRACE, 2, 1, "SELECT orders", began, 1_500_999, values, kind=3,
        status={"code": 2, "message": "no such table"}, trace_state="a=b",
        events=[{"name": "retry", "time_unix_nano": began + 5000, "attributes": otlp_requests.attributes({"n": 1})}],
        links=[{"trace_id": b"\2" * 16, "span_id": b"\3" * 8}],
    )  # fmt: skip
    sent = otlp_requests.traces("shop", [called], {"host.name": "h"})
    sent.resource_spans[0].scope_spans[0].scope.name = "lib"
    other = otlp_requests.traces("other", [otlp_requests.span(TRACE, 1, start_ns=began)])
    with answering() as server, exporting(engine, journal, tmp_path, there=thrift(server)):
        journal.put(Signal.TRACES, sent, other)
        wait_for(lambda: len(server.taken) == 2, "a batch for each resource")
        found = {batch.process.serviceName: batch for batch in batches(server)}
    assert {asked.path for asked in server.taken} == {"/api/traces?format=jaeger.thrift"}
    assert {asked.headers["content-type"] for asked in server.taken} == {"application/vnd.apache.thrift.binary"}
    assert tags(found["shop"].process.tags) == {"host.name": "h"}
    (span,) = found["shop"].spans
    assert span.traceIdHigh.to_bytes(8, signed=True) + span.traceIdLow.to_bytes(8, signed=True) == bytes.fromhex(TRACE)
    assert (span.spanId, span.parentSpanId, span.operationName, span.flags) == (2, 1, "SELECT orders", 1)
    assert (span.startTime, span.duration) == (began // 1000, 1500)
    assert tags(span.tags) == {
        **values,
        "list": '["a",1,"01"]',
        "map": '{"k":null}',
        "span.kind": "client",
        "otel.status_code": "ERROR",
        "otel.status_description": "no such table",
        "error": True,
        "otel.scope.name": "lib",
        "w3c.tracestate": "a=b",
    }
    assert [(log.timestamp, tags(log.fields)) for log in span.logs] == [(began // 1000 + 5, {"event": "retry", "n": 1})]
    assert [(each.refType, each.spanId) for each in span.references] == [(jaeger.FOLLOWS_FROM, int.from_bytes(b"\3" * 8))]


_drawn: list[Any] = []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(otlp_strategies.requests[Signal.TRACES])
def collect(request: Any) -> None:
    _drawn.append(request)


def test_whatever_is_sent_is_thrift_that_can_be_read(engine: Engine, tmp_path: Path) -> None:
    """No span that OTLP allows stops the exporter or is lost."""
    collect()
    journal = Journal(engine)
    with answering() as server, exporting(engine, journal, tmp_path, there=thrift(server)) as exporters:
        journal.put(Signal.TRACES, *_drawn)
        wait_for(lambda: exporters.told()[0].position == journal.committed(Signal.TRACES), "all is taken")
        assert sum(len(batch.spans) for batch in batches(server)) == sum(
            len(scope.spans) for request in _drawn for group in request.resource_spans for scope in group.scope_spans
        )


def test_a_full_queue_and_a_request_that_is_too_large_lose_nothing(engine: Engine, tmp_path: Path) -> None:
    """After status 500, with which a collector says that it is busy, it is sent again; after 413 it comes in halves."""
    journal, began = Journal(engine), time.time_ns()
    with answering() as server, exporting(engine, journal, tmp_path, there=thrift(server)):
        server.statuses = [500, 413]
        spans = [otlp_requests.span(TRACE, place, name=f"part {place}", start_ns=began) for place in range(1, 6)]
        journal.put(Signal.TRACES, otlp_requests.traces("halves", spans))
        wait_for(lambda: len(server.taken) == 2, "two requests")
        assert sorted(span.spanId for batch in batches(server) for span in batch.spans) == [1, 2, 3, 4, 5]
