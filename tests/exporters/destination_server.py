"""A destination for tests: a real OTLP/HTTP server that can be told how to answer."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc

from assay.exporters.otlp_http import REQUESTS


class Receiver:
    """What it has got, by signal, and the statuses with which it answers next; 200 when there are none."""

    def __init__(self) -> None:
        self.requests: dict[str, list[Any]] = {"traces": [], "metrics": [], "logs": []}
        self.statuses: list[int] = []
        self.refuse_always = 0
        self.headers: list[dict[str, str]] = []
        self.tried = threading.Event()
        self.url = ""

    def span_names(self) -> list[str]:
        return [
            span.name
            for request in self.requests["traces"]
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run one on a free port of loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["content-encoding"] == "gzip":
                body = gzip.decompress(body)
            signal = self.path.rpartition("/")[2]
            status = receiver.refuse_always or (receiver.statuses.pop(0) if receiver.statuses else 200)
            if status == 200:
                receiver.headers.append(dict(self.headers))
                receiver.requests[signal].append(REQUESTS[signal].FromString(body))  # type: ignore[index]
            receiver.tried.set()
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    with _serving(Handler) as receiver.url:
        yield receiver


@dataclass
class Asked:
    """A request; the names of its headers are in small letters, and its body is not compressed by gzip."""

    path: str
    headers: dict[str, str]
    body: bytes


class Answering:
    """Requests as they came, and how to answer: first with `statuses`, then as `reply` says; with the headers `answer`."""

    def __init__(self, answer: Mapping[str, str]) -> None:
        self.taken: list[Asked] = []
        self.statuses: list[int] = []
        self.answer = answer
        self.reply: Callable[[Asked], tuple[int, bytes]] = lambda _asked: (200, b"")
        self.url = ""


@contextmanager
def answering(answer: Mapping[str, str] | None = None, context: ssl.SSLContext | None = None) -> Iterator[Answering]:
    """Run a server for any protocol over HTTP on a free port of loopback; with `context` over TLS, under the name localhost."""
    told = Answering(answer or {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["content-encoding"] == "gzip":
                body = gzip.decompress(body)
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            status, text = (told.statuses.pop(0), b"") if told.statuses else told.reply(asked)
            if status < 300:
                told.taken.append(asked)
            self.send_response(status)
            for name, value in {**told.answer, "content-length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: Any) -> None:
            pass

    with _serving(Handler, context) as told.url:
        yield told


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        host = "https://localhost" if context else "http://127.0.0.1"
        yield f"{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def grpc_server(credentials: grpc.ServerCredentials) -> Iterator[tuple[str, list[bytes]]]:
    """Run the trace service of OTLP over TLS; give its address, under the name localhost, and the requests that it gets."""
    got: list[bytes] = []

    def export(request: bytes, _context: grpc.ServicerContext) -> bytes:
        got.append(request)
        return b""

    server = grpc.server(ThreadPoolExecutor(2))
    handlers: dict[str, Any] = {"Export": grpc.unary_unary_rpc_method_handler(export)}
    name = "opentelemetry.proto.collector.trace.v1.TraceService"
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    try:
        yield f"localhost:{port}", got
    finally:
        server.stop(0).wait()


class Silent:
    """A server that takes requests and never answers."""

    def __init__(self, listener: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._taken: list[socket.socket] = []

    def take(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                self._taken.append(listener.accept()[0])

    def arrived(self) -> int:
        """Return how many connections there have been."""
        return len(self._taken)

    def close(self) -> None:
        for connection in self._taken:
            connection.close()


@contextmanager
def hanging() -> Iterator[Silent]:
    """Run one that never answers on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = Silent(listener)
        thread = threading.Thread(target=silent.take, args=(listener,))
        thread.start()
        try:
            yield silent
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            silent.close()
