"""OTLP/JSON to the bytes of the same request in protobuf.

OTLP/JSON is proto3 JSON with its own rules (specification, section "JSON Protobuf Encoding"): ids are hex, keys are
lowerCamelCase only, unknown ones are ignored. The readers below follow the message descriptors; protobuf builds the message.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from assay.core.errors import InvalidInput
from assay.receivers.json_body import parse_json
from assay.receivers.otlp import Kind

_MAX_DEPTH = 100  # of nested messages, as in every protobuf parser
_ID_BYTES = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_SPECIAL_DOUBLES = {"NaN", "Infinity", "-Infinity"}

Reader = Callable[[Any, int], Any]


class InvalidField(InvalidInput):
    """A field of the request has a value that its type does not allow; `field` is its path, such as `resourceSpans[0]`."""

    def __init__(self, code: str, field: str, message: str, hint: str = "") -> None:
        super().__init__(code, f"{field}: {message}" if field else message, hint)
        self.field = field


class _Mismatch(Exception):
    """A value that its field cannot hold; the path to it grows on the way out."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.path = ""

    def within(self, step: str) -> _Mismatch:
        self.path = f"{step}.{self.path}" if self.path and self.path[0] != "[" else step + self.path
        return self


def to_protobuf(kind: Kind, body: bytes) -> bytes:
    """Convert a JSON request of one signal to its protobuf bytes.

    Raises:
        InvalidField: a field cannot hold its value; names the path of the field.
        InvalidInput: it is no JSON.
        MemoryError: there is not enough memory for it.
    """
    document = parse_json(body, "send UTF-8 encoded OTLP/JSON")
    try:
        fields = _message_reader(kind.request.DESCRIPTOR).read(document, 0)
    except _Mismatch as mismatch:
        raise InvalidField(
            "bad_json_value", mismatch.path, f"expected {mismatch}", "see the JSON encoding in the OTLP specification"
        ) from None
    return bytes(kind.request(**fields).SerializeToString(deterministic=True))


class _MessageReader:
    """Read objects of one message type; its fields are looked up at the first use, for types that contain themselves."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._descriptor = descriptor
        self._fields: dict[str, tuple[str, str | None, Reader]] = {}

    def read(self, value: Any, depth: int) -> dict[str, Any]:
        if type(value) is not dict:
            raise _Mismatch("an object")
        if depth > _MAX_DEPTH:
            raise _Mismatch(f"values nested at most {_MAX_DEPTH} messages deep")
        fields = self._fields or self._look_up()
        found: dict[str, Any] = {}
        chosen: str | None = None
        for key, item in value.items():
            if item is None or (field := fields.get(key)) is None:
                continue
            name, choice, reader = field
            try:
                if choice is not None:
                    if choice == chosen:
                        raise _Mismatch(f"only one member of {choice!r}")
                    chosen = choice
                found[name] = reader(item, depth + 1)
            except _Mismatch as mismatch:
                raise mismatch.within(key) from None
        return found

    def _look_up(self) -> dict[str, tuple[str, str | None, Reader]]:
        for field in self._descriptor.fields:
            oneof = field.containing_oneof
            # an optional field is the only member of a made-up oneof; no message has two real ones
            choice = oneof.name if oneof is not None and len(oneof.fields) > 1 else None
            self._fields[field.json_name] = (field.name, choice, _field_reader(field))
        return self._fields


@cache
def _message_reader(descriptor: Descriptor) -> _MessageReader:
    return _MessageReader(descriptor)


def _field_reader(field: FieldDescriptor) -> Reader:
    reader = _value_reader(field)
    return _list_reader(reader) if field.is_repeated else reader


def _list_reader(reader: Reader) -> Reader:
    def read(value: Any, depth: int) -> list[Any]:
        if type(value) is not list:
            raise _Mismatch("an array")
        found = []
        for item in value:
            try:
                found.append(reader(item, depth))
            except _Mismatch as mismatch:
                raise mismatch.within(f"[{len(found)}]") from None
        return found

    return read


def _value_reader(field: FieldDescriptor) -> Reader:
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return _message_reader(field.message_type).read
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _id_reader(_ID_BYTES[field.name]) if field.name in _ID_BYTES else _read_base64
    if field.enum_type is not None:
        return _enum_reader(field.enum_type)
    return {
        FieldDescriptor.CPPTYPE_STRING: _read_string,
        FieldDescriptor.CPPTYPE_BOOL: _read_bool,
        FieldDescriptor.CPPTYPE_DOUBLE: _read_double,
        FieldDescriptor.CPPTYPE_INT32: _integer_reader(-(1 << 31), (1 << 31) - 1),
        FieldDescriptor.CPPTYPE_INT64: _integer_reader(-(1 << 63), (1 << 63) - 1),
        FieldDescriptor.CPPTYPE_UINT32: _integer_reader(0, (1 << 32) - 1),
        FieldDescriptor.CPPTYPE_UINT64: _integer_reader(0, (1 << 64) - 1),
    }[field.cpp_type]


def _read_string(value: Any, _depth: int) -> str:
    if type(value) is not str:
        raise _Mismatch("a string")
    return value


def _read_bool(value: Any, _depth: int) -> bool:
    if type(value) is not bool:
        raise _Mismatch("true or false")
    return value


def _read_double(value: Any, _depth: int) -> float:
    kind = type(value)
    if kind is float or kind is int:
        return float(value)
    if kind is str and (value in _SPECIAL_DOUBLES or _DECIMAL.fullmatch(value)):
        return float(value)
    raise _Mismatch("a number, or one of NaN, Infinity and -Infinity as a string")


def _integer_reader(low: int, high: int) -> Reader:
    def read(value: Any, _depth: int) -> int:
        kind = type(value)
        if (kind is str and _INTEGER.fullmatch(value)) or (kind is float and value.is_integer()):
            value = int(value)
        elif kind is not int:
            raise _Mismatch("an integer, as a number or a string")
        if not low <= value <= high:
            raise _Mismatch(f"an integer from {low} to {high}")
        return int(value)

    return read


def _enum_reader(kind: EnumDescriptor) -> Reader:
    names = {name: value.number for name, value in kind.values_by_name.items()}
    read_number = _integer_reader(-(1 << 31), (1 << 31) - 1)

    def read(value: Any, depth: int) -> int:
        # senders must write numbers; a name that we know has one meaning all the same
        return names[value] if type(value) is str and value in names else int(read_number(value, depth))

    return read


def _id_reader(length: int) -> Reader:
    def read(value: Any, _depth: int) -> bytes:
        if type(value) is str and len(value) in (0, 2 * length):
            try:
                return binascii.unhexlify(value)
            except ValueError:  # not hex, or not ASCII
                pass
        raise _Mismatch(f"{2 * length} hexadecimal digits")

    return read


def _read_base64(value: Any, _depth: int) -> bytes:
    if type(value) is str:
        standard = value.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
        except ValueError:
            pass
    raise _Mismatch("base64")
