"""A real Collector takes what Assay sends on, and Assay what a Collector sends."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, Metric
from tests import otlp_requests
from tests.e2e.running import Running, running, wait_for
from tests.peers.collector import collector
from tests.peers.exporting import send, sending_on

from assay.core.addresses import free_port

_VALUES = {
    "text": "ä",
    "number": 7,
    "share": 0.5,
    "yes": True,
    "bytes": b"\x00\xff",
    "list": ["a", 1],
    "map": {"k": 1},
}
_TABLES = {"traces": "otel_traces_recent", "metrics": "otel_metrics_sum", "logs": "otel_logs"}
_OWN_COLUMNS = "ServiceName, ResourceAttributes, Batch, ReceivedAt, ReceivedUnixNano, PartitionDate"


def _requests(service: str) -> dict[str, Message]:
    """Return one request per signal with all types of values, links, events and a status."""
    now, trace = time.time_ns(), uuid4().hex
    event = {"name": "retry", "time_unix_nano": now + 5, "attributes": otlp_requests.attributes(_VALUES)}
    link = {"trace_id": bytes.fromhex(uuid4().hex), "span_id": b"12345678", "attributes": otlp_requests.attributes({"n": 1})}
    span = otlp_requests.span(
        trace, 2, 1, "GET /", now, 1_500_000, _VALUES, kind=2, events=[event], links=[link],
        status={"code": 2, "message": "broken"}, trace_state="a=b", flags=0x101,
    )  # fmt: skip
    metric = Metric(name="orders.placed", unit="1", description="Orders.")
    metric.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    metric.sum.is_monotonic = True
    metric.sum.data_points.add(
        start_time_unix_nano=now - 9, time_unix_nano=now, as_int=7, attributes=otlp_requests.attributes({"kind": "new"})
    )
    record = otlp_requests.record(
        now, {"said": ["x", {"deep": 1}]}, _VALUES, severity_number=17, severity_text="ERROR", observed_time_unix_nano=now + 1,
        trace_id=bytes.fromhex(trace), span_id=(2).to_bytes(8), event_name="shop.order.refused",
    )  # fmt: skip
    return {
        "traces": otlp_requests.traces(service, [span], {"host.name": "h", "weights": [1, 2]}),
        "metrics": otlp_requests.metrics(service, [metric], {"host.name": "h"}),
        "logs": otlp_requests.logs(service, [record], {"host.name": "h"}),
    }


def _sorted(value: Any) -> Any:
    """Return JSON with lists of keyed values in one order: a map has none."""
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list):
        inner = [_sorted(each) for each in value]
        return (
            sorted(inner, key=lambda each: each["key"])
            if all(isinstance(each, dict) and "key" in each for each in inner)
            else inner
        )
    return value


def _written(file: Path) -> dict[str, Any]:
    """Return what a Collector has written so far: one request per signal, its resources in one list."""
    found: dict[str, Any] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        ((signal, resources),) = json.loads(line).items()
        found.setdefault(signal, []).extend(_sorted(resources))
    return found


@pytest.fixture
def service() -> str:
    return f"relayed-{uuid4()}"


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_what_goes_on_over_otlp_is_what_came(tmp_path: Path, service: str, protocol: str) -> None:
    """A Collector reads from Assay the same spans, points and records as from whoever sent them, types and all."""
    direct, behind = free_port(), free_port()
    receivers = {
        "otlp/direct": {"protocols": {"http": {"endpoint": f"127.0.0.1:{direct}"}}},
        "otlp/behind": {"protocols": {protocol: {"endpoint": f"127.0.0.1:{behind}"}}},
    }
    files = {name: tmp_path / f"{name}.json" for name in ("direct", "behind")}
    pipelines = {
        f"{signal}/{name}": {"receivers": [f"otlp/{name}"], "exporters": [f"file/{name}"]}
        for signal in _TABLES
        for name in files
    }
    exporters = {f"file/{name}": {"path": str(path), "flush_interval": "100ms"} for name, path in files.items()}
    onwards = {
        "there": {"type": f"otlp/{protocol}", "endpoint": f"http://127.0.0.1:{behind}", "spans": "all", "services": [service]}
    }
    with (
        collector(tmp_path, pipelines, [direct, behind], receivers=receivers, exporters=exporters),
        sending_on(tmp_path, onwards) as assay,
    ):
        requests = _requests(service)
        send(assay, **requests)
        send(f"http://127.0.0.1:{direct}", **requests)
        wait_for(
            lambda: all(len(_written(file)) == len(requests) for file in files.values()), "all signals from both", pause=0.2
        )
        assert _written(files["behind"]) == _written(files["direct"])


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Mapping[str, int]]]:
    """An Assay behind a Collector that has a port per way of sending on; gives the ports."""
    work = tmp_path_factory.mktemp("relay")
    zipkin = free_port()
    with running(work / "assay", RECEIVERS__ZIPKIN__PORT=str(zipkin), JOURNAL__SEGMENT_AGE_SECONDS="0.2") as assay:
        ways = {
            "grpc": {"endpoint": assay.grpc, "tls": {"insecure": True}},
            "http": {"endpoint": assay.http},
            "json": {"endpoint": assay.http, "encoding": "json"},
            "zstd": {"endpoint": assay.http, "compression": "zstd"},
            "zipkin": {"endpoint": f"http://127.0.0.1:{zipkin}/api/v2/spans"},
        }
        kinds = {"grpc": "otlp", "zipkin": "zipkin"}
        exporters = {f"{kinds.get(way, 'otlphttp')}/{way}": options for way, options in ways.items()}
        ports = {way: free_port() for way in ways}
        receivers = {f"otlp/{way}": {"protocols": {"http": {"endpoint": f"127.0.0.1:{port}"}}} for way, port in ports.items()}
        pipelines = {
            f"{signal}/{way}": {"receivers": [f"otlp/{way}"], "exporters": [exporter]}
            for way, exporter in zip(ways, exporters, strict=True)
            for signal in (["traces"] if way == "zipkin" else _TABLES)
        }
        with collector(work, pipelines, list(ports.values()), receivers=receivers, exporters=exporters):
            yield assay, ports


def _stored(assay: Running, service: str, signal: str) -> list[list[Any]]:
    columns = f"* EXCEPT ({_OWN_COLUMNS}), mapFilter((key, text) -> key != 'service.name', ResourceAttributes)"
    return assay.rows(f"SELECT {columns} FROM {_TABLES[signal]} WHERE ServiceName = '{service}'")


@pytest.mark.parametrize("way", ["grpc", "http", "json", "zstd"])
def test_through_a_collector_nothing_changes(relay: tuple[Running, Mapping[str, int]], service: str, way: str) -> None:
    """What a Collector sends, over gRPC, HTTP, JSON and zstd, is stored as what comes from a service itself."""
    assay, ports = relay
    requests = _requests(service)
    send(f"http://127.0.0.1:{ports[way]}", **requests)
    for signal in requests:
        wait_for(lambda signal=signal: len(_stored(assay, service, signal)) == 1, f"{signal} by {way}", pause=0.2)  # type: ignore[misc]
    relayed = {signal: _stored(assay, service, signal) for signal in requests}
    send(assay, **requests)
    for signal in requests:
        wait_for(lambda signal=signal: len(_stored(assay, service, signal)) == 2, f"{signal} itself", pause=0.2)  # type: ignore[misc]
        assert _stored(assay, service, signal) == relayed[signal] * 2


def test_spans_of_a_collector_come_by_zipkin(relay: tuple[Running, Mapping[str, int]], service: str) -> None:
    """The Collector's Zipkin exporter reaches Assay's Zipkin port: ids, times, kind, error and tags are there."""
    assay, ports = relay
    request = _requests(service)["traces"]
    send(f"http://127.0.0.1:{ports['zipkin']}", traces=request)
    columns = "TraceId, SpanId, ParentSpanId, SpanName, SpanKind, Duration, StatusCode, SpanAttributes['text'] AS text"
    rows = f"SELECT {columns} FROM otel_traces_recent WHERE ServiceName = '{service}'"
    wait_for(lambda: len(assay.rows(rows)) == 1, "the span by Zipkin", pause=0.2)
    (span,) = request.resource_spans[0].scope_spans[0].spans  # type: ignore[attr-defined]  # any message has any field
    assert assay.rows(rows) == [
        [span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), "get /", "Server", 1_500_000, "Error", "ä"]
    ]
