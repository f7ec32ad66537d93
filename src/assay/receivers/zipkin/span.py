"""A span of Zipkin's model, version 2, whatever it was encoded in."""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from assay.core.errors import InvalidInput
from assay.receivers.json_body import parse_json
from assay.receivers.trace_request import Scalar

Path: TypeAlias = tuple[int | str, ...]

_MAX_MICROSECONDS = ((1 << 64) - 1) // 1000


class Endpoint(NamedTuple):
    """A party of a call: the name of its service, its IP address and port, each of which may be unknown."""

    service: str = ""
    address: str = ""
    port: int = 0


NOWHERE = Endpoint()


@dataclass(slots=True)
class ZipkinSpan:
    """One report on a span. Times are microseconds, 0 if they are not known; a `shared` one is the second report on its id."""

    trace_id: bytes
    id: bytes
    parent_id: bytes
    name: str
    kind: str = ""
    timestamp: int = 0
    duration: int = 0
    shared: bool = False
    local: Endpoint = NOWHERE
    remote: Endpoint = NOWHERE
    annotations: list[tuple[int, str]] = field(default_factory=list)
    tags: dict[str, Scalar] = field(default_factory=dict)


class BadSpan(InvalidInput):
    """A part of a request is not as Zipkin's model says; `field` is its path, such as `[0].traceId`."""

    def __init__(self, path: Path, wanted: str) -> None:
        where = "".join(f"[{step}]" if type(step) is int else f".{step}" for step in path).lstrip(".")
        super().__init__("bad_zipkin", f"{where or 'the body'}: expected {wanted}", "see the Zipkin API")
        self.field = where


def read_id(value: Any, length: int, *path: int | str) -> bytes:
    """Read an id in hexadecimal; one that is shorter than `length` bytes is filled up with zeros, as Zipkin does."""
    if type(value) is str and 0 < len(value) <= 2 * length:
        try:
            found = binascii.unhexlify(value.zfill(2 * length))
        except ValueError:
            found = b""
        if any(found):
            return found
    raise BadSpan(path, f"1 to {2 * length} hexadecimal digits, not all of them 0")


def read_parent(value: Any, *path: int | str) -> bytes:
    """Read the id of a parent; none is absent, empty or 0."""
    if value is None or (type(value) is str and not value.strip("0")):
        return b""
    return read_id(value, 8, *path)


def fill_id(value: bytes, length: int, *path: int | str) -> bytes:
    """Read an id in bytes; one that is shorter than `length` is filled up with zeros."""
    if len(value) <= length and any(value):
        return value.rjust(length, b"\0")
    raise BadSpan(path, f"up to {length} bytes, not all of them 0")


def read_microseconds(value: Any, *path: int | str) -> int:
    """Read a time or a duration, absent as 0."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int and 0 <= value <= _MAX_MICROSECONDS:
        return value
    if value is None:
        return 0
    raise BadSpan(path, "microseconds, as an integer that is not negative")


def read_text(value: Any, *path: int | str) -> str:
    """Read a text, absent as empty."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    raise BadSpan(path, "a string")


def read_value(value: Any, *path: int | str) -> Scalar:
    """Read the value of a tag, which senders may leave a number or a boolean."""
    kind = type(value)
    if kind is str or kind is bool or kind is float or (kind is int and -(1 << 63) <= value < 1 << 63):
        found: Scalar = value
        return found
    raise BadSpan(path, "a string")


def read_endpoint(value: Any, *path: int | str) -> Endpoint:
    """Read an endpoint in JSON, of either version."""
    if value is None:
        return NOWHERE
    get = read_object(value, *path).get
    port = get("port") or 0
    if type(port) is not int:
        raise BadSpan((*path, "port"), "an integer")
    service, ipv4, ipv6 = (read_text(get(key), *path, key) for key in ("serviceName", "ipv4", "ipv6"))
    return Endpoint(service, ipv4 or ipv6, port & 0xFFFF)


def read_object(value: Any, *path: int | str) -> dict[str, Any]:
    """Read an object."""
    if type(value) is dict:
        return value
    raise BadSpan(path, "an object")


def read_list(value: Any, *path: int | str) -> list[Any]:
    """Read a list, absent as empty."""
    if type(value) is list:
        return value
    if value is None:
        return []
    raise BadSpan(path, "an array")


def read_spans(body: bytes) -> list[dict[str, Any]]:
    """Read a JSON array of objects; raises InvalidInput."""
    spans = parse_json(body, "send a JSON array of spans in UTF-8")
    if type(spans) is not list:
        raise BadSpan((), "an array")
    return [read_object(span, index) for index, span in enumerate(spans)]
