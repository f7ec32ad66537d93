"""OTLP over HTTP: the server around the application in `otlp_app`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assay.core.config import Otlp
from assay.core.ports import Accept
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.front import Front, Handler
from assay.receivers.http_server import HttpServer, bind
from assay.receivers.otlp_app import OtlpApp


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
        self._server = HttpServer(Front(OtlpApp(config, self._door, budget), handlers or {}, budget))

    async def start(self) -> int:
        """Listen and give the port, 0 on a Unix socket; raises Misconfigured if the address cannot be had."""
        if self._path is not None:
            await self._server.start_at_path(self._path)
            return 0
        address = self._config.http
        return await self._server.start_at(bind(address.host, address.port, "OTLP/HTTP", "receivers.otlp.http.port"))

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening at once; requests that run get `grace_seconds` to end."""
        await self._server.stop(grace_seconds)
        self._door.close()
