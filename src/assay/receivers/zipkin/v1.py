"""Version 1 of Zipkin's format, in JSON: annotations tell the kind of a span, and one span may hold both halves of a call.

What an annotation means follows Zipkin's own converter (zipkin2.internal.V1SpanConverter).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from assay.core.signals import Signal
from assay.receivers.inspection import Format, Inspected
from assay.receivers.trace_request import Scalar
from assay.receivers.zipkin.convert import to_otlp
from assay.receivers.zipkin.span import (
    NOWHERE,
    Endpoint,
    ZipkinSpan,
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

_SIDES = {"cs": "CLIENT", "cr": "CLIENT", "sr": "SERVER", "ss": "SERVER", "ms": "PRODUCER", "mr": "CONSUMER"}
_ADDRESSES = ("ca", "sa", "ma")
_BEGINNINGS = {"CLIENT": ("cs",), "SERVER": ("sr",), "PRODUCER": ("ms",), "CONSUMER": ("wr", "mr")}
_ENDS = {"CLIENT": "cr", "SERVER": "ss", "PRODUCER": "ws", "CONSUMER": "mr"}
_SECOND = {"CLIENT": "", "SERVER": "CLIENT", "PRODUCER": "", "CONSUMER": "PRODUCER"}


class Annotation(NamedTuple):
    at: int
    value: str
    endpoint: Endpoint


@dataclass(slots=True)
class SpanV1:
    """A span as version 1 has it; `tags` are its binary annotations, each with the endpoint that has noted it."""

    trace_id: bytes
    id: bytes
    parent_id: bytes
    name: str
    timestamp: int
    duration: int
    annotations: list[Annotation]
    tags: list[tuple[str, Scalar, Endpoint]]


def read_json(_signal: Signal, body: bytes) -> Inspected:
    """Read the body of `POST /api/v1/spans` in JSON."""
    return to_otlp([half for index, span in enumerate(read_spans(body)) for half in split(_read_span(span, index))])


JSON_V1 = Format(read_json, 256 << 10)


def split(span: SpanV1) -> list[ZipkinSpan]:
    """Give the one or two spans of version 2 that a span of version 1 stands for."""
    core = {note.value: note for note in span.annotations if note.value in _SIDES or note.value in ("ws", "wr")}
    sides = list(dict.fromkeys(side for value, side in _SIDES.items() if value in core))
    halves = {side: _half(span, side, core, alone=len(sides) == 1) for side in sides}
    if not halves:
        halves[""] = ZipkinSpan(span.trace_id, span.id, span.parent_id, span.name, "", span.timestamp, span.duration)
    first = next(iter(halves.values()))

    def owner(endpoint: Endpoint) -> ZipkinSpan:
        if not first.local.service and not first.local.address:
            first.local = endpoint
        return next((half for half in halves.values() if half.local.service == endpoint.service), first)

    _annotate(span, core, owner)
    _tag(span, halves, owner)
    return list(halves.values())


def _half(span: SpanV1, side: str, core: dict[str, Annotation], *, alone: bool) -> ZipkinSpan:
    beginning = next((core[value] for value in _BEGINNINGS[side] if value in core), None)
    end = core.get(_ENDS[side])
    # The client owns the times of the span; the server does only if there are times and no client.
    shared = _SECOND[side] != "" and (not alone or (side == "SERVER" and not span.timestamp))
    start, duration = (0, 0) if shared else (span.timestamp, span.duration)
    if beginning is not None:
        start = start or beginning.at
        if end is not None and end.at > beginning.at:
            duration = duration or end.at - beginning.at
    endpoint = next(note.endpoint for value, note in core.items() if _SIDES.get(value) == side)
    return ZipkinSpan(span.trace_id, span.id, span.parent_id, span.name, side, start, duration, shared, endpoint)


def _annotate(span: SpanV1, core: dict[str, Annotation], owner: Callable[[Endpoint], ZipkinSpan]) -> None:
    for note in span.annotations:
        if note.value not in core:
            owner(note.endpoint).annotations.append((note.at, note.value))


def _tag(span: SpanV1, halves: dict[str, ZipkinSpan], owner: Callable[[Endpoint], ZipkinSpan]) -> None:
    for key, value, endpoint in span.tags:
        if key in _ADDRESSES:
            _address(halves, key, endpoint)
        elif key != "lc":
            owner(endpoint).tags[key] = value
        else:  # names the component that has made the span, mostly an empty name
            tags = owner(endpoint).tags
            if value:
                tags[key] = value


def _address(halves: dict[str, ZipkinSpan], key: str, endpoint: Endpoint) -> None:
    """Note the other party: `ca` is that of a server, `sa` that of a client, `ma` a broker."""
    for side in {"ca": ("SERVER",), "sa": ("CLIENT",), "ma": ("PRODUCER", "CONSUMER")}[key]:
        if side in halves:
            half = halves[side]
            # Finagle names the client after the server here.
            half.remote = endpoint._replace(service="") if endpoint.service == half.local.service else endpoint
    if "" in halves:
        half = halves[""]
        half.remote = endpoint
        half.kind = {"ca": "SERVER", "sa": "CLIENT", "ma": ""}[key]


def _read_span(span: dict[str, Any], index: int) -> SpanV1:
    get = span.get
    return SpanV1(
        read_id(get("traceId"), 16, index, "traceId"),
        read_id(get("id"), 8, index, "id"),
        read_parent(get("parentId"), index, "parentId"),
        read_text(get("name"), index, "name"),
        read_microseconds(get("timestamp"), index, "timestamp"),
        read_microseconds(get("duration"), index, "duration"),
        [
            Annotation(*_read_note(note, index, "annotations", place))
            for place, note in enumerate(read_list(get("annotations"), index, "annotations"))
        ],
        [
            _read_tag(tag, index, "binaryAnnotations", place)
            for place, tag in enumerate(read_list(get("binaryAnnotations"), index, "binaryAnnotations"))
        ],
    )


def _read_note(note: Any, *path: int | str) -> tuple[int, str, Endpoint]:
    get = read_object(note, *path).get
    return (
        read_microseconds(get("timestamp"), *path, "timestamp"),
        read_text(get("value"), *path, "value"),
        read_endpoint(get("endpoint"), *path, "endpoint"),
    )


def _read_tag(tag: Any, *path: int | str) -> tuple[str, Scalar, Endpoint]:
    get = read_object(tag, *path).get
    value = get("value")
    return (
        read_text(get("key"), *path, "key"),
        "" if value is None else read_value(value, *path, "value"),
        read_endpoint(get("endpoint"), *path, "endpoint") if get("endpoint") else NOWHERE,
    )
