"""All that answers on one HTTP port: handlers of paths, and the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from assay.core.errors import AssayError, InvalidInput, Retryable
from assay.core.signals import Signal
from assay.receivers import http
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.http import App, Disconnected, Message, MethodNotAllowed, Receive, Request, Response, Send

_LIMIT_BYTES = 32 << 20


class Handler(Protocol):
    """What answers on one path."""

    door: Door
    signal: Signal
    own_encoding: str
    """A Content-Encoding of which it wants the body as it came, or empty."""

    async def handle(self, request: Request, body: bytes) -> Response:
        """Answer a request that has arrived whole; every error is told to its sender and counted."""

    def tell(self, error: AssayError) -> Response:
        """Give the answer to a request that is refused, in the form that senders to this path know."""


class OriginForbidden(InvalidInput):
    """A page in a browser sent it, and these paths are for programs."""

    http_status = 403


class Front:
    """Choose who answers, by the path of a request; on all paths without a handler it is `rest`."""

    def __init__(self, rest: App, handlers: Mapping[str, Handler], budget: Budget, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._rest = rest
        self._handlers = handlers
        self._budget = budget
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        handler = self._handlers.get(scope["path"])
        if handler is None:
            await self._rest(scope, receive, send)
            return
        request = Request.of(scope)
        try:
            response = await self._handle(handler, request, receive)
        except Disconnected:
            return
        except asyncio.CancelledError:  # only the end of the receiver does that
            response = _refusal(handler, http.stopping())
        except Exception as error:
            response = _refusal(handler, error)
        await http.answer(request, response, send)

    async def _handle(self, handler: Handler, request: Request, receive: Receive) -> Response:
        if "origin" in request.headers:
            raise OriginForbidden("origin_forbidden", "Pages in a browser may not send this", "send it from a program")
        with self._budget.lease() as lease:
            body = await http.read(request, receive, self._limit_bytes, lease, handler.own_encoding)
            return await handler.handle(request, body)


def _refusal(handler: Handler, error: Exception) -> Response:
    known = handler.door.refuse(handler.signal, error)
    response = handler.tell(known)
    if isinstance(known, Retryable):
        response.headers["retry-after"] = str(known.retry_after_seconds)
    elif isinstance(known, MethodNotAllowed):
        response.headers["allow"] = "POST"
    return response
