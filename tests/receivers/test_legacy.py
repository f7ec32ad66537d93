"""Receivers of older protocols among each other and beside OTLP."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

import httpx
import pytest
from grpc import aio
from tests.receivers.conftest import JAEGER, Older, Recorder, until
from tests.receivers.jaeger import samples as jaeger

from assay.core.config import Jaeger, Receivers, Zipkin
from assay.receivers import Budget, Legacy


async def test_a_port_that_is_taken_stops_nothing_else() -> None:
    """Where another program listens already, that receiver is left out and says so; the others start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        receivers = Legacy(Receivers(zipkin=Zipkin(port=port), jaeger=JAEGER), Recorder(), Budget(1 << 20))
        assert await receivers.start() == 4
        assert receivers.ports["Zipkin"].startswith("off: Cannot listen for Zipkin on 127.0.0.1")
        await receivers.stop(1)


async def test_what_is_switched_off_does_not_listen() -> None:
    """A receiver that is switched off is not there at all."""
    receivers = Legacy(Receivers(zipkin=Zipkin(enabled=False), jaeger=Jaeger(enabled=False)), Recorder(), Budget(1 << 20))
    assert await receivers.start() == 0
    assert receivers.ports == {}


HTTP = b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-thrift\r\nContent-Length: 1000\r\n\r\n"
GOOD = {
    "Zipkin": ("/api/v2/spans", "application/json", b'[{"traceId":"1","id":"2"}]'),
    "Jaeger/HTTP": ("/api/traces", "application/x-thrift", jaeger.THRIFT_BATCHES[0]),
}
BAD = {
    "Zipkin": (b"", b"\x16\x03\x01\x02\x00\x01garbage", HTTP % b"/api/v2/spans" + b"[" + b"5" * 500),
    "Jaeger/HTTP": (b"", b"\xff" * 5_000, HTTP % b"/api/traces" + jaeger.THRIFT_BATCHES[0][:500]),
    "Jaeger/gRPC": (b"", b"\xff" * 5_000, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100), b"GET / HTTP/1.1\r\n\r\n"),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_senders_of_one_port_hold_up_no_other(older: Older, name: str) -> None:
    """Connections that send garbage, half a request or nothing leave room on every port, and take no memory when they end."""
    host, _, port = older.receivers.ports[name].rpartition(":")
    writers = []
    for sent in BAD[name] * 10:
        _, writer = await asyncio.open_connection(host, int(port))
        writers.append(writer)
        writer.write(sent)
        with suppress(ConnectionError):
            await writer.drain()
    async with httpx.AsyncClient(trust_env=False) as client:
        for good, (path, media_type, body) in GOOD.items():
            response = await client.post(older.url(good) + path, content=body, headers={"content-type": media_type})
            assert response.status_code == 202
    async with aio.insecure_channel(older.receivers.ports["Jaeger/gRPC"]) as channel:
        ask: Any = channel.unary_unary("/jaeger.api_v2.CollectorService/PostSpans")
        assert await ask(jaeger.POSTED[0], timeout=30) == b""
    for writer in writers:
        writer.close()
    await until(lambda: older.budget.used_bytes == 0)
    assert len(older.recorder.taken) == 3
