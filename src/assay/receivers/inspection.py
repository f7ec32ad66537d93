"""The one look that a request gets: is it OTLP, how many items does it hold, and what should its sender know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from assay.core.errors import InvalidInput, TooLarge
from assay.core.signals import Signal
from assay.receivers.otlp import KINDS
from assay.receivers.otlp_json import to_protobuf

_REASONS = {
    "UTF-8": ("a string in it is not UTF-8", "send binary values as bytes"),
    "MaxDepth": ("its values are nested more than 100 messages deep", "flatten them, or send them as one JSON string"),
    "": ("it is cut off or no protobuf of this kind", "check that it is whole and went to the address of its signal"),
}


MAX_ITEMS = 500_000
"""Items of one request. One takes a byte on the wire if it is empty, and hundreds of bytes as a row in memory."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A valid request in protobuf; `items` are spans, data points or log records; `warning` is for its sender, or empty."""

    request: bytes
    items: int
    warning: str


@dataclass(frozen=True, slots=True)
class Format:
    """A form that requests have on the wire.

    `read` is a function of a module, so that another process can be told to call it: it gives the request that a body of one
    signal stands for, and raises InvalidInput. Bodies over `large_bytes`, about 10 ms of work, are read in another process.
    """

    read: Callable[[Signal, bytes], Inspected]
    large_bytes: int


def inspect(signal: Signal, body: bytes, *, as_json: bool = False) -> Inspected:
    """Parse a request once: reject what is no OTLP, count its items, notice resources that nobody could find again.

    Raises:
        InvalidInput: the body is no request of this signal.
        TooLarge: it has more items than the store takes at once.
        MemoryError: there is not enough memory to find out.
    """
    kind = KINDS[signal]
    request = to_protobuf(kind, body) if as_json else body
    return inspect_message(signal, parse(kind.request, request), request)


def inspect_json(signal: Signal, body: bytes) -> Inspected:
    """Do what `inspect` does, for a request in JSON."""
    return inspect(signal, body, as_json=True)


OTLP = Format(inspect, 4 << 20)
OTLP_JSON = Format(inspect_json, 256 << 10)


def parse(kind: Any, body: bytes) -> Any:
    """Parse a message of the class `kind`; raises InvalidInput if it is none, or MemoryError."""
    try:
        return kind.FromString(body)
    except DecodeError as error:
        raise _bad_protobuf(kind.DESCRIPTOR.name, str(error)) from error


def inspect_message(signal: Signal, message: Any, request: bytes) -> Inspected:
    """Do what `inspect` does for a request that is parsed already; `request` is what it was parsed from or serialized to."""
    kind = KINDS[signal]
    items = total = nameless = 0
    for resource in kind.resources(message):
        found = kind.count(resource)
        if found:
            items += found
            total += 1
            nameless += not _has_service_name(resource)
    if items > MAX_ITEMS:
        raise TooLarge(
            "too_many_items", f"the request has {items:,} items; the limit is {MAX_ITEMS:,}", "send in smaller batches"
        )
    return Inspected(request, items, _warn(nameless, total) if nameless else "")


def _bad_protobuf(name: str, reason: str) -> InvalidInput:
    if "alloc" in reason or "memory" in reason:
        raise MemoryError(reason)
    message, hint = next(found for sign, found in _REASONS.items() if sign in reason)
    return InvalidInput("bad_protobuf", f"the body is no {name}: {message}", hint)


def _has_service_name(resource: Any) -> bool:
    return any(attribute.key == "service.name" for attribute in resource.resource.attributes)


def _warn(nameless: int, total: int) -> str:
    return (
        f"{nameless} of {total} resources have no service.name, so their telemetry is hard to find; "
        "set OTEL_SERVICE_NAME or the resource attribute service.name"
    )
