"""OTLP over HTTP: the server around the application in `otlp_app`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from assay.core.config import Otlp
from assay.core.errors import Misconfigured
from assay.core.ports import Accept
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.front import Front, Handler
from assay.receivers.otlp_app import OtlpApp

HEADER_SECONDS = 10.0
"""Time in which a connection must have sent the headers of its first request."""

MAX_HEADER_BYTES = 64 << 10

_BACKLOG = 2048


class OtlpHttp:
    """Receive OTLP over HTTP, protobuf and JSON, and hand every request to `accept`.

    `budget` bounds the memory of requests on their way through; give the same one to all receivers of a process. `handlers`
    answer on further paths. With `path` it listens on a Unix socket there, for processes of ours, instead of on an address.
    """

    def __init__(
        self,
        config: Otlp,
        accept: Accept,
        budget: Budget | None = None,
        *,
        handlers: Mapping[str, Handler] | None = None,
        path: Path | None = None,
    ) -> None:
        self._config = config
        self._path = path
        budget = budget or Budget.for_requests(config.max_request_bytes)
        self._door = Door(accept, "otlp/socket" if path else "otlp/http")
        self._app = Front(OtlpApp(config, self._door, budget), handlers or {}, budget)
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen and give the port, 0 on a Unix socket; raises Misconfigured if the address cannot be had."""
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
        loop = asyncio.get_running_loop()

        def connection() -> _Connection:
            return _Connection(settings, self._state, {})

        if self._path is not None:
            self._path.unlink(missing_ok=True)  # of an intake that was killed
            self._server = await loop.create_unix_server(connection, str(self._path), backlog=_BACKLOG)
            return 0
        self._server = await loop.create_server(connection, sock=self._bind(), backlog=_BACKLOG)
        return int(self._server.sockets[0].getsockname()[1])

    def _bind(self) -> socket.socket:
        host, port = self._config.http.host.strip("[]"), self._config.http.port
        listener = None
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listener = socket.socket(family, kind, protocol)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError as error:
            if listener is not None:
                listener.close()
            raise Misconfigured(
                "address_unavailable",
                f"Cannot listen for OTLP/HTTP on {host}:{port}: {error.strerror}",
                "stop what listens there, or set receivers.otlp.http.port",
            ) from error
        return listener

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
        self._door.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._server.wait_closed()


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
