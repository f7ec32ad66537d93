"""Version 2 of Zipkin's format, in JSON and in protobuf."""

from __future__ import annotations

import ipaddress
from typing import Any

from assay.core.messages import define
from assay.core.signals import Signal
from assay.receivers.inspection import Format, Inspected, parse
from assay.receivers.trace_request import Scalar
from assay.receivers.zipkin.convert import to_otlp
from assay.receivers.zipkin.span import (
    NOWHERE,
    BadSpan,
    Endpoint,
    ZipkinSpan,
    fill_id,
    read_endpoint,
    read_id,
    read_list,
    read_microseconds,
    read_object,
    read_parent,
    read_spans,
    read_text,
    read_value,
)

_KINDS = ("", "CLIENT", "SERVER", "PRODUCER", "CONSUMER")
_SPANS = define(
    "zipkin.proto3",
    {
        "Endpoint": "1 string service_name, 2 bytes ipv4, 3 bytes ipv6, 4 int32 port",
        "Annotation": "1 fixed64 timestamp, 2 string value",
        "Tag": "1 string key, 2 string value",
        "Span": """1 bytes trace_id, 2 bytes parent_id, 3 bytes id, 4 int32 kind, 5 string name, 6 fixed64 timestamp,
            7 uint64 duration, 8 Endpoint local_endpoint, 9 Endpoint remote_endpoint, 10 Annotation* annotations, 11 Tag* tags,
            13 bool shared""",
        "ListOfSpans": "1 Span* spans",
    },
)["ListOfSpans"]


def read_json(_signal: Signal, body: bytes) -> Inspected:
    """Read the body of `POST /api/v2/spans` in JSON."""
    return to_otlp([_read_span(span, index) for index, span in enumerate(read_spans(body))])


def read_protobuf(_signal: Signal, body: bytes) -> Inspected:
    """Read the body of `POST /api/v2/spans` in protobuf: a `zipkin.proto3.ListOfSpans`."""
    return to_otlp([_read_message(span, index) for index, span in enumerate(parse(_SPANS, body).spans)])


JSON_V2 = Format(read_json, 256 << 10)
PROTOBUF_V2 = Format(read_protobuf, 64 << 10)


def _read_span(span: dict[str, Any], index: int) -> ZipkinSpan:
    get = span.get
    tags, annotations = get("tags"), get("annotations")
    return ZipkinSpan(
        read_id(get("traceId"), 16, index, "traceId"),
        read_id(get("id"), 8, index, "id"),
        read_parent(get("parentId"), index, "parentId"),
        read_text(get("name"), index, "name"),
        read_text(get("kind"), index, "kind").upper(),
        read_microseconds(get("timestamp"), index, "timestamp"),
        read_microseconds(get("duration"), index, "duration"),
        get("shared") is True,
        read_endpoint(get("localEndpoint"), index, "localEndpoint"),
        read_endpoint(get("remoteEndpoint"), index, "remoteEndpoint"),
        _read_annotations(read_list(annotations, index, "annotations"), index) if annotations is not None else [],
        _read_tags(read_object(tags, index, "tags"), index) if tags is not None else {},
    )


def _read_annotations(annotations: list[Any], index: int) -> list[tuple[int, str]]:
    found = []
    for place, annotation in enumerate(annotations):
        path = index, "annotations", place
        get = read_object(annotation, *path).get
        found.append((read_microseconds(get("timestamp"), *path, "timestamp"), read_text(get("value"), *path, "value")))
    return found


def _read_tags(tags: dict[str, Any], index: int) -> dict[str, Scalar]:
    return {key: read_value(value, index, "tags", key) for key, value in tags.items() if value is not None}


def _read_message(span: Any, index: int) -> ZipkinSpan:
    return ZipkinSpan(
        fill_id(span.trace_id, 16, index, "trace_id"),
        fill_id(span.id, 8, index, "id"),
        fill_id(span.parent_id, 8, index, "parent_id") if any(span.parent_id) else b"",
        span.name,
        _KINDS[span.kind] if 0 < span.kind < len(_KINDS) else "",
        read_microseconds(span.timestamp, index, "timestamp"),
        read_microseconds(span.duration, index, "duration"),
        span.shared,
        _read_address(span.local_endpoint, index) if span.HasField("local_endpoint") else NOWHERE,
        _read_address(span.remote_endpoint, index) if span.HasField("remote_endpoint") else NOWHERE,
        [(read_microseconds(found.timestamp, index, "annotations"), found.value) for found in span.annotations],
        {tag.key: tag.value for tag in span.tags},
    )


def _read_address(endpoint: Any, index: int) -> Endpoint:
    address = endpoint.ipv4 or endpoint.ipv6
    if len(address) not in (0, 4, 16):
        raise BadSpan((index,), "addresses of 4 or 16 bytes")
    return Endpoint(endpoint.service_name, str(ipaddress.ip_address(address)) if address else "", endpoint.port & 0xFFFF)
