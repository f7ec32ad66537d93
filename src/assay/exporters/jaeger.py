"""Jaeger: spans by OTLP, or by Thrift over HTTP to collectors that know nothing newer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
from thrift.transport.TTransport import TMemoryBuffer

from assay.core import jaeger_thrift as jaeger
from assay.core.signals import Signal
from assay.exporters.destination import Destination, Payload
from assay.exporters.http import HttpSender
from assay.exporters.otlp_grpc import OtlpGrpc
from assay.exporters.otlp_http import encode
from assay.exporters.page import Page, divide
from assay.exporters.settings import RemoteSettings

# A collector whose queue is full answers with 500.
_RETRYABLE = frozenset({429, 500, 502, 503, 504})
_KINDS = ("", "internal", "server", "client", "producer", "consumer")
_CODES = ("", "OK", "ERROR")
_ERROR = 2
_SAMPLED = 1


class Jaeger(OtlpGrpc):
    """Send OTLP over gRPC, spans only."""

    signals: ClassVar[tuple[Signal, ...]] = (Signal.TRACES,)


class JaegerThriftSettings(RemoteSettings):
    compression: Literal["none"] = "none"
    """Collectors do not unpack requests."""


class JaegerThrift(Destination[JaegerThriftSettings]):
    """POST `<endpoint>/api/traces`, a batch of Thrift's binary protocol for each resource."""

    settings = JaegerThriftSettings
    signals = (Signal.TRACES,)

    def __init__(self, options: JaegerThriftSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._sender = HttpSender(options, _RETRYABLE)
        self._url = f"{options.endpoint.rstrip('/')}/api/traces?format=jaeger.thrift"

    def encode(self, page: Page) -> Iterator[Payload]:
        resources: dict[bytes, tuple[Any, list[jaeger.Span]]] = {}
        for payload in encode(page, self.directory):
            for group in ExportTraceServiceRequest.FromString(payload.body).resource_spans:
                _, spans = resources.setdefault(group.resource.SerializeToString(), (group.resource, []))
                spans += (_span(span, scoped.scope) for scoped in group.scope_spans for span in scoped.spans)
        for resource, spans in resources.values():
            process = _process(resource)
            for part in divide(spans, page.items):
                yield _payload(process, list(part))

    def send(self, payload: Payload) -> None:
        self._sender.post(self._url, payload.body, "application/vnd.apache.thrift.binary")

    def split(self, payload: Payload) -> list[Payload]:
        batch = jaeger.Batch()
        batch.read(TBinaryProtocolAccelerated(TMemoryBuffer(payload.body)))
        spans: list[jaeger.Span] = batch.spans
        middle = len(spans) // 2
        process = batch.process
        return [_payload(process, half) for half in (spans[:middle], spans[middle:])] if middle else []

    def close(self) -> None:
        self._sender.close()


def _payload(process: jaeger.Process, spans: list[jaeger.Span]) -> Payload:
    buffer = TMemoryBuffer()
    jaeger.Batch(process=process, spans=spans).write(TBinaryProtocolAccelerated(buffer))
    return Payload(buffer.getvalue(), len(spans))


def _process(resource: Any) -> jaeger.Process:
    name = next((each.value.string_value for each in resource.attributes if each.key == "service.name"), "")
    return jaeger.Process(serviceName=name, tags=_tags(each for each in resource.attributes if each.key != "service.name"))


def _span(span: Any, scope: Any) -> jaeger.Span:
    high, low = _numbers(span.trace_id)
    return jaeger.Span(
        traceIdHigh=high,
        traceIdLow=low,
        spanId=_number(span.span_id),
        parentSpanId=_number(span.parent_span_id),
        operationName=span.name,
        references=[_reference(link) for link in span.links] or None,
        flags=_SAMPLED,
        startTime=span.start_time_unix_nano // 1000,
        duration=max(0, span.end_time_unix_nano - span.start_time_unix_nano) // 1000,
        tags=_tags(span.attributes) + list(_own_tags(span, scope)),
        logs=[_log(event) for event in span.events] or None,
    )


def _own_tags(span: Any, scope: Any) -> Iterator[jaeger.Tag]:
    """Yield what a span of Jaeger has no field for, by the names of OpenTelemetry's specification (sdk_exporters/jaeger.md)."""
    texts = {
        "span.kind": _KINDS[span.kind] if 0 <= span.kind < len(_KINDS) else "",
        "otel.status_code": _CODES[span.status.code] if 0 <= span.status.code < len(_CODES) else "",
        "otel.status_description": span.status.message,
        "otel.scope.name": scope.name,
        "otel.scope.version": scope.version,
        "w3c.tracestate": span.trace_state,
    }
    yield from (jaeger.Tag(key=key, vType=jaeger.STRING, vStr=text) for key, text in texts.items() if text)
    if span.status.code == _ERROR:
        yield jaeger.Tag(key="error", vType=jaeger.BOOL, vBool=True)


def _reference(link: Any) -> jaeger.SpanRef:
    high, low = _numbers(link.trace_id)
    return jaeger.SpanRef(refType=jaeger.FOLLOWS_FROM, traceIdHigh=high, traceIdLow=low, spanId=_number(link.span_id))


def _log(event: Any) -> jaeger.Log:
    name = [jaeger.Tag(key="event", vType=jaeger.STRING, vStr=event.name)] if event.name else []
    return jaeger.Log(timestamp=event.time_unix_nano // 1000, fields=name + _tags(event.attributes))


def _tags(attributes: Iterable[Any]) -> list[jaeger.Tag]:
    return [_tag(each.key, each.value) for each in attributes]


def _tag(key: str, value: Any) -> jaeger.Tag:
    match value.WhichOneof("value"):
        case "bool_value":
            return jaeger.Tag(key=key, vType=jaeger.BOOL, vBool=value.bool_value)
        case "int_value":
            return jaeger.Tag(key=key, vType=jaeger.LONG, vLong=value.int_value)
        case "double_value":
            return jaeger.Tag(key=key, vType=jaeger.DOUBLE, vDouble=value.double_value)
        case "bytes_value":
            return jaeger.Tag(key=key, vType=jaeger.BINARY, vBinary=value.bytes_value)
        case "array_value" | "kvlist_value":
            return jaeger.Tag(key=key, vType=jaeger.STRING, vStr=orjson.dumps(_plain(value)).decode())
    return jaeger.Tag(key=key, vType=jaeger.STRING, vStr=value.string_value)


def _plain(value: Any) -> Any:
    match kind := value.WhichOneof("value"):
        case "array_value":
            return [_plain(each) for each in value.array_value.values]
        case "kvlist_value":
            return {each.key: _plain(each.value) for each in value.kvlist_value.values}
        case "bytes_value":
            return value.bytes_value.hex()
    return getattr(value, kind) if kind else None


def _number(span_id: bytes) -> int:
    return int.from_bytes(span_id[-8:], signed=True)


def _numbers(trace_id: bytes) -> tuple[int, int]:
    return int.from_bytes(trace_id[-16:-8], signed=True), int.from_bytes(trace_id[-8:], signed=True)
