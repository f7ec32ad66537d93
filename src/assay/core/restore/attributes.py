"""Text and type as the tables keep them, back to `AnyValue` and `KeyValue` messages."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList


def restore_attributes(target: Any, pairs: Iterable[Sequence[str]], kinds: Iterable[str]) -> None:
    """Add a `KeyValue` to the repeated field `target` for each (key, text); where `kinds` ends the rest are strings."""
    for (key, text), kind in zip(pairs, chain(kinds, repeat("string")), strict=False):
        attribute = target.add()
        attribute.key = key
        if kind == "string":
            attribute.value.string_value = text
        elif kind != "empty":
            restore_value(attribute.value, text, kind)


def restore_value(target: AnyValue, text: str, kind: str) -> None:
    """Set the empty `target` to what `text` stands for; text of an unknown kind is a string."""
    _SETTERS.get(kind, _set_string)(target, text)


class _Members(list[tuple[str, Any]]):
    """The members of a JSON object in their order, told from an array."""


def _set_string(target: AnyValue, text: str) -> None:
    target.string_value = text


def _set_bool(target: AnyValue, text: str) -> None:
    target.bool_value = text == "true"


def _set_int(target: AnyValue, text: str) -> None:
    target.int_value = int(text)


def _set_double(target: AnyValue, text: str) -> None:
    target.double_value = float(text)


def _set_bytes(target: AnyValue, text: str) -> None:
    target.bytes_value = base64.b64decode(text)


def _set_json(target: AnyValue, text: str) -> None:
    _set_parsed(target, json.loads(text, object_pairs_hook=_Members))


def _set_array(target: AnyValue, text: str) -> None:
    target.array_value.CopyFrom(ArrayValue.FromString(base64.b64decode(text)))


def _set_map(target: AnyValue, text: str) -> None:
    target.kvlist_value.CopyFrom(KeyValueList.FromString(base64.b64decode(text)))


_SETTERS: dict[str, Callable[[AnyValue, str], None]] = {
    "empty": lambda target, text: None,
    "string": _set_string,
    "bool": _set_bool,
    "int": _set_int,
    "double": _set_double,
    "array": _set_json,
    "map": _set_json,
    "bytes": _set_bytes,
}
_SPECIAL: dict[str, Callable[[AnyValue, str], None]] = {
    "@bytes": _set_bytes,
    "@double": _set_double,
    "@array": _set_array,
    "@map": _set_map,
}


def _set_parsed(target: AnyValue, parsed: Any) -> None:
    match parsed:
        case _Members():
            if len(parsed) == 1 and (setter := _SPECIAL.get(parsed[0][0])):
                setter(target, parsed[0][1])
            else:
                _set_members(target, parsed)
        case list():
            target.array_value.SetInParent()
            for element in parsed:
                _set_parsed(target.array_value.values.add(), element)
        case str():
            target.string_value = parsed
        case bool():
            target.bool_value = parsed
        case int():
            target.int_value = parsed
        case float():
            target.double_value = parsed


def _set_members(target: AnyValue, members: _Members) -> None:
    target.kvlist_value.SetInParent()
    for key, parsed in members:
        member = target.kvlist_value.values.add(key=key.removeprefix("@"))
        if parsed is not None:
            _set_parsed(member.value, parsed)
