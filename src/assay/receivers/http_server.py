"""A server for HTTP around an ASGI application, with bounds on what a connection may do before its request is read."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from assay.core.errors import Misconfigured

HEADER_SECONDS = 10.0
"""Time in which a connection must have sent the headers of its first request."""

MAX_HEADER_BYTES = 64 << 10

_BACKLOG = 2048


class HttpServer:
    """Serve `app` at a TCP address, or at the path of a Unix socket."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def start_at(self, listener: socket.socket) -> int:
        """Listen on a bound socket and give its port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol(), sock=listener, backlog=_BACKLOG)
        return int(self._server.sockets[0].getsockname()[1])

    async def start_at_path(self, path: Path) -> None:
        """Listen on a Unix socket, in place of one that is left of a process that was killed."""
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - a local socket, once, at the start
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(self._protocol(), str(path), backlog=_BACKLOG)

    def _protocol(self) -> Any:
        settings = Config(
            self._app,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=75,  # longer than the export interval of SDKs, so that connections are used again
        )
        settings.load()
        return lambda: _Connection(settings, self._state, {})

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening at once; requests that run get `grace_seconds` to end."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        tasks = set(self._state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for connection in list(self._state.connections):
            connection.transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._server.wait_closed()


def bind(host: str, port: int, what: str, key: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    """Give a socket that is bound to an address, for `what`, which is configured under `key`.

    Raises:
        Misconfigured: the address cannot be had.
    """
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=kind)[0]
        listener = socket.socket(family, kind, protocol)
        if kind == socket.SOCK_STREAM:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise Misconfigured(
            "address_unavailable",
            f"Cannot listen for {what} on {host}:{port}: {error.strerror}",
            f"stop what listens there, or set {key}",
        ) from error
    return listener


class _Connection(HttpToolsProtocol):
    """A connection that neither waits for ever for headers nor takes any number of them."""

    _deadline: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADER_SECONDS, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop_deadline()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._header_bytes = 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.abort)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._bound(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._bound(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._drop_deadline()
        super().on_headers_complete()

    def _bound(self, size_bytes: int) -> None:
        self._header_bytes += size_bytes
        if self._header_bytes > MAX_HEADER_BYTES:
            self.transport.abort()

    def _drop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
