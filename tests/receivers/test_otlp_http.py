"""The HTTP server: its address, its end, and senders that are slow, endless or gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from tests.receivers.conftest import Receive, Receiving, Recorder, trace_request, until

from assay.core.config import Otlp
from assay.core.config import OtlpHttp as HttpConfig
from assay.core.errors import Misconfigured
from assay.receivers import OtlpHttp, http, http_server

HEAD = b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"


@asynccontextmanager
async def connect(port: int, host: str = "127.0.0.1") -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a connection, and close it for good whatever has become of it."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def end(reader: asyncio.StreamReader) -> bytes:
    """Give all that the server sends until it closes the connection."""
    with suppress(ConnectionResetError):
        return await asyncio.wait_for(reader.read(), 10)
    return b""


async def test_an_address_in_use_is_explained(receiving: Receiving) -> None:
    """A port that somebody has is an error that says which, and what to do."""
    rival = OtlpHttp(Otlp(http=HttpConfig(port=receiving.http_port)), Recorder())
    with pytest.raises(Misconfigured, match=f"{receiving.http_port}.*receivers.otlp.http.port"):
        await rival.start()
    await rival.stop(0)


async def test_ipv6_loopback_works() -> None:
    """An IPv6 address may be configured with or without brackets."""
    for host in ("::1", "[::1]"):
        receiver = OtlpHttp(Otlp(http=HttpConfig(host=host, port=0)), Recorder())
        port = await receiver.start()
        async with connect(port, "::1") as (reader, writer):
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            assert b"Assay" in await end(reader)
        await receiver.stop(1)


async def test_stopping_lets_what_runs_end(receiving: Receiving) -> None:
    """A request that was being taken when the receiver stops is still answered; idle connections are closed."""
    receiving.recorder.gate = asyncio.Event()
    async with connect(receiving.http_port) as (reader, _):
        held = asyncio.create_task(receiving.post(trace_request()))
        await until(lambda: receiving.recorder.waiting == 1)
        stopping = asyncio.create_task(receiving.http.stop(10))
        assert await end(reader) == b""
        receiving.recorder.gate.set()
        assert (await held).status_code == 200
        await stopping
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", receiving.http_port)


async def test_stopping_waits_no_longer_than_the_grace(receiving: Receiving) -> None:
    """A request that does not end is given up, so that the process can, and its sender is told to come back."""
    receiving.recorder.gate = asyncio.Event()
    async with connect(receiving.http_port) as (reader, writer):
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        await until(lambda: receiving.recorder.waiting == 1)
        await asyncio.wait_for(receiving.http.stop(0.05), 5)
        assert b" 503 " in await end(reader)
        assert receiving.recorder.taken == []


async def test_a_slow_body_is_told_to_come_back(receiving: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that does not arrive in time is refused as retryable and gives its memory back; others are not kept waiting."""
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.3)
    async with connect(receiving.http_port) as (reader, writer):
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n" + bytes(500))
        await until(lambda: receiving.budget.used_bytes == 500)
        assert (await receiving.post(trace_request())).status_code == 200
        assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"HTTP/1.1 503")
        assert receiving.budget.used_bytes == 0


async def test_slow_headers_end_the_connection(receive: Receive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who connects and does not send whole headers in time is dropped, on the first request and on later ones."""
    monkeypatch.setattr(http_server, "HEADER_SECONDS", 0.2)
    receiving = await receive()
    for sent in (b"", HEAD, HEAD + b"Content-Length: 0\r\n\r\n" + HEAD):
        async with connect(receiving.http_port) as (reader, writer):
            writer.write(sent)
            await end(reader)
    await until(lambda: not receiving.http._server._state.connections)


async def test_endless_headers_end_the_connection(receiving: Receiving) -> None:
    """Headers without end take no memory without end."""
    for line in (b"X-%d: " + b"x" * 1000 + b"\r\n", b"X" * 1000):
        async with connect(receiving.http_port) as (reader, writer):
            writer.write(HEAD if b":" in line else b"GET /")
            with suppress(ConnectionError):
                for number in range(1000):
                    writer.write(line % number if b"%" in line else line)
                    await writer.drain()
            assert b"200" not in await end(reader)


async def test_a_sender_that_goes_away_leaves_nothing(receiving: Receiving) -> None:
    """Half a request takes its memory with it, and nothing of it is taken."""
    async with connect(receiving.http_port) as (_, writer):
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n" + bytes(500))
        await until(lambda: receiving.budget.used_bytes == 500)
    await until(lambda: receiving.budget.used_bytes == 0)
    assert receiving.recorder.taken == []


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST\r\n\r\n",
        HEAD + b"Content-Length: x\r\n\r\n",
    ],
)
async def test_what_is_no_http_1_is_refused(receiving: Receiving, garbage: bytes) -> None:
    """TLS, HTTP/2 and nonsense on this port end their own connection only."""
    async with connect(receiving.http_port) as (reader, writer):
        writer.write(garbage)
        assert b" 200 " not in await end(reader)
    assert (await receiving.post(trace_request())).status_code == 200


async def test_a_connection_serves_many_requests(receiving: Receiving) -> None:
    """Connections are kept alive, also after a refusal that left a body unread."""
    async with connect(receiving.http_port) as (reader, writer):
        too_long: Any = 65 << 20
        writer.write(HEAD + b"Content-Length: 2\r\n\r\n\x00\x00" + HEAD + b"Content-Length: 0\r\n\r\n")
        assert await _status(reader) == b"400"
        assert await _status(reader) == b"200"
        writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % too_long)
        assert await _status(reader) == b"413"
        for _ in range(65):
            writer.write(bytes(1 << 20))
            await writer.drain()
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        assert await _status(reader) == b"200"


async def _status(reader: asyncio.StreamReader) -> bytes:
    """Read one answer and give its status code."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    await reader.readexactly(length)
    return head.split()[1]
