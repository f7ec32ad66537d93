from __future__ import annotations

import base64
import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1 import common_pb2

from assay.core.values import Described, Value, describe, from_protobuf, read_attributes, read_value

_scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.binary(max_size=4)
_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
_values: st.SearchStrategy[Any] = st.recursive(
    _scalars | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("", "empty", None),
        ("5", "string", "5"),
        ("5", "int", 5),
        ("-9223372036854775808", "int", -(2**63)),
        ("5", "double", 5.0),
        ("-inf", "double", -math.inf),
        ("true", "bool", True),
        ("false", "bool", False),
        ("AAE=", "bytes", b"\x00\x01"),
        ('[1,1.0,"a",null,true,{"@bytes":"AAE="},{"@double":"inf"}]', "array", [1, 1.0, "a", None, True, b"\0\1", math.inf]),
        ('{"@@bytes":"x"}', "map", {"@bytes": "x"}),
        ('{"@@@a":1,"b":[]}', "map", {"@@a": 1, "b": []}),
        ("{}", "map", {}),
        ("text", "something new", "text"),
    ],
)
def test_text_and_type_give_the_value(text: str, kind: str, value: Value) -> None:
    """A value has the Python type of what was sent, also inside arrays and maps."""
    assert repr(read_value(text, kind)) == repr(value)


def test_what_lies_deep_is_decoded() -> None:
    """Arrays and maps that the tables keep serialized are arrays and maps again."""
    array = common_pb2.ArrayValue(values=[common_pb2.AnyValue(int_value=1), common_pb2.AnyValue()])
    members = common_pb2.KeyValueList(values=[common_pb2.KeyValue(key="@k", value=common_pb2.AnyValue(array_value=array))])
    text = json.dumps([
        {"@array": base64.b64encode(array.SerializeToString()).decode()},
        {"@map": base64.b64encode(members.SerializeToString()).decode()},
    ])  # fmt: skip
    assert read_value(text, "array") == [[1, None], {"@k": [1, None]}]


def test_attributes_without_types_are_strings() -> None:
    """Rows that a Collector wrote have no types: their attributes are the text that it stored."""
    assert read_attributes(["a", "b"], ["1", "x"]) == {"a": "1", "b": "x"}
    assert read_attributes(["a", "b"], ["1", "2"], ["int"]) == {"a": 1, "b": "2"}


def test_of_a_key_sent_twice_the_last_counts() -> None:
    """Two values under one key, which OTLP forbids, give the last of them with its own type."""
    assert read_attributes(["a", "a"], ["1", "2"], ["string", "int"]) == {"a": 2}


@given(_values)
def test_a_description_is_json_without_loss(value: Any) -> None:
    """What `describe` gives survives JSON and leads back to the same value and types."""
    assert repr(_undescribe(orjson.loads(orjson.dumps(describe(value))))) == repr(value)


@pytest.mark.parametrize(
    ("value", "described"),
    [
        (2**53, Described("int", "9007199254740992")),
        (2**53 - 1, Described("int", 2**53 - 1)),
        (math.nan, Described("double", "NaN")),
        (b"\0\1", Described("bytes", "AAE=")),
    ],
)
def test_what_json_would_spoil_is_text(value: Value, described: Described) -> None:
    """Large ints, doubles that are no numbers and bytes are told as text under their type."""
    assert describe(value) == described


def _undescribe(described: dict[str, Any]) -> Any:
    value = described["value"]
    match described["type"]:
        case "int":
            return int(value)
        case "double":
            return float(value)
        case "bytes":
            return base64.b64decode(value)
        case "array":
            return [_undescribe(element) for element in value]
        case "map":
            return {key: _undescribe(element) for key, element in value.items()}
    return value


@given(_values)
def test_protobuf_values_become_the_same(value: Any) -> None:
    """An `AnyValue` gives the Python value that it was made of."""
    assert repr(from_protobuf(_any(value))) == repr(value)


def _any(value: Any) -> common_pb2.AnyValue:
    made = common_pb2.AnyValue()
    match value:
        case None:
            pass
        case list():
            made.array_value.SetInParent()
            made.array_value.values.extend(map(_any, value))
        case dict():
            made.kvlist_value.SetInParent()
            for key, element in value.items():
                made.kvlist_value.values.add(key=key, value=_any(element))
        case _:
            kinds = {bool: "bool", int: "int", float: "double", bytes: "bytes", str: "string"}
            setattr(made, f"{kinds[type(value)]}_value", value)
    return made
