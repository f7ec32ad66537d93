"""A receiver of OTLP over gRPC and HTTP that keeps what it is sent."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from assay.core.addresses import free_port
from assay.demo.server import PORTS, Server, reachable
from assay.demo.services import Otlp

_REQUESTS: dict[str, Any] = {
    "/v1/traces": trace_service_pb2.ExportTraceServiceRequest,
    "/v1/metrics": metrics_service_pb2.ExportMetricsServiceRequest,
    "/v1/logs": logs_service_pb2.ExportLogsServiceRequest,
}
_ADD_SERVICES: list[Any] = [
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server,
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server,
    logs_service_pb2_grpc.add_LogsServiceServicer_to_server,
]


class Receiver:
    """Where the services of a test send to."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self._lock = threading.Lock()
        receiver = self

        class Servicer(
            trace_service_pb2_grpc.TraceServiceServicer,
            metrics_service_pb2_grpc.MetricsServiceServicer,
            logs_service_pb2_grpc.LogsServiceServicer,
        ):
            def Export(self, request: Message, context: grpc.ServicerContext) -> Message:  # noqa: N802 - named by gRPC
                receiver._keep(request)
                return type(request)()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver._keep(_REQUESTS[self.path].FromString(gzip.decompress(body)))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.grpc = grpc.server(ThreadPoolExecutor(4))
        for add in _ADD_SERVICES:
            add(Servicer(), self.grpc)
        port = self.grpc.add_insecure_port("127.0.0.1:0")
        self.otlp = Otlp(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{self.http.server_port}")

    def _keep(self, request: Message) -> None:
        with self._lock:
            self.requests.append(request)

    def spans(self) -> list[tuple[str, Any]]:
        """Return (service, span) for every span received."""
        return [
            (_attributes(resource.resource)["service.name"], span)
            for request in self.requests
            for resource in getattr(request, "resource_spans", [])
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def records(self) -> list[Any]:
        """Return every log record received."""
        return [
            record
            for request in self.requests
            for resource in getattr(request, "resource_logs", [])
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def metrics(self) -> list[Any]:
        """Return every metric received."""
        return [
            metric
            for request in self.requests
            for resource in getattr(request, "resource_metrics", [])
            for scope in resource.scope_metrics
            for metric in scope.metrics
        ]


def _attributes(resource: Any) -> dict[str, str]:
    return {each.key: each.value.string_value for each in resource.attributes}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.grpc.start()
    thread = threading.Thread(target=receiver.http.serve_forever)
    thread.start()
    yield receiver
    receiver.http.shutdown()
    thread.join()
    receiver.http.server_close()
    receiver.grpc.stop(None).wait()


@pytest.fixture(scope="session")
def ports() -> Iterator[None]:
    """Let everything in these tests that starts an Assay, or looks for one, use the same free ports."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ASSAY_")]:
            patch.delenv(name)
        for name in PORTS:
            patch.setenv(name, str(free_port()))
        yield


@pytest.fixture(scope="session")
def assay(ports: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real Assay, started as the demo starts it."""
    with reachable(tmp_path_factory.mktemp("assay")) as server:
        yield server
