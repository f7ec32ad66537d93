from __future__ import annotations

import grpc
import pytest

from assay.core import errors
from assay.core.errors import AssayError

_CLASSES = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, AssayError)]


@pytest.mark.parametrize(
    ("kind", "http_status", "grpc_status", "exit_code"),
    [
        (errors.AssayError, 500, "INTERNAL", 1),
        (errors.InvalidInput, 400, "INVALID_ARGUMENT", 2),
        (errors.NotFound, 404, "NOT_FOUND", 2),
        (errors.TooLarge, 413, "RESOURCE_EXHAUSTED", 2),
        (errors.UnsupportedMediaType, 415, "INVALID_ARGUMENT", 2),
        (errors.Retryable, 503, "UNAVAILABLE", 1),
        (errors.TimedOut, 408, "DEADLINE_EXCEEDED", 1),
        (errors.Permanent, 500, "INTERNAL", 1),
        (errors.Misconfigured, 500, "INTERNAL", 2),
    ],
)
def test_the_table(kind: type[AssayError], http_status: int, grpc_status: str, exit_code: int) -> None:
    """Each class has one HTTP status, one gRPC status and one exit code."""
    assert (kind.http_status, kind.grpc_status, kind.exit_code) == (http_status, grpc_status, exit_code)


@pytest.mark.parametrize("kind", _CLASSES)
def test_every_class_can_be_answered(kind: type[AssayError]) -> None:
    """Each class maps to a gRPC status that exists, an HTTP error and a failing exit code."""
    assert grpc.StatusCode[kind.grpc_status] is not grpc.StatusCode.OK
    assert 400 <= kind.http_status < 600
    assert kind.exit_code in {1, 2}


@pytest.mark.parametrize("kind", _CLASSES)
def test_only_retryable_invites_a_retry(kind: type[AssayError]) -> None:
    """No HTTP status that OTLP senders retry is given to an error that will never go away."""
    assert (kind.http_status in {429, 502, 503, 504}) == issubclass(kind, errors.Retryable)


def test_an_error_says_what_to_do_next() -> None:
    """The text of an error is its message with the hint behind it, if there is one."""
    assert str(AssayError("code", "It broke")) == "It broke"
    assert str(AssayError("code", "It broke", "mend it")) == "It broke (mend it)"


def test_a_retryable_error_says_when() -> None:
    """Whoever is asked to come back is told after how many seconds."""
    assert errors.Retryable("full", "The journal is full").retry_after_seconds == 1
    assert errors.Retryable("full", "The journal is full", retry_after_seconds=5).retry_after_seconds == 5
