"""The one look at a request: valid or not, how many items, what to tell its sender."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.otlp_strategies import requests
from tests.receivers.conftest import trace_request

from assay.core.errors import InvalidInput, TooLarge
from assay.core.signals import Signal
from assay.receivers.inspection import MAX_ITEMS, inspect


@pytest.mark.parametrize("signal", list(Signal))
@given(data=st.data())
def test_any_valid_request_is_taken_as_it_is(signal: Signal, data: st.DataObject) -> None:
    """Nothing that OTLP allows is refused or rewritten."""
    body = data.draw(requests[signal]).SerializeToString()
    assert inspect(signal, body).request == body


@pytest.mark.parametrize("signal", list(Signal))
@given(body=st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(signal: Signal, body: bytes) -> None:
    """Any bytes are either a request or InvalidInput, in both encodings."""
    for as_json in (False, True):
        try:
            inspect(signal, body, as_json=as_json)
        except InvalidInput as error:
            assert error.hint


@pytest.mark.parametrize("signal", list(Signal))
@given(data=st.data())
def test_a_damaged_request_never_makes_it_fail_otherwise(signal: Signal, data: st.DataObject) -> None:
    """A request with one byte changed or cut off is taken or refused, never an unexpected error."""
    message: Message = data.draw(requests[signal])
    body = bytearray(message.SerializeToString())
    if body:
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] = data.draw(st.integers(0, 255))
        for damaged in (bytes(body), bytes(body[:place])):
            try:
                inspect(signal, damaged)
            except InvalidInput as error:
                assert error.code == "bad_protobuf"


def test_every_kind_of_metric_is_counted() -> None:
    """Items of metrics are data points, whatever their kind; a metric without data has none."""
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        getattr(metrics.add(), kind).data_points.add()
        getattr(metrics.add(), kind).data_points.add()
    metrics.add(name="none")
    assert inspect(Signal.METRICS, request.SerializeToString()).items == 10


def test_items_of_all_resources_and_scopes_are_counted() -> None:
    """A request may hold many resources; those without a name are told, unless they are empty."""
    request = ExportTraceServiceRequest.FromString(trace_request(3))
    request.MergeFromString(trace_request(4, service=None))
    request.resource_spans[0].scope_spans.add().spans.add()
    request.resource_spans.add()
    found = inspect(Signal.TRACES, request.SerializeToString())
    assert found.items == 8
    assert found.warning.startswith("1 of 2 resources have no service.name")
    assert inspect(Signal.TRACES, trace_request()).warning == ""


def nested(levels: int) -> bytes:
    """Build a request with one resource attribute of that many arrays within arrays."""
    request = ExportTraceServiceRequest()
    value = request.resource_spans.add().resource.attributes.add().value
    for _ in range(levels):
        value = value.array_value.values.add()
    return bytes(request.SerializeToString())


def test_values_nested_too_deeply_are_refused_with_the_reason() -> None:
    """One hundred nested messages are taken, as by every protobuf parser; more are refused, not crashed over."""
    assert inspect(Signal.TRACES, nested(48)).items == 0
    body = b""
    for _ in range(5000):
        body = _field(5, _field(1, body))
    deep = _field(1, _field(1, _field(1, _field(2, body))))
    for refused in (_field(1, _field(1, _field(1, _field(2, nested_value(49))))), deep):
        with pytest.raises(InvalidInput, match="nested more than 100"):
            inspect(Signal.TRACES, refused)


def nested_value(levels: int) -> bytes:
    body = b""
    for _ in range(levels):
        body = _field(5, _field(1, body))
    return body


def _field(number: int, content: bytes) -> bytes:
    length, size = len(content), b""
    while length > 127:
        size += bytes([length & 127 | 128])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def test_strings_that_are_not_utf8_are_refused_with_the_reason() -> None:
    """The specification wants UTF-8, and the sender learns that bytes have a place of their own."""
    with pytest.raises(InvalidInput, match=r"UTF-8.*bytes"):
        inspect(Signal.TRACES, trace_request(name="abcd").replace(b"abcd", b"ab\xff\xfe"))


def test_another_signals_request_is_refused_or_empty() -> None:
    """A request of the wrong signal is not counted as anything."""
    with pytest.raises(InvalidInput, match="address of its signal"):
        inspect(Signal.METRICS, trace_request())


@pytest.mark.parametrize(("items", "taken"), [(MAX_ITEMS, True), (MAX_ITEMS + 1, False)])
def test_more_items_than_the_store_takes_at_once_are_refused(items: int, taken: bool) -> None:
    """Empty spans are two bytes each: their number is limited, not only their size."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend([Span()] * items)
    if taken:
        assert inspect(Signal.TRACES, request.SerializeToString()).items == items
    else:
        with pytest.raises(TooLarge, match="500,001 items"):
            inspect(Signal.TRACES, request.SerializeToString())
