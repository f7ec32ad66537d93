"""OTLP over HTTP, as protobuf: to a Collector, a vendor or another Assay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from assay.core import restore
from assay.core.signals import Signal
from assay.exporters import encoded_spans
from assay.exporters.destination import Destination, Outcome, Payload
from assay.exporters.http import HttpSender
from assay.exporters.page import Page, divide
from assay.exporters.settings import RemoteSettings

REQUESTS: dict[Signal, Any] = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
}
RESPONSES: dict[Signal, Any] = {
    Signal.TRACES: ExportTraceServiceResponse,
    Signal.METRICS: ExportMetricsServiceResponse,
    Signal.LOGS: ExportLogsServiceResponse,
}
_REJECTED = {Signal.TRACES: "rejected_spans", Signal.METRICS: "rejected_data_points", Signal.LOGS: "rejected_log_records"}


class OtlpHttpSettings(RemoteSettings):
    pass


class OtlpHttp(Destination[OtlpHttpSettings]):
    """POST `<endpoint>/v1/<signal>`."""

    settings = OtlpHttpSettings
    signals = (Signal.TRACES, Signal.METRICS, Signal.LOGS)

    def __init__(self, options: OtlpHttpSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._sender = HttpSender(options)
        self._url = f"{options.endpoint.rstrip('/')}/v1/{signal}"

    def encode(self, page: Page) -> Iterator[Payload]:
        return encode(page, self.directory)

    def send(self, payload: Payload) -> Outcome | None:
        answer = self._sender.post(self._url, payload.body, "application/x-protobuf")
        return read_response(self.signal, answer.content)

    def split(self, payload: Payload) -> list[Payload]:
        return split(self.signal, payload)

    def close(self) -> None:
        self._sender.close()


def encode(page: Page, directory: Path) -> Iterator[Payload]:
    """Yield requests with all that was sent to us, types of attributes included; `directory` gets the schema of spans."""
    if page.signal is Signal.METRICS:
        for table in page.sources:
            for rows in divide(page.restorable(table=table), page.items):
                yield Payload(restore.metrics({table: rows}).SerializeToString(), len(rows))
        return
    if page.signal is Signal.TRACES:
        schema = encoded_spans.place_schema(directory)
        yield from (Payload(body, items) for body, items in encoded_spans.requests(page, schema))
    build: Any = restore.traces if page.signal is Signal.TRACES else restore.logs
    condition = encoded_spans.NESTED if page.signal is Signal.TRACES else "1"
    for rows in divide(page.restorable(condition), page.items):
        yield Payload(build(rows).SerializeToString(), len(rows))


def read_response(signal: Signal, body: bytes) -> Outcome | None:
    """Return what a destination has taken only in part (OTLP, partial success); it must not be sent again."""
    try:
        partial = RESPONSES[signal].FromString(body).partial_success
    except DecodeError:
        return None
    rejected = getattr(partial, _REJECTED[signal])
    return Outcome(rejected, partial.error_message) if rejected else None


def split(signal: Signal, payload: Payload) -> list[Payload]:
    """Return the halves of a request: of its resources, or of the items of its only one."""
    request = REQUESTS[signal].FromString(payload.body)
    groups = getattr(request, f"resource_{'spans' if signal is Signal.TRACES else signal}")
    leaves = []
    for group in groups:
        name = next(field.name for field in group.DESCRIPTOR.fields if field.name.startswith("scope_"))
        for scope in getattr(group, name):
            leaf = next(field.name for field in scope.DESCRIPTOR.fields if field.name in ("spans", "metrics", "log_records"))
            leaves += [(group, name, scope, leaf, item) for item in getattr(scope, leaf)]
    if len(leaves) < 2:
        return []
    middle = len(leaves) // 2
    return [_assemble(signal, half) for half in (leaves[:middle], leaves[middle:])]


def _assemble(signal: Signal, leaves: list[Any]) -> Payload:
    request = REQUESTS[signal]()
    groups = getattr(request, f"resource_{'spans' if signal is Signal.TRACES else signal}")
    items = 0
    for group, scopes, scope, leaf, item in leaves:
        made = groups.add(schema_url=group.schema_url)
        made.resource.CopyFrom(group.resource)
        below = getattr(made, scopes).add(schema_url=scope.schema_url)
        below.scope.CopyFrom(scope.scope)
        getattr(below, leaf).add().CopyFrom(item)
        kind = item.WhichOneof("data") if leaf == "metrics" else None
        items += len(getattr(item, kind).data_points) if kind else 1
    return Payload(request.SerializeToString(), items)
