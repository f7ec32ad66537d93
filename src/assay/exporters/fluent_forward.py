"""Fluentd, Fluent Bit and whatever else speaks Fluentd's forward protocol (its specification, version 1)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgpack
import orjson
from pydantic import Field

from assay.core.errors import Misconfigured, Retryable
from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.destination import Destination, Payload
from assay.exporters.http import tls_context
from assay.exporters.page import Page, divide
from assay.exporters.settings import Secret, Settings, Tls

_STATEMENT = load("assay.exporters.statements", "encode_fluent")
_EVENT_TIME = 0
_LATEST = 2**32 - 1
_MOST_ANSWER_BYTES = 1 << 20


class FluentForwardSettings(Settings):
    endpoint: str = Field(pattern=r"^(tcp|tls)://[^/]+$")
    """Where to send to, such as tcp://fluentd.example.com:24224, or tls://… to encrypt."""
    tag: str = Field(default="assay", min_length=1)
    """Tag of all records, by which Fluentd routes."""
    shared_key: Secret = ""
    """Key that both sides know; without one there is no handshake."""
    username: Secret = ""
    """Name to log in with, if the server asks for one."""
    password: Secret = ""
    """Password of that name."""
    tls: Tls = Tls()
    """Certificates, with tls://."""
    compression: Literal["gzip", "none"] = "gzip"
    """How records are compressed."""
    timeout_seconds: float = Field(default=30, gt=0)
    """How long a connection, and the answer to each request, may take."""


class FluentForward(Destination[FluentForwardSettings]):
    """Send records in packed form, and wait for the acknowledgement of each request."""

    settings = FluentForwardSettings
    signals = (Signal.LOGS,)

    def __init__(self, options: FluentForwardSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._connection: _Connection | None = None
        self._context = tls_context(options.tls) if options.endpoint.startswith("tls:") else None

    def encode(self, page: Page) -> Iterator[Payload]:
        rows = page.read(_STATEMENT, "JSONCompactEachRow").splitlines()
        packer = msgpack.Packer(use_bin_type=True)
        for part in divide(rows, page.items):
            entries = []
            for seconds, nanoseconds, record in map(orjson.loads, part):
                time = min(max(seconds, 0), _LATEST).to_bytes(4) + nanoseconds.to_bytes(4)
                entries.append(packer.pack([msgpack.ExtType(_EVENT_TIME, time), orjson.loads(record)]))
            yield Payload(b"".join(entries), len(part))

    def send(self, payload: Payload) -> None:
        chunk = base64.b64encode(os.urandom(16)).decode()
        option: dict[str, Any] = {"size": payload.items, "chunk": chunk}
        entries = payload.body
        if self.options.compression == "gzip":
            entries, option["compressed"] = gzip.compress(entries, 1), "gzip"
        try:
            self._connection = self._connection or _Connection(self.options, self._context)
            self._connection.write([self.options.tag, entries, option])
            answer = self._connection.read()
        except (OSError, ValueError, msgpack.exceptions.UnpackException) as error:
            self.close()
            reason = str(error) or type(error).__name__
            raise Retryable(
                "destination_unavailable", f"{self.options.endpoint} does not acknowledge: {reason}", "is it running?"
            ) from error
        except Misconfigured:
            self.close()
            raise
        if not isinstance(answer, dict) or answer.get("ack") != chunk:
            self.close()
            raise Retryable("destination_unavailable", f"{self.options.endpoint} acknowledges something else: {answer!r:.200}")

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


class _Connection:
    """A connection that is kept; it is not usable after an error."""

    def __init__(self, options: FluentForwardSettings, context: ssl.SSLContext | None) -> None:
        """Connect, and shake hands if there is a shared key.

        Raises:
            Misconfigured: the server does not know us, or does not know the key.
            OSError: it is not there.
        """
        self._options = options
        address = urlsplit(options.endpoint)
        self._socket = socket.create_connection((address.hostname or "", address.port or 24224), options.timeout_seconds)
        self._unpacker = msgpack.Unpacker(raw=False, max_buffer_size=_MOST_ANSWER_BYTES)
        try:
            if context:
                self._socket = context.wrap_socket(self._socket, server_hostname=address.hostname)
            if options.shared_key:
                self._shake_hands()
        except BaseException:
            self.close()
            raise

    def write(self, message: Any) -> None:
        self._socket.sendall(msgpack.packb(message, use_bin_type=True))

    def read(self) -> Any:
        """Return the next message; raises OSError if there is none in time."""
        while True:
            for message in self._unpacker:
                return message
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("the connection was closed")
            self._unpacker.feed(data)

    def close(self) -> None:
        self._socket.close()

    def _shake_hands(self) -> None:
        name, helo = "assay", self.read()
        if not (isinstance(helo, list) and len(helo) > 1 and helo[0] == "HELO" and isinstance(helo[1], dict)):
            raise ValueError("no HELO comes; the server has no shared key")
        nonce, auth = _bytes(helo[1].get("nonce")), _bytes(helo[1].get("auth"))
        salt = os.urandom(16)
        password = _digest(auth, self._options.username.encode(), self._options.password.encode()) if auth else ""
        user = self._options.username if auth else ""
        self.write(["PING", name, salt, _digest(salt, name.encode(), nonce, self._options.shared_key.encode()), user, password])
        pong = self.read()
        if not (isinstance(pong, list) and len(pong) > 4 and pong[0] == "PONG"):
            raise ValueError("no PONG comes")
        if not pong[1]:
            raise self._denied(f"refuses us: {pong[2]}", "check shared_key, username and password")
        known = _digest(salt, str(pong[3]).encode(), nonce, self._options.shared_key.encode())
        if not hmac.compare_digest(known, str(pong[4])):
            raise self._denied("does not know the shared key", "is it the right server?")

    def _denied(self, what: str, hint: str) -> Misconfigured:
        return Misconfigured("destination_denies", f"{self._options.endpoint} {what}", hint)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value or "").encode()


def _digest(*parts: bytes) -> str:
    return hashlib.sha512(b"".join(parts)).hexdigest()
