"""A port of an older protocol over HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from assay.core.errors import NotFound
from assay.receivers import http
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.front import Front, Handler
from assay.receivers.http import App, Message, Receive, Request, Send, plain_text
from assay.receivers.http_server import HttpServer, bind


class LegacyHttp:
    """Answer on the paths of `handlers`, which share one door; `name` is the protocol's, `key` where its port is configured."""

    def __init__(
        self,
        name: str,
        address: tuple[str, int],
        key: str,
        handlers: Mapping[str, Handler],
        *,
        budget: Budget,
        limit_bytes: int,
    ) -> None:
        self.name = name
        self.address = address
        self._key = key
        self._doors = {handler.door for handler in handlers.values()}
        self._server = HttpServer(Front(_elsewhere(name, handlers), handlers, budget, limit_bytes))

    async def start(self) -> int:
        """Listen and give the port; raises Misconfigured if the address cannot be had."""
        return await self._server.start_at(bind(*self.address, self.name, self._key))

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening at once; requests that run get `grace_seconds` to end."""
        await self._server.stop(grace_seconds)
        for door in self._doors:
            door.close()


def _elsewhere(name: str, handlers: Mapping[str, Handler]) -> App:
    """Answer on all other paths: what this port is, or that there is nothing."""
    paths = ", ".join(handlers)
    door: Door = next(iter(handlers.values())).door

    async def answer(scope: Message, _receive: Receive, send: Send) -> None:
        request = Request.of(scope)
        if request.path == "/" and request.method in ("GET", "HEAD"):
            response = plain_text(200, f"This is Assay's receiver for {name}. Send with POST to {paths}.")
        else:
            error = NotFound("unknown_path", f"{request.path} is no path of this receiver", f"send {name} to {paths}")
            response = plain_text(404, str(door.refuse(None, error)))
        await http.answer(request, response, send)

    return answer
