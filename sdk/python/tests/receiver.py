"""A loopback OTLP/HTTP server that keeps what it is sent, so that tests see what a service really exports."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_REQUESTS: dict[str, Any] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}


def values(attributes: Any) -> dict[str, Any]:
    """Return OTLP attributes as a dict of Python values."""
    return {each.key: _value(each.value) for each in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, kind) if kind else None


@dataclass
class Item:
    """A span, log record or metric with the attributes of its resource."""

    resource: dict[str, Any]
    data: Any
    attributes: dict[str, Any] = field(default_factory=dict)


class Receiver:
    """What has arrived so far. `url` is the OTLP endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.Lock()
        self._requests: list[Any] = []

    def keep(self, request: Any) -> None:
        with self._lock:
            self._requests.append(request)

    def spans(self) -> list[Item]:
        return self._items("resource_spans", "scope_spans", "spans")

    def logs(self) -> list[Item]:
        return self._items("resource_logs", "scope_logs", "log_records")

    def metrics(self) -> list[Item]:
        return self._items("resource_metrics", "scope_metrics", "metrics")

    def _items(self, resources: str, scopes: str, items: str) -> list[Item]:
        with self._lock:
            requests = list(self._requests)
        return [
            Item(values(resource.resource.attributes), item, values(getattr(item, "attributes", ())))
            for request in requests
            for resource in getattr(request, resources, ())
            for scope in getattr(resource, scopes)
            for item in getattr(scope, items)
        ]

    def wait(self, condition: Callable[[], Any], seconds: float = 20) -> Any:
        """Return what `condition` gives as soon as that is true; AssertionError if it is not in time."""
        deadline = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < deadline, f"only these spans have come: {[each.data.name for each in self.spans()]}"
            time.sleep(0.02)
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            request = _REQUESTS[self.path]()
            request.ParseFromString(body)
            receiver.keep(request)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
