"""What batches of Jaeger become in OTLP, in whatever encoding they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.receivers.conftest import read
from tests.receivers.jaeger import samples
from tests.receivers.jaeger.samples import OTHER, PARENT, SPAN, START, TRACE, call, encode, thrift_batch, thrift_span

from assay.core.errors import InvalidInput
from assay.core.jaeger_thrift import Batch, Log
from assay.core.signals import Signal
from assay.receivers.inspection import Format
from assay.receivers.jaeger.batch import BINARY_DATAGRAM, COMPACT_DATAGRAM, PROTOBUF, THRIFT
from assay.receivers.thrift_reading import BINARY, COMPACT, read_struct

FORMS: dict[str, tuple[Format, bytes]] = {
    "thrift over HTTP": (THRIFT, samples.THRIFT_BATCHES[0]),
    "compact datagram": (COMPACT_DATAGRAM, samples.COMPACT_CALLS[0]),
    "binary datagram": (BINARY_DATAGRAM, samples.BINARY_CALLS[0]),
    "protobuf over gRPC": (PROTOBUF, samples.POSTED[0]),
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
int64 = st.integers(-(2**63), 2**63 - 1)
values = st.one_of(texts, st.booleans(), int64, st.floats(allow_nan=False), st.binary(max_size=8))
MEANT = {"error", "span.kind", "w3c.tracestate"}
tags = st.dictionaries(texts.filter(lambda key: key not in MEANT and not key.startswith("otel.")), values, max_size=4)


def convert(body: bytes, form: Format = THRIFT) -> list[tuple[dict[str, Any], Any]]:
    """Give each span in OTLP, with the attributes of its resource."""
    request = ExportTraceServiceRequest.FromString(form.read(Signal.TRACES, body).request)
    return [
        (read(group.resource.attributes), span)
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
    ]


@pytest.mark.parametrize("name", FORMS)
def test_every_encoding_gives_the_same_span(name: str) -> None:
    """Ids, parent, links, times, kind, status, typed tags, logs and the process arrive, whatever way they come."""
    form, body = FORMS[name]
    [(resource, span)] = convert(body, form)
    assert resource == {"service.name": "orders", "host.name": "web-1", "service.version": "1.2"}
    assert (span.trace_id, span.span_id, span.parent_span_id) == (TRACE, SPAN, PARENT)
    assert (span.name, span.kind, span.status.code, span.flags) == ("GET /orders", 2, 2, 1)
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (1000 * START, 1000 * START + 9_000_000)
    assert read(span.attributes) == {"http.status_code": 503, "ratio": 0.5, "raw": b"\x00\xff"}
    [link] = span.links
    assert (link.trace_id, link.span_id, read(link.attributes)) == (TRACE, OTHER, {"opentracing.ref_type": "follows_from"})
    [event] = span.events
    assert (event.name, event.time_unix_nano, read(event.attributes)) == ("retried", 1000 * START + 10_000, {"attempt": 2})


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**53), st.integers(0, 2**53), texts, tags, st.sampled_from([BINARY, COMPACT]))
def test_nothing_of_a_span_is_lost(  # noqa: PLR0917 - what a span has
    span_id: int, start: int, duration: int, name: str, given_tags: dict[str, Any], encoding: Any
) -> None:
    """Any id, time, name and tag of any type is found again, in either encoding of Thrift."""
    span = thrift_span(
        spanId=int.from_bytes(span_id.to_bytes(8, "big"), "big", signed=True),
        startTime=start,
        duration=duration,
        operationName=name,
        tags=samples.thrift_tags(given_tags),
    )
    form = BINARY_DATAGRAM if encoding is BINARY else COMPACT_DATAGRAM
    [(resource, found)] = convert(call(thrift_batch(span), encoding), form)
    assert int.from_bytes(found.span_id, "big") == span_id
    assert (found.start_time_unix_nano, found.end_time_unix_nano) == (1000 * start, 1000 * (start + duration))
    kept = {**resource, **read(found.attributes)}
    assert (found.name, {key: kept.get(key) for key in given_tags}) == (name, given_tags)


@pytest.mark.parametrize(
    ("given_tags", "kind", "code", "message", "left"),
    [
        ({"span.kind": "client"}, 3, 0, "", {}),
        ({"error": True}, 0, 2, "", {}),
        ({"error": "true"}, 0, 2, "", {}),
        ({"error": False}, 0, 0, "", {"error": False}),
        ({"otel.status_code": "ERROR", "otel.status_description": "broken", "error": True}, 0, 2, "broken", {}),
        ({"otel.status_code": "OK"}, 0, 1, "", {}),
    ],
)
def test_tags_with_a_meaning_become_fields(
    given_tags: dict[str, Any], kind: int, code: int, message: str, left: dict[str, Any]
) -> None:
    """Kind and status are tags in Jaeger and fields in OTLP, and are not kept as attributes as well."""
    [(_, span)] = convert(encode(thrift_batch(thrift_span(tags=samples.thrift_tags(given_tags)))))
    assert (span.kind, span.status.code, span.status.message, read(span.attributes)) == (kind, code, message, left)


def test_scope_and_trace_state_become_fields() -> None:
    """What OpenTelemetry's exporters for Jaeger put into tags goes back to where it was."""
    given_tags = samples.thrift_tags({"otel.scope.name": "shop.tracing", "otel.scope.version": "1.2", "w3c.tracestate": "a=b"})
    found = THRIFT.read(Signal.TRACES, encode(thrift_batch(thrift_span(tags=given_tags))))
    [scope] = ExportTraceServiceRequest.FromString(found.request).resource_spans[0].scope_spans
    assert (scope.scope.name, scope.scope.version) == ("shop.tracing", "1.2")
    assert (scope.spans[0].trace_state, list(scope.spans[0].attributes)) == ("a=b", [])


