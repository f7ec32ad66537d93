"""One record: an OTLP request with an envelope of extra protobuf fields, behind its length (docs/formats/journal.md)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from struct import Struct
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

BATCH, RECEIVED, SOURCE, PRINCIPAL, ITEMS, CHECKSUM = range(15001, 15007)

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LENGTH_BYTES = 5
"""Longest length prefix: 5 varint bytes hold 35 bits, more than the 2 GiB that a protobuf message may have."""
_CHECKSUM_BYTES = 7
_FIXED_ENVELOPE_BYTES = _LENGTH_BYTES + 13 + 11 + 13 + 4 + 13 + _CHECKSUM_BYTES
"""What a record takes at most beyond its request and the text of its source."""


def varint(value: int) -> bytes:
    """Encode a number that is not negative as protobuf does."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _tag(field: int, wire_type: int) -> bytes:
    return varint(field << 3 | wire_type)


_BATCH_TAG = _tag(BATCH, _VARINT)
_ITEMS_TAG = _tag(ITEMS, _VARINT)
_SOURCE_TAG = _tag(SOURCE, _BYTES)
# Written although it is empty: the last value of a field wins, so a request that brings this field along cannot forge it.
_NO_PRINCIPAL = _tag(PRINCIPAL, _BYTES) + varint(0)
_CHECKSUM_TAG = _tag(CHECKSUM, _FIXED32)
_RECEIVED = Struct(f"<{len(_tag(RECEIVED, _FIXED64))}sQ")
_RECEIVED_TAG = _tag(RECEIVED, _FIXED64)
_CHECKSUM = Struct(f"<{len(_CHECKSUM_TAG)}sI")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the journal notes of a request; times are nanoseconds since 1970, UTC."""

    batch: int
    received_unix_nano: int
    source: str
    principal: str
    items: int


def encode(request: bytes, batch: int, received_unix_nano: int, source: str, items: int) -> tuple[bytes, bytes, bytes]:
    """Return the pieces of a record in their order: length, the untouched request, envelope."""
    name = source.encode()
    envelope = b"".join(
        (
            _BATCH_TAG,
            varint(batch),
            _RECEIVED.pack(_RECEIVED_TAG, received_unix_nano),
            _SOURCE_TAG,
            varint(len(name)),
            name,
            _NO_PRINCIPAL,
            _ITEMS_TAG,
            varint(items),
        )
    )
    envelope += _CHECKSUM.pack(_CHECKSUM_TAG, zlib.crc32(envelope, zlib.crc32(request)))
    return varint(len(request) + len(envelope)), request, envelope


def largest_bytes(request: bytes, source: str) -> int:
    """Return a size that the record of `request` does not exceed."""
    return len(request) + 4 * len(source) + _FIXED_ENVELOPE_BYTES


def end(data: bytes, start: int) -> int | None:
    """Return where the record at `start` ends, or None if there is no whole record with a right checksum."""
    span = _body(data, start)
    if span is None:
        return None
    first, last = span
    tag, checksum = _CHECKSUM.unpack_from(data, last - _CHECKSUM_BYTES)
    if tag != _CHECKSUM_TAG or checksum != zlib.crc32(memoryview(data)[first : last - _CHECKSUM_BYTES]):
        return None
    return last


def envelope(record: bytes) -> Envelope | None:
    """Read the envelope of a record, given with its length; None if this is no record with a right checksum.

    The request before the envelope is not looked at, so it makes no difference what is in it.
    """
    position = len(record) if end(record, 0) == len(record) else -1
    # The tag may occur by chance in a value of the envelope too, but no whole envelope begins there.
    while (position := record.rfind(_BATCH_TAG, 0, max(position, 0))) >= 0:
        with suppress(DecodeError):
            fields = _ENVELOPE.FromString(record[position:])
            if fields.IsInitialized():
                return Envelope(fields.batch, fields.received_unix_nano, fields.source, fields.principal, fields.items)
    return None


def split(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """Divide a segment into (start, end, sound) runs without gap: a record with a right checksum, or damage.

    A damaged run goes up to the next place from which a sound record follows, so one rotten byte costs one record: the end of
    a checksum field tells where that is or, if that field is damaged, the length prefix does.
    """
    start = 0
    while start < len(data):
        stop = end(data, start)
        if stop is not None:
            yield start, stop, True
        else:
            stop = _resume(data, start)
            yield start, stop, False
        start = stop


def _body(data: bytes, start: int) -> tuple[int, int] | None:
    """Return where the message behind the length prefix begins and ends, if it is all there and has room for a checksum."""
    length = shift = 0
    for position in range(start, min(start + _LENGTH_BYTES, len(data))):
        byte = data[position]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            last = position + 1 + length
            return (position + 1, last) if length >= _CHECKSUM_BYTES and last <= len(data) else None
    return None


def _resume(data: bytes, start: int) -> int:
    """Return the first place behind a damaged start from which a sound record follows, else the end of the data."""
    span = _body(data, start)
    claimed = span[1] if span and end(data, span[1]) is not None else len(data)
    # A damaged length may lead to the end of a later record, so what comes before is looked at first.
    found = data.find(_CHECKSUM_TAG, start, claimed)
    while found >= 0:
        stop = found + _CHECKSUM_BYTES
        if stop < claimed and end(data, stop) is not None:
            return stop
        found = data.find(_CHECKSUM_TAG, found + 1, claimed)
    return claimed


def _envelope_class() -> Any:
    kinds = (
        ("batch", BATCH, FieldDescriptorProto.TYPE_UINT64),
        ("received_unix_nano", RECEIVED, FieldDescriptorProto.TYPE_FIXED64),
        ("source", SOURCE, FieldDescriptorProto.TYPE_STRING),
        ("principal", PRINCIPAL, FieldDescriptorProto.TYPE_STRING),
        ("items", ITEMS, FieldDescriptorProto.TYPE_UINT64),
        ("checksum", CHECKSUM, FieldDescriptorProto.TYPE_FIXED32),
    )
    file = FileDescriptorProto(name="assay/journal/envelope.proto", package="assay.journal", syntax="proto2")
    message = file.message_type.add(name="Envelope")
    for name, number, kind in kinds:
        message.field.add(name=name, number=number, type=kind, label=FieldDescriptorProto.LABEL_REQUIRED)
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("assay.journal.Envelope"))


_ENVELOPE = _envelope_class()
