"""The one look that a request gets: is it OTLP, how many items does it hold, and what should its sender know."""

from __future__ import annotations

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


def inspect(signal: Signal, body: bytes, *, as_json: bool = False) -> Inspected:
    """Parse a request once: reject what is no OTLP, count its items, notice resources that nobody could find again.

    Raises:
        InvalidInput: the body is no request of this signal.
        TooLarge: it has more items than the store takes at once.
        MemoryError: there is not enough memory to find out.
    """
    kind = KINDS[signal]
    request = to_protobuf(kind, body) if as_json else body
    try:
        message = kind.request.FromString(request)
    except DecodeError as error:
        raise _bad_protobuf(kind.request.DESCRIPTOR.name, str(error)) from error
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
