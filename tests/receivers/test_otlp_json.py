"""OTLP/JSON becomes the bytes of the same request in protobuf."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from tests.otlp_strategies import requests

from assay.core.errors import InvalidInput
from assay.core.signals import Signal
from assay.receivers.otlp import KINDS
from assay.receivers.otlp_json import InvalidField, to_protobuf

_IDS = ("traceId", "spanId", "parentSpanId")


def to_json(message: Message) -> Any:
    """Write OTLP/JSON as the specification says, by protobuf's own JSON writer and hex for ids."""

    def hex_ids(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: base64.b64decode(item).hex() if key in _IDS else hex_ids(item) for key, item in value.items()}
        return [hex_ids(item) for item in value] if isinstance(value, list) else value

    return hex_ids(json_format.MessageToDict(message, use_integers_for_enums=True))


def canonical(signal: Signal, request: bytes) -> bytes:
    return bytes(KINDS[signal].request.FromString(request).SerializeToString(deterministic=True))


@pytest.mark.parametrize("signal", list(Signal))
@given(data=st.data())
def test_any_request_is_the_same_in_both_encodings(signal: Signal, data: st.DataObject) -> None:
    """JSON of any request converts to the same bytes as its protobuf."""
    message = data.draw(requests[signal])
    converted = to_protobuf(KINDS[signal], orjson.dumps(to_json(message)))
    assert canonical(signal, converted) == message.SerializeToString(deterministic=True)


def spans(document: Any) -> Any:
    """Wrap one span, as JSON, in a request."""
    return orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [document]}]}]})


def read_span(document: Any) -> Any:
    request = KINDS[Signal.TRACES].request.FromString(to_protobuf(KINDS[Signal.TRACES], spans(document)))
    return request.resource_spans[0].scope_spans[0].spans[0]


def attribute(value: Any) -> Any:
    return read_span({"attributes": [{"key": "k", "value": value}]}).attributes[0].value


def test_ids_are_hex_of_either_case() -> None:
    """Trace and span ids are hexadecimal, not base64, and their case does not matter; empty is unset."""
    span = read_span({"traceId": "5B8EFFF798038103d269b633813fc60c", "spanId": "EEE19B7EC3C1B174", "parentSpanId": ""})
    assert span.trace_id == binascii.unhexlify("5b8efff798038103d269b633813fc60c")
    assert span.span_id == binascii.unhexlify("eee19b7ec3c1b174")
    assert span.parent_span_id == b""


def test_integers_may_be_strings_or_numbers() -> None:
    """64-bit integers are strings on the wire, and numbers are accepted, also with a zero fraction."""
    for number in (1_700_000_000_000_000_001, "1700000000000000001"):
        assert read_span({"startTimeUnixNano": number}).start_time_unix_nano == 1_700_000_000_000_000_001
    assert attribute({"intValue": "-9223372036854775808"}).int_value == -(1 << 63)
    assert attribute({"intValue": 5.0}).int_value == 5
    assert read_span({"startTimeUnixNano": str((1 << 64) - 1)}).start_time_unix_nano == (1 << 64) - 1


def test_enums_are_numbers_and_names_are_understood() -> None:
    """Numbers are what the specification asks for, known to us or not; a name we know has one meaning all the same."""
    assert read_span({"kind": 2}).kind == 2
    assert read_span({"kind": 77}).kind == 77
    assert read_span({"kind": "SPAN_KIND_SERVER"}).kind == 2


def test_null_is_the_default() -> None:
    """A null field is as if it were not there, of whatever kind, and chooses no member of a oneof."""
    span = read_span({"name": None, "traceId": None, "attributes": None, "status": None, "kind": None})
    assert span.ByteSize() == 0
    assert attribute({"stringValue": "a", "intValue": None}).string_value == "a"
    assert attribute({"stringValue": None}).WhichOneof("value") is None


def test_doubles_may_be_special() -> None:
    """NaN and the infinities are strings; integers and numbers in strings are doubles as well."""
    assert str(attribute({"doubleValue": "NaN"}).double_value) == "nan"
    assert attribute({"doubleValue": "-Infinity"}).double_value == float("-inf")
    assert attribute({"doubleValue": 3}).double_value == 3.0
    assert attribute({"doubleValue": "1.5e3"}).double_value == 1500.0


def test_bytes_are_base64_of_either_alphabet() -> None:
    """Byte values are base64, standard or URL-safe, padded or not."""
    for text in ("+/+/", "-_-_"):
        assert attribute({"bytesValue": text}).bytes_value == b"\xfb\xff\xbf"
    assert attribute({"bytesValue": "YQ"}).bytes_value == attribute({"bytesValue": "YQ=="}).bytes_value == b"a"


