"""Older protocols against the whole program: what was acknowledged is stored, once, whatever dies."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from prometheus_client import CollectorRegistry, Gauge, start_http_server
from tests.e2e.running import Running, running, wait_for
from tests.receivers.jaeger import samples as jaeger
from tests.receivers.zipkin.samples import CLIENT, SERVER

from assay.receivers.thrift_reading import COMPACT
from assay.receivers.zipkin.convert import derive_id

_NOW = time.time_ns() // 1000


def _ports(server: Running) -> dict[str, str]:
    ports: dict[str, str] = json.loads((server.data / "run" / "intake.json").read_text())["ports"]
    return ports


def _report(server: Running, half: dict[str, Any]) -> None:
    """Report one half of a call as Zipkin does."""
    url = f"http://{_ports(server)['Zipkin']}/api/v2/spans"
    assert server.client.post(url, json=[{**half, "timestamp": _NOW}]).status_code == 202


@contextmanager
def _page() -> Iterator[str]:
    """Serve a page of metrics, and give its address."""
    registry = CollectorRegistry()
    Gauge("fill", "How full it is.", registry=registry).set(0.5)
    server, thread = start_http_server(0, "127.0.0.1", registry)
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _jobs(target: str) -> str:
    return json.dumps({"queues": {"targets": [target], "interval_seconds": 1, "timeout_seconds": 1}})


def test_acknowledged_spans_survive_the_death_of_intake(tmp_path: Path) -> None:
    """Spans over each protocol are stored once although intake is killed at once, and it listens where it did before.

    Both halves of a call, one of them reported before the death and one after it, make one tree. Pages are scraped meanwhile.
    """
    trace = jaeger.TRACE.hex()
    batch = jaeger.thrift_batch(jaeger.thrift_span(startTime=_NOW))
    headers = {"content-type": "application/x-thrift"}
    with _page() as target, running(tmp_path / "data", RECEIVERS__PROMETHEUS__SCRAPE=_jobs(target)) as server:
        before = _ports(server)
        _report(server, CLIENT)
        response = server.client.post(
            f"http://{before['Jaeger/HTTP']}/api/traces", content=jaeger.encode(batch), headers=headers
        )
        assert response.status_code == 202
        dead = server.pid("intake")
        server.kill("intake")
        wait_for(lambda: server.pid("intake") != dead, "intake is back")
        assert _ports(server) == before
        _report(server, SERVER)
        with grpc.insecure_channel(before["Jaeger/gRPC"]) as channel:
            post: Any = channel.unary_unary("/jaeger.api_v2.CollectorService/PostSpans")
            post(jaeger.posted(_NOW), timeout=30)
        host, _, port = before["Jaeger/UDP compact"].rpartition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(jaeger.call(batch, COMPACT), (host, int(port)))

        def found() -> list[list[Any]]:
            return server.rows(
                f"SELECT ServiceName, SpanKind, SpanId, ParentSpanId, count() FROM assay_spans WHERE TraceId = '{trace}' "
                "GROUP BY ALL ORDER BY ALL"
            )

        half = derive_id(jaeger.TRACE, bytes.fromhex(CLIENT["id"])).hex()
        expected = [
            ["orders", "Server", half, CLIENT["id"], 1],
            ["orders", "Server", jaeger.SPAN.hex(), jaeger.PARENT.hex(), 3],
            ["shop", "Client", CLIENT["id"], CLIENT["parentId"], 1],
        ]
        wait_for(lambda: found() == sorted(expected), "stored")
        scraped = "SELECT DISTINCT MetricName, Value, ServiceName FROM otel_metrics_gauge WHERE MetricName IN ('up', 'fill')"
        wait_for(lambda: sorted(server.rows(scraped)) == [["fill", 0.5, "queues"], ["up", 1.0, "queues"]], "scraped")
