"""Batches of Jaeger in Thrift (jaeger.thrift, agent.thrift) and in protobuf (jaeger.api_v2)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from thrift.Thrift import TType

from assay.core.errors import InvalidInput
from assay.core.jaeger_thrift import Batch, Struct
from assay.core.messages import define
from assay.core.signals import Signal
from assay.receivers.inspection import Format, Inspected, parse
from assay.receivers.jaeger.convert import Reference, Tags, add_span, resource_of
from assay.receivers.thrift_reading import BINARY, COMPACT, read_call, read_struct
from assay.receivers.trace_request import Scalar, TraceRequest

_LARGE_BYTES = 64 << 10
_SAMPLED = 1
_MASK = (1 << 64) - 1


class EmitBatch(Struct):
    """The arguments of the agent's method `emitBatch`."""

    thrift_spec = (None, (1, TType.STRUCT, "batch", [Batch, Batch.thrift_spec], None))


_MEMBERS = ("vStr", "vDouble", "vBool", "vLong", "vBinary")

POST_SPANS = define(
    "jaeger.api_v2",
    {
        "Moment": "1 int64 seconds, 2 int32 nanos",
        "KeyValue": """1 string key, 2 int32 v_type, 3 string v_str, 4 bool v_bool, 5 int64 v_int64, 6 double v_float64,
            7 bytes v_binary""",
        "Log": "1 Moment timestamp, 2 KeyValue* fields",
        "SpanRef": "1 bytes trace_id, 2 bytes span_id, 3 int32 ref_type",
        "Process": "1 string service_name, 2 KeyValue* tags",
        "Span": """1 bytes trace_id, 2 bytes span_id, 3 string operation_name, 4 SpanRef* references, 5 uint32 flags,
            6 Moment start_time, 7 Moment duration, 8 KeyValue* tags, 9 Log* logs, 10 Process process""",
        "Batch": "1 Span* spans, 2 Process process",
        "PostSpansRequest": "1 Batch batch",
    },
)["PostSpansRequest"]
_FIELDS = ("v_str", "v_bool", "v_int64", "v_float64", "v_binary")


def read_batch(_signal: Signal, body: bytes) -> Inspected:
    """Read the body of `POST /api/traces`: a `Batch` in Thrift's binary encoding."""
    return _convert(read_struct(Batch, body, BINARY))


def read_datagram(encoding: Any, _signal: Signal, body: bytes) -> Inspected:
    """Read a datagram for an agent: a call of `emitBatch`."""
    return _convert(read_call({"emitBatch": EmitBatch}, body, encoding).batch)


def read_posted(_signal: Signal, body: bytes) -> Inspected:
    """Read what `CollectorService/PostSpans` gets."""
    batch = parse(POST_SPANS, body).batch
    request = TraceRequest()
    shared = _process(batch.process)
    for span in batch.spans:
        start = _nanoseconds(span.start_time)
        add_span(
            request,
            _process(span.process) if span.HasField("process") else shared,
            _fill(span.trace_id, 16),
            _fill(span.span_id, 8),
            b"",
            span.operation_name,
            bool(span.flags & _SAMPLED),
            start,
            start + _nanoseconds(span.duration),
            _values(span.tags),
            [Reference(found.ref_type, _fill(found.trace_id, 16), _fill(found.span_id, 8)) for found in span.references],
            [(_nanoseconds(log.timestamp), _values(log.fields)) for log in span.logs],
        )
    return request.inspect()


THRIFT = Format(read_batch, _LARGE_BYTES)
PROTOBUF = Format(read_posted, _LARGE_BYTES)
COMPACT_DATAGRAM = Format(partial(read_datagram, COMPACT), _LARGE_BYTES)
BINARY_DATAGRAM = Format(partial(read_datagram, BINARY), _LARGE_BYTES)


def _convert(batch: Any) -> Inspected:
    if batch is None or batch.process is None:
        raise InvalidInput("bad_jaeger", "the message holds no batch of spans with their process", "check what sends it")
    request = TraceRequest()
    resource = resource_of(batch.process.serviceName or "", _tags(batch.process.tags))
    for span in batch.spans or ():
        start = span.startTime or 0
        add_span(
            request,
            resource,
            _id(span.traceIdHigh) + _id(span.traceIdLow),
            _id(span.spanId),
            _id(span.parentSpanId) if span.parentSpanId else b"",
            span.operationName or "",
            bool((span.flags or 0) & _SAMPLED),
            1000 * start,
            1000 * (start + (span.duration or 0)),
            _tags(span.tags),
            [
                Reference(found.refType or 0, _id(found.traceIdHigh) + _id(found.traceIdLow), _id(found.spanId))
                for found in span.references or ()
            ],
            [(1000 * (log.timestamp or 0), _tags(log.fields)) for log in span.logs or ()],
        )
    return request.inspect()


def _id(number: int | None) -> bytes:
    return ((number or 0) & _MASK).to_bytes(8, "big")


def _tags(tags: Iterable[Any] | None) -> Tags:
    found: Tags = {}
    for tag in tags or ():
        kind = tag.vType or 0
        value: Scalar | None = getattr(tag, _MEMBERS[kind]) if 0 <= kind < len(_MEMBERS) else None
        if value is not None:
            found[tag.key or ""] = value
    return found


def _process(process: Any) -> Tags:
    return resource_of(process.service_name, _values(process.tags))


def _values(tags: Iterable[Any]) -> Tags:
    return {tag.key: getattr(tag, _FIELDS[tag.v_type]) for tag in tags if 0 <= tag.v_type < len(_FIELDS)}


def _nanoseconds(moment: Any) -> int:
    return 1_000_000_000 * int(moment.seconds) + int(moment.nanos)


def _fill(value: bytes, length: int) -> bytes:
    if len(value) > length:
        raise InvalidInput("bad_jaeger", f"an id has {len(value)} bytes instead of {length}", "check what sends it")
    return value.rjust(length, b"\0")