def test_deep_nesting_that_is_cut_off_is_no_json() -> None:
    """What the parser calls a lack of memory is a mistake of the sender where the body is small."""
    with pytest.raises(InvalidInput, match="cut off"):
        to_protobuf(KINDS[Signal.TRACES], b'{"resourceSpans":' + b"[" * 300)


def test_unknown_and_snake_case_keys_are_ignored() -> None:
    """Keys that are not lowerCamelCase names of fields mean nothing, whatever they hold."""
    span = read_span({"trace_id": "zz", "start_time_unix_nano": [], "futureField": {"a": [1]}, "name": "n"})
    assert (span.name, span.trace_id, span.start_time_unix_nano) == ("n", b"", 0)


@pytest.mark.parametrize(
    ("document", "path", "wanted"),
    [
        ({"traceId": "5b8efff798038103d269b633813fc60"}, "traceId", "32 hexadecimal digits"),
        ({"traceId": "W47/95gDgQPSabYzgT/GDA=="}, "traceId", "32 hexadecimal digits"),
        ({"spanId": "zzzzzzzzzzzzzzzz"}, "spanId", "16 hexadecimal digits"),
        ({"spanId": "ééééé" * 3 + "é"}, "spanId", "16 hexadecimal digits"),
        ({"links": [{}, {"spanId": 5}]}, "links[1].spanId", "16 hexadecimal digits"),
        ({"name": 5}, "name", "a string"),
        ({"attributes": {}}, "attributes", "an array"),
        ({"attributes": [None]}, "attributes[0]", "an object"),
        ({"attributes": [{"value": {"boolValue": "true"}}]}, "attributes[0].value.boolValue", "true or false"),
        ({"attributes": [{"value": {"doubleValue": "x"}}]}, "attributes[0].value.doubleValue", "a number"),
        ({"attributes": [{"value": {"bytesValue": "a*"}}]}, "attributes[0].value.bytesValue", "base64"),
        ({"attributes": [{"value": {"intValue": "1", "boolValue": True}}]}, "attributes[0].value.boolValue", "only one"),
        ({"startTimeUnixNano": -1}, "startTimeUnixNano", "from 0 to"),
        ({"startTimeUnixNano": 1e30}, "startTimeUnixNano", "from 0 to"),
        ({"startTimeUnixNano": True}, "startTimeUnixNano", "an integer"),
        ({"flags": 1.5}, "flags", "an integer"),
        ({"flags": " 1"}, "flags", "an integer"),
        ({"kind": "SERVER"}, "kind", "an integer"),
    ],
)
def test_a_value_that_does_not_fit_names_its_field(document: Any, path: str, wanted: str) -> None:
    """The error says where in the request the value stands and what was expected there."""
    with pytest.raises(InvalidField, match=wanted) as caught:
        to_protobuf(KINDS[Signal.TRACES], spans(document))
    assert caught.value.field == f"resourceSpans[0].scopeSpans[0].spans[0].{path}"
    assert caught.value.message.startswith(caught.value.field)


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":NaN}', b"\xff", b'"\\ud800"', b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """Broken, not UTF-8 or nested without end: refused, never a crash."""
    with pytest.raises(InvalidInput, match="no JSON"):
        to_protobuf(KINDS[Signal.TRACES], body)


def test_a_document_that_is_no_object_is_refused() -> None:
    """A request is an object."""
    for body in (b"[]", b"null", b"5", b'""'):
        with pytest.raises(InvalidInput, match="an object"):
            to_protobuf(KINDS[Signal.TRACES], body)


def test_nesting_has_the_same_limit_as_in_protobuf() -> None:
    """What protobuf could not read back is refused before, with the path; one level less is taken."""

    def nest(levels: int) -> Any:
        value: Any = {}
        for _ in range(levels):
            value = {"arrayValue": {"values": [value]}}
        return orjson.dumps({"resourceSpans": [{"resource": {"attributes": [{"key": "k", "value": value}]}}]})

    kind = KINDS[Signal.TRACES]
    kind.request.FromString(to_protobuf(kind, nest(48)))
    for levels in (49, 75):
        with pytest.raises(InvalidField, match="nested at most 100"):
            to_protobuf(kind, nest(levels))


def test_the_same_document_gives_the_same_bytes() -> None:
    """Conversion is deterministic, whatever the order of keys."""
    kind = KINDS[Signal.TRACES]
    one = spans({"name": "n", "kind": 2, "status": {"code": 1, "message": "m"}})
    other = spans({"status": {"message": "m", "code": 1}, "kind": "2", "name": "n"})
    assert to_protobuf(kind, one) == to_protobuf(kind, other)
