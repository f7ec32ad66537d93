"""All that answers on one HTTP port: OTLP, and beside it paths that take JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Protocol

import orjson

from assay.core import metrics
from assay.core.errors import AssayError, InvalidInput, Retryable
from assay.core.signals import Signal
from assay.receivers import http
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.event_form import EventsRefused
from assay.receivers.http import JSON, Disconnected, Message, MethodNotAllowed, Receive, Request, Response, Send
from assay.receivers.otlp_app import OtlpApp

_LIMIT_BYTES = 32 << 20


class Handler(Protocol):
    """What answers on one path."""

    door: Door

    async def handle(self, request: Request, body: bytes) -> Response:
        """Answer a request that has arrived whole; every error is told to its sender and counted."""


class OriginForbidden(InvalidInput):
    """A page in a browser sent it, and these paths are for programs."""

    http_status = 403


class Front:
    """Choose who answers, by the path of a request; `handlers` are the paths besides OTLP."""

    def __init__(self, otlp: OtlpApp, handlers: Mapping[str, Handler], budget: Budget) -> None:
        self._otlp = otlp
        self._handlers = handlers
        self._budget = budget

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        handler = self._handlers.get(scope["path"])
        if handler is None:
            await self._otlp(scope, receive, send)
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
            body = await http.read(request, receive, _LIMIT_BYTES, lease)
            return await handler.handle(request, body)


def _refusal(handler: Handler, error: Exception) -> Response:
    known: AssayError = handler.door.refuse(Signal.LOGS, error)
    body: dict[str, object] = {"error": {"code": known.code, "message": known.message, "hint": known.hint}}
    if isinstance(known, EventsRefused):
        body["refused"] = [asdict(refusal) for refusal in known.refusals]
        for refusal in known.refusals:
            metrics.REFUSED_ITEMS.labels(Signal.LOGS, handler.door.source, refusal.code).inc()
    headers = {"content-type": JSON}
    if isinstance(known, Retryable):
        headers["retry-after"] = str(known.retry_after_seconds)
    elif isinstance(known, MethodNotAllowed):
        headers["allow"] = "POST"
    return Response(known.http_status, orjson.dumps(body), headers)
