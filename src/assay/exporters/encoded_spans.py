"""Spans that the engine has written as protobuf, put together to requests; nothing is done per span."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import orjson
from google.protobuf.internal.decoder import _DecodeVarint32  # type: ignore[attr-defined]
from google.protobuf.internal.encoder import _VarintBytes  # type: ignore[attr-defined]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assay.core.restore.groups import Groups
from assay.core.statement import load
from assay.exporters.page import Page

NESTED = "assay_has_nested(SpanAttributeTypes, `Events.AttributeTypes`, `Links.AttributeTypes`)"
"""What the engine does not write: these spans are restored in Python."""

_STATEMENT = load("assay.exporters.statements", "encode_spans")
_SCHEMA = "spans.proto"
_COLUMNS = (
    "ResourceAttributes", "ResourceAttributeTypes", "ResourceDroppedAttributesCount", "ResourceSchemaUrl", "Overflow",
    "ScopeName", "ScopeVersion", "ScopeAttributes", "ScopeAttributeTypes", "ScopeDroppedAttributesCount", "ScopeSchemaUrl",
)  # fmt: skip


def place_schema(directory: Path) -> Path:
    """Put the protobuf schema where the engine can read it."""
    path = (directory / _SCHEMA).absolute()
    path.write_bytes((files("assay.exporters") / _SCHEMA).read_bytes())
    return path


def requests(page: Page, schema: Path) -> Iterator[tuple[bytes, int]]:
    """Yield requests of `page.items` spans and how many each has, in all what is not `NESTED`."""
    quoted = str(schema).replace("\\", "\\\\").replace("'", "\\'")
    data = page.read(f"{_STATEMENT.text}, format_schema = '{quoted}:Part'", "Protobuf")
    for _, parts in groupby(_parts(data), key=lambda part: part[0]):
        body, items = b"", 0
        for _, count, place, spans in parts:
            body += _group(place, spans)
            items += count
        yield body, items


def _parts(data: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Yield number of the request, count, place and the serialized spans of each part."""
    at = 0
    while at < len(data):
        size, at = _DecodeVarint32(data, at)
        end = at + size
        # The head is field 1 and comes first.
        length, start = _DecodeVarint32(data, at + 1)
        number, count, place = data[start : start + length].split(b" ", 2)
        yield int(number), int(count), place, data[start + length : end]
        at = end


def _group(place: bytes, spans: bytes) -> bytes:
    """Return the field `resource_spans` of a request."""
    made = ExportTraceServiceRequest()
    Groups(made.resource_spans, "scope_spans").scope(dict(zip(_COLUMNS, orjson.loads(place), strict=True)))
    group = made.resource_spans[0]
    scope = group.scope_spans[0].SerializeToString() + spans
    del group.scope_spans[:]
    # Pieces of a message that follow each other are one message.
    body = group.SerializeToString() + b"\x12" + _VarintBytes(len(scope)) + scope
    return bytes(b"\x0a" + _VarintBytes(len(body)) + body)
