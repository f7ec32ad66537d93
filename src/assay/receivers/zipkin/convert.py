"""Spans of Zipkin to OTLP.

The mapping is that of OpenTelemetry's specification for exporting to Zipkin (trace/sdk_exporters/zipkin.md), read backwards.
ADR 0024 says how the two halves of a shared span become two spans.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import orjson

from assay.receivers.inspection import Inspected
from assay.receivers.trace_request import Scalar, TraceRequest, fill, guess_type
from assay.receivers.zipkin.span import Endpoint, ZipkinSpan

_KINDS = {"": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
_CODES: dict[Scalar, int] = {"OK": 1, "ERROR": 2}
_DROPPED = {
    "otel.dropped_attributes_count": "dropped_attributes_count",
    "otel.dropped_events_count": "dropped_events_count",
    "otel.dropped_links_count": "dropped_links_count",
}
_MAX_UINT32 = (1 << 32) - 1
_MAX_NANOSECONDS = (1 << 64) - 1

Key = tuple[bytes, bytes]


def to_otlp(spans: list[ZipkinSpan]) -> Inspected:
    """Convert reports on spans to a request in OTLP. A span without any time gets the present one."""
    halves = _Halves(spans)
    request = TraceRequest()
    now_us = time.time_ns() // 1000
    for span in spans:
        _convert(span, request, halves, now_us)
    return request.inspect()


def derive_id(trace_id: bytes, span_id: bytes) -> bytes:
    """Give the id of the server's half of a shared span: the same in every report, whoever converts it."""
    return blake2b(trace_id + span_id, digest_size=8, person=b"zipkin-server").digest()


class _Halves:
    """The server's halves of shared spans in one request, by trace and id, with their services."""

    def __init__(self, spans: Iterable[ZipkinSpan]) -> None:
        self._services: dict[Key, str] = {}
        servers: list[ZipkinSpan] = []
        clients: set[Key] = set()
        for span in spans:
            if span.shared:
                self._services[span.trace_id, span.id] = span.local.service
            elif span.kind == "CLIENT":
                clients.add((span.trace_id, span.id))
            elif span.kind == "SERVER":
                servers.append(span)
        if clients:
            for span in servers:
                if (span.trace_id, span.id) in clients:
                    span.shared = True
                    self._services[span.trace_id, span.id] = span.local.service

    def ids(self, span: ZipkinSpan) -> tuple[bytes, bytes]:
        """Give the id and the parent that a span has in OTLP."""
        if span.shared:
            return derive_id(span.trace_id, span.id), span.id
        parent = span.parent_id if span.parent_id != span.id else b""
        if self._services and self._services.get((span.trace_id, parent)) == span.local.service:
            parent = derive_id(span.trace_id, parent)
        return span.id, parent


def _convert(span: ZipkinSpan, request: TraceRequest, halves: _Halves, now_us: int) -> None:
    attributes = _attributes(span)
    code, message = _status(attributes)
    dropped = {_DROPPED[key]: _count(attributes.pop(key)) for key in _DROPPED if key in attributes}
    resource = {"service.name": span.local.service} if span.local.service else {}
    new = request.add(resource, attributes)
    new.trace_id = span.trace_id
    new.span_id, new.parent_span_id = halves.ids(span)
    new.name = span.name
    new.kind = _KINDS.get(span.kind, 0)
    start = span.timestamp or min((at for at, _ in span.annotations if at), default=0) or now_us
    new.start_time_unix_nano = 1000 * start
    new.end_time_unix_nano = min(1000 * (start + span.duration), _MAX_NANOSECONDS)
    for name, count in dropped.items():
        setattr(new, name, count)
    if code:
        new.status.code, new.status.message = code, message
    for at, value in span.annotations:
        _add_event(new.events.add(time_unix_nano=1000 * at), value)


def _attributes(span: ZipkinSpan) -> dict[str, Scalar]:
    attributes: dict[str, Scalar] = {}
    _describe(attributes, span.remote, "service.peer.name", "network.peer.address", "network.peer.port")
    _describe(attributes, span.local, "", "network.local.address", "network.local.port")
    for key, value in span.tags.items():
        attributes[key] = guess_type(value) if type(value) is str else value
    return attributes


def _describe(attributes: dict[str, Scalar], endpoint: Endpoint, service: str, address: str, port: str) -> None:
    if service and endpoint.service:
        attributes[service] = endpoint.service
    if endpoint.address:
        attributes[address] = endpoint.address
    if endpoint.port:
        attributes[port] = endpoint.port


def _status(attributes: dict[str, Scalar]) -> tuple[int, str]:
    """Take the status out of the attributes: of OpenTelemetry's own if they are there, of Zipkin's `error` otherwise."""
    error = attributes.get("error")
    code = _CODES.get(attributes.get("otel.status_code", ""), 0)
    if code:
        del attributes["otel.status_code"]
    elif error is not None and error is not False:
        code = 2
    if code != 2:
        return code, ""
    told = attributes.pop("otel.status_description", None)
    attributes.pop("error", None)
    message = told or error
    return code, "" if message is None or message is True else str(message)


def _count(value: Scalar) -> int:
    return value if type(value) is int and 0 <= value <= _MAX_UINT32 else 0


def _add_event(event: Any, value: str) -> None:
    """Name an event after an annotation, and read those that OpenTelemetry has written: `{"name": {"key": "value"}}`."""
    event.name = value
    if value.startswith('{"'):
        try:
            [(name, attributes)] = orjson.loads(value).items()
            scalars = {key: told for key, told in attributes.items() if type(told) in (str, bool, int, float)}
            if len(scalars) == len(attributes):
                fill(event.attributes, scalars)
                event.name = name
        except (ValueError, AttributeError):
            pass
