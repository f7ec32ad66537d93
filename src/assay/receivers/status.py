"""Errors as `google.rpc.Status`, the form in which OTLP tells a sender about them."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

from assay.core.errors import AssayError, InvalidInput, Retryable


def grpc_code(error: AssayError) -> grpc.StatusCode:
    return grpc.StatusCode[error.grpc_status]


def status_of(error: AssayError) -> Any:
    """Build the `google.rpc.Status`, with BadRequest details for wrong input and RetryInfo for what may be sent again."""
    status = status_pb2.Status(code=grpc_code(error).value[0], message=str(error))
    if isinstance(error, Retryable):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.seconds = error.retry_after_seconds
        status.details.add().Pack(retry)
    elif isinstance(error, InvalidInput) and error.http_status == 400:
        bad = error_details_pb2.BadRequest()
        bad.field_violations.add(field=getattr(error, "field", ""), description=str(error))
        status.details.add().Pack(bad)
    return status


def encode(message: Any, *, as_json: bool) -> bytes:
    """Serialize an answer in the encoding of its request."""
    if not as_json:
        return bytes(message.SerializeToString())
    return json_format.MessageToJson(message, indent=None, ensure_ascii=False).encode()
