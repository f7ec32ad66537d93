"""Keep web pages of others away from an API that asks nobody for credentials.

A page can make a browser on this machine send requests to loopback. A name of the page's own that is made to point to
loopback (DNS rebinding) would make the answers readable to it; the browser then sends that name as `Host`. A request from
another origin carries `Origin`.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assay.api.errors import answer_error
from assay.core.errors import InvalidInput, TooLarge

_MAX_BODY_BYTES = 4 << 20

# Names that nobody can own in the public DNS: RFC 6761, RFC 6762, RFC 8375, and the names of services in Kubernetes.
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".svc")


class Forbidden(InvalidInput):
    """The request comes from where none may come from."""

    http_status = 403


class Guard:
    """Refuse requests that a page of another origin may have sent, and bodies that are larger than any question."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        """Let in what is addressed to loopback or to `host`, on which the server listens."""
        self._app = app
        self._host = host.strip("[]").lower()
        self._listens_wide = not _is_loopback(self._host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._check(headers):
            await answer_error(refusal)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                added["X-Content-Type-Options"] = "nosniff"
                added["Cross-Origin-Resource-Policy"] = "same-origin"
            await send(message)

        body = await _gather(receive)
        if body is None:
            too_large = TooLarge("body_too_large", "The body is larger than 4 MiB", "ask for less at once")
            await answer_error(too_large)(scope, receive, send)
            return

        async def receive_gathered() -> Message:
            nonlocal body
            if body is None:
                return await receive()
            gathered, body = body, None
            return {"type": "http.request", "body": gathered}

        await self._app(scope, receive_gathered, send_with_headers)

    def _check(self, headers: Headers) -> Forbidden | None:
        host = headers.get("host", "")
        name = _hostname(f"//{host}")
        if name is None or not self._is_ours(name):
            return Forbidden("host_forbidden", f"This server does not go by the name {host!r}", "use its address, or localhost")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return Forbidden(
                "origin_forbidden",
                f"Pages of {origin} may not ask here",
                "ask without a browser",
            )
        return None

    def _is_ours(self, name: str) -> bool:
        if name == self._host or _is_loopback(name):
            return True
        if not self._listens_wide:
            return False
        return "." not in name or _is_address(name) or name.endswith(_PRIVATE_SUFFIXES) or name == socket.getfqdn().lower()


async def _gather(receive: Receive) -> bytes | None:
    """Return the whole body, or None if it is over the limit."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > _MAX_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(chunks)


def _hostname(url: str) -> str | None:
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name.rstrip(".").lower() if name else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)
