"""Batches of Jaeger in each encoding."""

from __future__ import annotations

from typing import Any

from thrift.Thrift import TMessageType
from thrift.transport.TTransport import TMemoryBuffer

from assay.core.jaeger_thrift import Batch, Log, Process, Span, SpanRef, Tag
from assay.receivers.jaeger.batch import POST_SPANS, EmitBatch
from assay.receivers.thrift_reading import BINARY, COMPACT

START = 1_791_454_330_000_000
TRACE = bytes.fromhex("5982fe77008310cc80f1da5e10147519")
SPAN, PARENT, OTHER = (bytes.fromhex(text) for text in ("f7fae42571535f60", "90394f6bcffb5d13", "1111111111111111"))
_TYPES = {str: (0, "vStr"), float: (1, "vDouble"), bool: (2, "vBool"), int: (3, "vLong"), bytes: (4, "vBinary")}
_FIELDS = {str: (0, "v_str"), bool: (1, "v_bool"), int: (2, "v_int64"), float: (3, "v_float64"), bytes: (4, "v_binary")}

TAGS: dict[str, Any] = {"span.kind": "server", "http.status_code": 503, "error": True, "ratio": 0.5, "raw": b"\x00\xff"}
LOG: dict[str, Any] = {"event": "retried", "attempt": 2}


def thrift_tags(values: dict[str, Any]) -> list[Any]:
    return [Tag(key=key, vType=_TYPES[type(value)][0], **{_TYPES[type(value)][1]: value}) for key, value in values.items()]


def signed(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def thrift_span(**values: Any) -> Any:
    """Make a span in a trace of two, with a parent, a span it follows, tags and a log."""
    return Span(
        **{
            "traceIdHigh": signed(TRACE[:8]),
            "traceIdLow": signed(TRACE[8:]),
            "spanId": signed(SPAN),
            "parentSpanId": signed(PARENT),
            "operationName": "GET /orders",
            "references": [
                SpanRef(
                    refType=number,
                    traceIdHigh=signed(TRACE[:8]),
                    traceIdLow=signed(TRACE[8:]),
                    spanId=signed(span),
                )
                for number, span in enumerate((PARENT, OTHER))
            ],
            "flags": 3,
            "startTime": START,
            "duration": 9_000,
            "tags": thrift_tags(TAGS),
            "logs": [Log(timestamp=START + 10, fields=thrift_tags(LOG))],
            **values,
        },
    )


def thrift_batch(*spans: Any) -> Any:
    tags = thrift_tags({"hostname": "web-1", "service.version": "1.2"})
    return Batch(process=Process(serviceName="orders", tags=tags), spans=list(spans))


def encode(struct: Any, encoding: Any = BINARY) -> bytes:
    buffer = TMemoryBuffer()
    struct.write(encoding(buffer))
    return bytes(buffer.getvalue())


def call(made: Any, encoding: Any, method: str = "emitBatch") -> bytes:
    """Encode a call of a method of the agent with a batch."""
    buffer = TMemoryBuffer()
    protocol = encoding(buffer)
    protocol.writeMessageBegin(method, TMessageType.ONEWAY, 1)
    EmitBatch(batch=made).write(protocol)
    return bytes(buffer.getvalue())


def _values(tags: Any, values: dict[str, Any]) -> None:
    for key, value in values.items():
        kind, field = _FIELDS[type(value)]
        setattr(tags.add(key=key, v_type=kind), field, value)


def posted(start: int = START) -> bytes:
    """Make the same span as the others, in protobuf."""
    request = POST_SPANS()
    request.batch.process.service_name = "orders"
    _values(request.batch.process.tags, {"hostname": "web-1", "service.version": "1.2"})
    span = request.batch.spans.add(trace_id=TRACE, span_id=SPAN, operation_name="GET /orders", flags=3)
    for number, found in enumerate((PARENT, OTHER)):
        span.references.add(trace_id=TRACE, span_id=found, ref_type=number)
    span.start_time.seconds, span.start_time.nanos = start // 1_000_000, 1000 * (start % 1_000_000)
    span.duration.nanos = 9_000_000
    _values(span.tags, TAGS)
    log = span.logs.add()
    log.timestamp.seconds, log.timestamp.nanos = start // 1_000_000, 1000 * (start % 1_000_000) + 10_000
    _values(log.fields, LOG)
    return bytes(request.SerializeToString())


THRIFT_BATCHES = [encode(thrift_batch(thrift_span())), encode(thrift_batch(*(thrift_span(tags=None) for _ in range(5))))]
COMPACT_CALLS = [call(thrift_batch(thrift_span()), COMPACT)]
BINARY_CALLS = [call(thrift_batch(thrift_span()), BINARY)]
POSTED = [posted()]
