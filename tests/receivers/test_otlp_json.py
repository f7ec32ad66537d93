"""OTLP/JSON becomes the bytes of the same request in protobuf."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from tests.otlp_strategies import requests

from assay.core.signals import Signal
from assay.receivers.otlp import KINDS
from assay.receivers.otlp_json import to_protobuf

_IDS = ("traceId", "spanId", "parentSpanId")


def to_json(message: Message) -> Any:
    """Write OTLP/JSON as the specification says, by protobuf's own JSON writer and hex for ids."""

    def hex_ids(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: base64.b64decode(item).hex() if key in _IDS else hex_ids(item) for key, item in value.items()}
        return [hex_ids(item) for item in value] if isinstance(value, list) else value

    return hex_ids(json_format.MessageToDict(message, use_integers_for_enums=True))


def canonical(signal: Signal, request: bytes) -> bytes:
    return bytes(KINDS[signal].request.FromString(request).SerializeToString(deterministic=True))


@pytest.mark.parametrize("signal", list(Signal))
@given(data=st.data())
def test_any_request_is_the_same_in_both_encodings(signal: Signal, data: st.DataObject) -> None:
    """JSON of any request converts to the same bytes as its protobuf."""
    message = data.draw(requests[signal])
    converted = to_protobuf(KINDS[signal], orjson.dumps(to_json(message)))
    assert canonical(signal, converted) == message.SerializeToString(deterministic=True)
