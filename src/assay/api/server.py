"""The HTTP server around the application."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from assay.core.config import Api
from assay.core.errors import Misconfigured

_GRACE_SECONDS = 5


async def serve_app(app: ASGIApp, api: Api, stopping: threading.Event, ready: Callable[[], None]) -> None:
    """Answer requests until `stopping` is set, then finish those that are under way; call `ready` once requests are taken.

    Raises:
        Misconfigured: the address cannot be listened on.
    """
    listener = _listen(api)
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS)
    server = _Server(config, ready)
    serving = asyncio.create_task(server.serve([listener]))
    waiting = asyncio.create_task(asyncio.to_thread(stopping.wait))
    await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Signals are the matter of the process, not of one of its parts.
        yield


def _listen(api: Api) -> socket.socket:
    host = api.host.strip("[]")
    try:
        family = socket.getaddrinfo(host, api.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, api.port), family=family, backlog=2048)
    except OSError as error:
        raise Misconfigured(
            "address_unavailable", f"Cannot listen on {api.host}:{api.port}: {error.strerror}", "choose another with api.port"
        ) from error
