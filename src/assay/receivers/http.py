"""HTTP requests and answers as all receivers over HTTP see them, and how a body is read within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from assay.core.errors import InvalidInput, Retryable
from assay.receivers.arrivals import slow_sender
from assay.receivers.budget import Lease
from assay.receivers.encodings import gather, open_decoder, too_large

REQUEST_SECONDS = 30.0
"""Time in which a request must arrive whole."""

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class MethodNotAllowed(InvalidInput):
    """The path takes another method."""

    http_status = 405
    grpc_status = "UNIMPLEMENTED"


class Disconnected(Exception):
    """The sender went away before its request was whole, so there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """The head of an HTTP request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    query: str = ""

    @classmethod
    def of(cls, scope: Message) -> Request:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        return cls(scope["method"], scope["path"], headers, scope["query_string"].decode("latin-1"))

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the query, the last of each name."""
        return {name: values[-1] for name, values in parse_qs(self.query).items()}

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def plain_text(status: int, text: str) -> Response:
    """Make an answer for a person or for a log."""
    return Response(status, f"{text}\n".encode(), {"content-type": "text/plain; charset=utf-8"})


async def read(request: Request, receive: Receive, limit_bytes: int, lease: Lease, untouched: str = "") -> bytes:
    """Read and decompress a whole body, unless its Content-Encoding is `untouched`.

    Raises:
        TooLarge: it is over `limit_bytes`.
        Retryable: it takes too long to arrive, or too much is arriving at once.
        Disconnected: nobody waits for an answer any more.
    """
    encoding = request.headers.get("content-encoding", "")
    decoder = open_decoder("" if encoding == untouched else encoding)
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit_bytes:
        raise too_large(limit_bytes)
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            return await gather(_chunks(receive), decoder, limit_bytes, lease)
    except TimeoutError:
        raise slow_sender(REQUEST_SECONDS) from None


async def answer(request: Request, response: Response, send: Send) -> None:
    """Send an answer; one to HEAD has no body, and 204 no length either."""
    headers = dict(response.headers)
    if response.status != 204:
        headers["content-length"] = str(len(response.body))
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else response.body})


def stopping() -> Retryable:
    return Retryable("stopping", "the receiver is stopping", "send again later")


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        if body := message["body"]:
            yield body
        if not message.get("more_body"):
            return
