from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assay.journal import record
from assay.journal.record import Envelope

DOCUMENT = Path(__file__).parents[2] / "docs/formats/journal.md"

uint64 = st.integers(0, 2**64 - 1)
counts = st.integers(1, 2**31)
sources = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Some real requests, some with fields that a later OTLP or somebody else has put in."""
    request: Message = ExportTraceServiceRequest()
    for name in draw(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), max_size=3)):
        request.resource_spans.add().scope_spans.add().spans.add(name=name)  # type: ignore[attr-defined]
    return request.SerializeToString() + draw(st.sampled_from([b"", *FOREIGN]))


def _field(number: int, wire_type: int, content: bytes) -> bytes:
    return record.varint(number << 3 | wire_type) + content


FOREIGN = [
    _field(record.BATCH, 0, b"\x63"),
    _field(record.BATCH, 2, b"\x02no"),
    _field(record.RECEIVED, 1, bytes(8)),
    _field(record.SOURCE, 2, b"\x04evil"),
    _field(record.SOURCE, 2, b"\x02\xff\xfe"),
    _field(record.PRINCIPAL, 2, b"\x05admin"),
    _field(record.ITEMS, 0, b"\x63"),
    _field(record.CHECKSUM, 5, b"\x00\x00\x00\x00"),
    _field(999, 3, b"") + _field(1, 0, b"\x01") + _field(999, 4, b""),
]


def _encode(request: bytes, batch: int = 1, received: int = 2, source: str = "otlp/grpc", items: int = 3) -> bytes:
    return b"".join(record.encode(request, batch, received, source, items))


@given(requests(), uint64, uint64, sources, counts)
@settings(deadline=None)
def test_envelope_reads_what_was_written(request: bytes, batch: int, received: int, source: str, items: int) -> None:
    """A record gives its envelope back, whatever the request holds: fields of the same numbers in it forge nothing."""
    content = _encode(request, batch, received, source, items)
    assert record.envelope(content) == Envelope(batch, received, source, "", items)
    assert record.end(content, 0) == len(content) <= record.largest_bytes(request, source)


@given(requests(), uint64, uint64, sources, counts)
@settings(deadline=None)
def test_record_stays_an_otlp_request(request: bytes, batch: int, received: int, source: str, items: int) -> None:
    """Without its length a record parses as the same OTLP request, and its envelope survives a rewriting by protobuf."""
    length, _, _ = record.encode(request, batch, received, source, items)
    content = _encode(request, batch, received, source, items)[len(length) :]
    parsed, sent = ExportTraceServiceRequest.FromString(content), ExportTraceServiceRequest.FromString(request)
    assert parsed.resource_spans == sent.resource_spans
    assert content.startswith(request)
    assert ExportTraceServiceRequest.FromString(parsed.SerializeToString()) == parsed != sent


@pytest.mark.parametrize("position", [0, 10, 45, 50])
def test_split_finds_the_very_next_record(position: int) -> None:
    """A damaged length that happens to lead to the end of a later record does not hide the records before it."""
    records = [_encode(b"x" * 6, received=place) for place in range(4)]
    segment = bytearray(b"".join(records))
    assert len(records[0]) == 50
    segment[position] ^= 49 ^ 99
    assert [sound for _, _, sound in record.split(bytes(segment))].count(False) == 1
    assert [sound for _, _, sound in record.split(bytes(segment))].count(True) == 3


@given(st.lists(requests(), max_size=5), st.data())
@settings(deadline=None)
def test_split_loses_one_record_to_one_wrong_byte(bodies: list[bytes], data: st.DataObject) -> None:
    """Whichever byte of a segment is changed, length prefixes included, all other records are still found."""
    records = [_encode(body, received=place) for place, body in enumerate(bodies)]
    segment = bytearray(b"".join(records))
    if segment:
        position = data.draw(st.integers(0, len(segment) - 1), label="position")
        segment[position] ^= data.draw(st.integers(1, 255), label="change")
    runs = list(record.split(bytes(segment)))
    assert [start for start, _, _ in runs] + [len(segment)] == [0] + [stop for _, stop, _ in runs]
    changed = [content for content in records if content not in [bytes(segment[a:b]) for a, b, _ in runs]]
    sound = [bytes(segment[start:stop]) for start, stop, is_sound in runs if is_sound]
    assert sound == [content for content in records if content not in changed]
    assert len(changed) == len(runs) - len(sound) == (1 if segment else 0)


@given(st.lists(requests(), min_size=1, max_size=4), st.data())
@settings(deadline=None)
def test_split_keeps_what_is_whole_before_a_cut(bodies: list[bytes], data: st.DataObject) -> None:
    """A segment cut anywhere gives the whole records before the cut, and the rest as one damaged run."""
    records = [_encode(body) for body in bodies]
    whole = b"".join(records)
    cut = data.draw(st.integers(0, len(whole)), label="cut")
    runs = list(record.split(whole[:cut]))
    ends = [sum(map(len, records[: place + 1])) for place in range(len(records))]
    assert [stop for _, stop, sound in runs if sound] == [stop for stop in ends if stop <= cut]
    assert sum(not sound for _, _, sound in runs) == (cut not in [0, *ends])


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_split_covers_any_bytes(data: bytes) -> None:
    """Bytes that never were a segment end as damaged runs without gap, and never as an error."""
    runs = list(record.split(data))
    assert b"".join(data[start:stop] for start, stop, _ in runs) == data
    assert record.envelope(data) is None


def test_format_document_shows_the_bytes_that_are_written() -> None:
    """The worked example in the format document is what the code writes for the values it names."""
    block = re.search(r"```hex\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert block
    shown = bytes.fromhex("".join(line.split("#")[0] for line in block[1].splitlines()))
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add(severity_text="INFO")
    assert shown == _encode(request.SerializeToString(), 300, 1_790_000_000_000_000_000, "otlp/http", 1)
