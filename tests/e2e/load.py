"""Senders that remember what was acknowledged."""

from __future__ import annotations

import itertools
import threading
import time

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_SPANS = 8


class Load:
    """Threads that send small requests over gRPC, each with span ids that are never used again.

    A refused or broken request is not repeated, so a span may be there at most once, and an acknowledged one exactly once.
    """

    def __init__(self, address: str, senders: int = 4) -> None:
        self.acknowledged: set[str] = set()
        self.failures: list[grpc.RpcError] = []
        self._address = address
        self._numbers = itertools.count(1)
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(senders)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        options = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200)]
        with grpc.insecure_channel(self._address, options=options) as channel:
            export: grpc.UnaryUnaryMultiCallable[ExportTraceServiceRequest, bytes] = channel.unary_unary(
                _EXPORT, request_serializer=ExportTraceServiceRequest.SerializeToString
            )
            while not self._stopping.is_set():
                request, ids = self._request()
                try:
                    export(request, timeout=10)
                except grpc.RpcError as error:
                    self.failures.append(error)
                    self._stopping.wait(0.02)
                else:
                    self.acknowledged |= ids

    def _request(self) -> tuple[ExportTraceServiceRequest, set[str]]:
        request = ExportTraceServiceRequest()
        resource = request.resource_spans.add()
        name = resource.resource.attributes.add(key="service.name")
        name.value.string_value = "load"
        spans = resource.scope_spans.add().spans
        now = time.time_ns()
        ids = set()
        for _ in range(_SPANS):
            span_id = next(self._numbers).to_bytes(8, "big")
            spans.add(
                trace_id=b"\1" * 16, span_id=span_id, name="work", start_time_unix_nano=now, end_time_unix_nano=now + 1000
            )
            ids.add(span_id.hex())
        return request, ids