def test_attributes_of_a_resource_go_there() -> None:
    """Exporters that know no process repeat its attributes on every span; what contradicts the process stays."""
    given = {"deployment.environment": "test", "service.name": "orders", "service.version": "2", "rows": 1}
    given_tags = samples.thrift_tags(given)
    [(resource, span)] = convert(encode(thrift_batch(thrift_span(tags=given_tags))))
    assert (resource["deployment.environment"], resource["service.version"]) == ("test", "1.2")
    assert read(span.attributes) == {"rows": 1, "service.version": "2"}


def test_errors_in_logs_become_exceptions() -> None:
    """OpenTracing's way to log an error is OpenTelemetry's event of an exception; a log without a name is a log."""
    error = {"event": "error", "error.kind": "ValueError", "message": "no", "stack": "line 1"}
    logs = [Log(timestamp=START, fields=samples.thrift_tags(fields)) for fields in (error, {"message": "hello"})]
    [(_, span)] = convert(encode(thrift_batch(thrift_span(logs=logs))))
    exception, other = span.events
    assert (exception.name, other.name) == ("exception", "log")
    wanted = {"exception.type": "ValueError", "exception.message": "no", "exception.stacktrace": "line 1"}
    assert read(exception.attributes) == wanted


def test_a_parent_may_be_told_by_a_reference_alone() -> None:
    """Without a parent's id it is the reference in the same trace; one in another trace is a link."""
    [(_, span)] = convert(encode(thrift_batch(thrift_span(parentSpanId=0))))
    assert (span.parent_span_id, len(span.links)) == (PARENT, 1)
    [(_, span)] = convert(encode(thrift_batch(thrift_span(parentSpanId=0, traceIdHigh=0))))
    assert (span.parent_span_id, len(span.links)) == (b"", 2)


def test_clocks_that_go_backwards_are_borne() -> None:
    """A negative duration becomes none, and a time before 1970 becomes 1970."""
    [(_, span)] = convert(encode(thrift_batch(thrift_span(duration=-5))))
    assert span.end_time_unix_nano == span.start_time_unix_nano == 1000 * START
    [(_, span)] = convert(encode(thrift_batch(thrift_span(startTime=-5, duration=2**62))))
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (0, 2**64 - 1)


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", THRIFT),
        (samples.THRIFT_BATCHES[0][:-40], THRIFT),
        (b"\x00", THRIFT),
        (b"\xff" * 100, COMPACT_DATAGRAM),
        (samples.BINARY_CALLS[0], COMPACT_DATAGRAM),
        (samples.COMPACT_CALLS[0], BINARY_DATAGRAM),
        (call(thrift_batch(), COMPACT, "emitZipkinBatch"), COMPACT_DATAGRAM),
        (call(None, COMPACT), COMPACT_DATAGRAM),
        (b"\xff", PROTOBUF),
    ],
)
def test_what_is_no_batch_is_refused(body: bytes, form: Format) -> None:
    """Garbage, what is cut off, other calls and the other encoding are mistakes of the sender."""
    with pytest.raises(InvalidInput):
        form.read(Signal.TRACES, body)


@pytest.mark.parametrize(("encoding", "level"), [(BINARY, b"\x0c\x00\x63"), (COMPACT, b"\x1c")])
def test_hostile_nesting_is_refused(encoding: Any, level: bytes) -> None:
    """Millions of nested structs end at a limit, not at the end of the stack; a list of billions is not believed."""
    read_as: Callable[[bytes], Any] = lambda body: read_struct(Batch, body, encoding)  # noqa: E731 - in one word below
    for body in (
        level * 2_000_000,
        b"\x0f\x00\x63\x01\x7f\xff\xff\xff",
        b"\x19\xf0\xff\xff\xff\xff\x07",
        b"\x0f\x00\x02\x0c\x7f\xff\xff\xff",
    ):
        with pytest.raises(InvalidInput):
            read_as(body)
