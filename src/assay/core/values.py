"""Attribute values and log bodies with their types: from the text in the tables back to what was sent.

The tables keep text, which is easy to search, and beside it the type (see store/schema/0001_functions.sql). In nested values
the text is JSON with objects of one key for what JSON lacks: `@bytes`, `@double`, `@array` and `@map`, the last two with the
protobuf message of what lies deeper than the tables unroll.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, TypeAlias

from opentelemetry.proto.common.v1 import common_pb2

Value: TypeAlias = "str | bool | int | float | bytes | list[Value] | dict[str, Value] | None"
"""What an attribute can hold; None is a value that was sent empty."""

_JSON_INTEGER = 2**53 - 1


def read_value(text: str, kind: str) -> Value:
    """Return the value that `text` stands for.

    `kind` is one of `empty`, `string`, `bool`, `int`, `double`, `array`, `map`, `bytes`; text of any other kind is a string.
    """
    read = _READERS.get(kind)
    return read(text) if read else text


def read_attributes(keys: Sequence[str], texts: Sequence[str], kinds: Iterable[str] = ()) -> dict[str, Value]:
    """Return attributes by key, the last of keys that were sent twice; where `kinds` ends the rest are strings."""
    return {key: read_value(text, kind) for key, text, kind in zip(keys, texts, chain(kinds, repeat("string")), strict=False)}


@dataclass(frozen=True, slots=True)
class Described:
    """A value beside its type, so that JSON can carry it without loss."""

    type: str
    value: Any


def describe(value: Value) -> Described:
    """Return a value as JSON can carry it without loss; arrays and maps hold the same form again.

    An int beyond ±(2⁵³ - 1), which many readers of JSON would round, is a string of digits; bytes are base64; a double that
    is no number is `NaN`, `Infinity` or `-Infinity`.
    """
    kind, told = _describe(value)
    return Described(kind, told)


def _describe(value: Value) -> tuple[str, object]:
    told: tuple[str, object] = ("string", value)
    match value:
        case None:
            told = "empty", None
        case bool():
            told = "bool", value
        case int():
            told = "int", value if abs(value) <= _JSON_INTEGER else str(value)
        case float():
            told = "double", value if math.isfinite(value) else _name(value)
        case bytes():
            told = "bytes", base64.b64encode(value).decode()
        case list():
            told = "array", [describe(element) for element in value]
        case dict():
            told = "map", {key: describe(element) for key, element in value.items()}
    return told


def from_protobuf(value: common_pb2.AnyValue) -> Value:
    """Return what an OTLP `AnyValue` holds."""
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [from_protobuf(element) for element in value.array_value.values]
        case "kvlist_value":
            return {member.key: from_protobuf(member.value) for member in value.kvlist_value.values}
        case field:
            scalar: Value = getattr(value, field)
            return scalar


class _Members(list[tuple[str, object]]):
    """The members of a JSON object, told from an array."""


def _restore(parsed: Any) -> Value:
    if isinstance(parsed, _Members):
        key, text = parsed[0] if len(parsed) == 1 else ("", None)
        if key in _SPECIAL and isinstance(text, str):
            return _SPECIAL[key](text)
        return {key.removeprefix("@"): _restore(element) for key, element in parsed}
    if isinstance(parsed, list):
        return [_restore(element) for element in parsed]
    scalar: Value = parsed
    return scalar


def _read_array(text: str) -> Value:
    return from_protobuf(common_pb2.AnyValue(array_value=common_pb2.ArrayValue.FromString(base64.b64decode(text))))


def _read_map(text: str) -> Value:
    return from_protobuf(common_pb2.AnyValue(kvlist_value=common_pb2.KeyValueList.FromString(base64.b64decode(text))))


def _read_json(text: str) -> Value:
    return _restore(json.loads(text, object_pairs_hook=_Members))


def _name(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


_READERS: dict[str, Callable[[str], Value]] = {
    "empty": lambda text: None,
    "bool": lambda text: text == "true",
    "int": int,
    "double": float,
    "bytes": base64.b64decode,
    "array": _read_json,
    "map": _read_json,
}
_SPECIAL: dict[str, Callable[[str], Value]] = {
    "@bytes": base64.b64decode,
    "@double": float,
    "@array": _read_array,
    "@map": _read_map,
}
