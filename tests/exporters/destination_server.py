"""A destination for tests: a real OTLP/HTTP server that can be told how to answer."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
