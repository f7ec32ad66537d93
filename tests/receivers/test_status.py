"""Errors in the form in which OTLP tells senders about them."""

from __future__ import annotations

import json

import pytest
from google.rpc import error_details_pb2, status_pb2

from assay.core.errors import AssayError, InvalidInput, Permanent, Retryable, TooLarge, UnsupportedMediaType
from assay.receivers.otlp_json import InvalidField
from assay.receivers.status import encode, grpc_code, status_of


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("c", "m"), 3),
        (TooLarge("c", "m"), 8),
        (Retryable("c", "m"), 14),
        (Permanent("c", "m"), 13),
        (UnsupportedMediaType("c", "m"), 3),
    ],
)
def test_each_class_has_its_grpc_code(error: AssayError, code: int) -> None:
    """The code in a Status is the one of the gRPC answer, with message and hint."""
    assert status_of(error).code == grpc_code(error).value[0] == code
    assert "m" in status_of(error).message


def test_only_what_may_be_sent_again_has_retry_info() -> None:
    """RetryInfo invites a retry, so nothing else carries it; it says the delay that the error asks for."""
    retry = error_details_pb2.RetryInfo()
    assert status_of(Retryable("c", "m", retry_after_seconds=3)).details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 3
    for error in (TooLarge("c", "m"), Permanent("c", "m"), UnsupportedMediaType("c", "m")):
        assert not status_of(error).details


def test_bad_data_names_the_field() -> None:
    """BadRequest details hold the path of the field where there is one."""
    bad = error_details_pb2.BadRequest()
    assert status_of(InvalidField("c", "resourceSpans[0].resource", "expected an object")).details[0].Unpack(bad)
    assert bad.field_violations[0].field == "resourceSpans[0].resource"
    assert status_of(InvalidInput("c", "m", "do this")).details[0].Unpack(bad)
    assert bad.field_violations[0].description == "m (do this)"


def test_a_status_says_the_same_in_both_encodings() -> None:
    """Protobuf and JSON hold one message."""
    status = status_of(InvalidInput("c", "schlüssel"))
    assert status_pb2.Status.FromString(encode(status, as_json=False)) == status
    document = json.loads(encode(status, as_json=True))
    assert (document["code"], document["message"]) == (3, "schlüssel")
    assert document["details"][0]["@type"].endswith("google.rpc.BadRequest")
