"""Receivers of older protocols among each other and beside OTLP."""

from __future__ import annotations

import asyncio
import socket

import httpx
from tests.receivers.conftest import JAEGER, Older, Recorder

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


async def test_slow_and_broken_senders_hold_up_nobody(older: Older) -> None:
    """Connections that send half a request, garbage or nothing leave room for others, and take no memory when they end."""
    host, _, port = older.receivers.ports["Zipkin"].rpartition(":")
    writers = []
    head = b"POST /api/v2/spans HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n["
    for sent in (b"", head, b"\x16\x03\x01\x02\x00\x01garbage", head + b"5" * 500) * 5:
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        await writer.drain()
        writers.append(writer)
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(f"{older.url('Zipkin')}/api/v2/spans", content=b'[{"traceId":"1","id":"2"}]')
    assert response.status_code == 202
    for writer in writers:
        writer.close()
    async with asyncio.timeout(10):
        while older.budget.used_bytes:
            await asyncio.sleep(0.005)
