"""Older protocols against the whole program: what was acknowledged is stored, once, whatever dies."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import grpc
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


def test_acknowledged_spans_survive_the_death_of_intake(tmp_path: Path) -> None:
    """Spans over each protocol are stored once although intake is killed at once, and it listens where it did before.

    Both halves of a call, one of them reported before the death and one after it, make one tree.
    """
    trace = jaeger.TRACE.hex()
    batch = jaeger.thrift_batch(jaeger.thrift_span(startTime=_NOW))
    headers = {"content-type": "application/x-thrift"}
    with running(tmp_path / "data") as server:
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
