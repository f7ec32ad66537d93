"""OTLP over HTTP as an ASGI application: what is answered to what."""

from __future__ import annotations

import asyncio
import gzip

from assay.core.config import Otlp
from assay.core.errors import AssayError, NotFound, Retryable, UnsupportedMediaType
from assay.core.signals import Signal
from assay.receivers import http
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.encodings import ACCEPTED_ENCODINGS
from assay.receivers.http import JSON, PROTOBUF, Disconnected, Message, MethodNotAllowed, Receive, Request, Response, Send
from assay.receivers.inspection import OTLP, OTLP_JSON
from assay.receivers.otlp import KINDS, answer
from assay.receivers.status import encode, status_of

_WORTH_GZIP_BYTES = 1400


class OtlpApp:
    """Answer OTLP requests, browsers' preflights, and whoever looks what this port is."""

    def __init__(self, config: Otlp, door: Door, budget: Budget) -> None:
        self._limit_bytes = config.max_request_bytes
        self._cors = Cors(config.http.cors_origins)
        self._door = door
        self._budget = budget
        self._signals = {
            config.http.traces_path: Signal.TRACES,
            config.http.metrics_path: Signal.METRICS,
            config.http.logs_path: Signal.LOGS,
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        request = Request.of(scope)
        try:
            response = await self._answer(request, receive)
        except Disconnected:
            return
        headers = {**response.headers, **self._cors.headers(request)}
        await http.answer(request, Response(response.status, response.body, headers), send)

    async def _answer(self, request: Request, receive: Receive) -> Response:
        signal = self._signals.get(request.path)
        as_json = request.media_type != PROTOBUF
        try:
            if signal is None:
                return self._answer_elsewhere(request)
            if request.method == "OPTIONS" and self._cors.is_preflight(request):
                return self._cors.preflight(request)
            if request.method != "POST":
                raise MethodNotAllowed("method_not_allowed", f"{request.method} is not allowed here", "send a POST request")
            warning = await self._take(signal, request, receive)
        except Disconnected:
            raise
        except asyncio.CancelledError:  # only `stop` does that, and the sender shall not take it for a refusal
            return _refusal(request, self._door.refuse(signal, http.stopping()), as_json)
        except Exception as error:
            return _refusal(request, self._door.refuse(signal, error), as_json)
        return _encoded(request, 200, encode(answer(KINDS[signal], warning), as_json=as_json), as_json)

    def _answer_elsewhere(self, request: Request) -> Response:
        paths = ", ".join(self._signals)
        if request.path != "/" or request.method not in ("GET", "HEAD"):
            raise NotFound("unknown_path", f"{request.path} is no path of this receiver", f"send OTLP to one of {paths}")
        text = f"This is Assay's OTLP/HTTP receiver. Send telemetry with POST to {paths}.\n"
        return Response(200, text.encode(), {"content-type": "text/plain; charset=utf-8"})

    async def _take(self, signal: Signal, request: Request, receive: Receive) -> str:
        if request.media_type not in (PROTOBUF, JSON):
            raise UnsupportedMediaType(
                "unsupported_media_type",
                f"Content-Type {request.media_type!r} is not supported",
                f"use {PROTOBUF} or {JSON}",
            )
        with self._budget.lease() as lease:
            body = await http.read(request, receive, self._limit_bytes, lease)
            return await self._door.take(signal, body, OTLP_JSON if request.media_type == JSON else OTLP)


class Cors:
    """Let pages of the listed origins send telemetry from a browser; without origins, none may."""

    def __init__(self, origins: list[str]) -> None:
        self._origins = frozenset(origin.rstrip("/") for origin in origins)

    def is_preflight(self, request: Request) -> bool:
        return bool(self._origins) and "origin" in request.headers and "access-control-request-method" in request.headers

    def preflight(self, request: Request) -> Response:
        """Allow a POST with any headers: what protects a receiver is its list of origins."""
        headers = {"access-control-max-age": "7200"}
        if "access-control-allow-origin" in self.headers(request):
            headers["access-control-allow-methods"] = "POST"
            headers["access-control-allow-headers"] = request.headers.get("access-control-request-headers", "content-type")
        return Response(204, b"", headers)

    def headers(self, request: Request) -> dict[str, str]:
        """Give the headers that every answer to this origin carries."""
        if not self._origins:
            return {}
        origin = request.headers.get("origin", "")
        if origin in self._origins:
            return {
                "access-control-allow-origin": origin,
                "access-control-allow-credentials": "true",  # navigator.sendBeacon always asks for it
                "access-control-expose-headers": "retry-after",
                "vary": "Origin",
            }
        if origin and "*" in self._origins:
            return {"access-control-allow-origin": "*", "access-control-expose-headers": "retry-after"}
        return {"vary": "Origin"}


def _refusal(request: Request, error: AssayError, as_json: bool) -> Response:
    response = _encoded(request, error.http_status, encode(status_of(error), as_json=as_json), as_json)
    headers = response.headers
    if isinstance(error, Retryable):
        headers["retry-after"] = str(error.retry_after_seconds)
    elif isinstance(error, MethodNotAllowed):
        headers["allow"] = "POST"
    elif isinstance(error, UnsupportedMediaType):
        headers["accept-post"] = f"{PROTOBUF}, {JSON}"
        headers["accept-encoding"] = ACCEPTED_ENCODINGS
    return response


def _encoded(request: Request, status: int, body: bytes, as_json: bool) -> Response:
    headers = {"content-type": JSON if as_json else PROTOBUF}
    if len(body) > _WORTH_GZIP_BYTES and _accepts_gzip(request.headers.get("accept-encoding", "")):
        headers["content-encoding"] = "gzip"
        body = gzip.compress(body, 5, mtime=0)
    return Response(status, body, headers)


def _accepts_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.strip().removeprefix("q=").strip(".0") != "" or not weight
    return False
