"""Every error that Assay tells somebody about, by what the caller should do next.

The attributes of each class are the one table that maps an error to HTTP, to gRPC and to an exit code.
HTTP and gRPC statuses follow the OTLP specification: only 429, 502, 503, 504 and UNAVAILABLE (or RESOURCE_EXHAUSTED
with RetryInfo) invite a retry.
"""

from __future__ import annotations

from typing import Any, ClassVar


class AssayError(Exception):
    """Say what went wrong (`message`), in which class of cases (`code`) and what to do next (`hint`)."""

    http_status: ClassVar[int] = 500
    grpc_status: ClassVar[str] = "INTERNAL"
    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross a process border whole, whatever arguments a subclass takes."""
        return type(self).__new__, (type(self),), self.__dict__


class InvalidInput(AssayError):
    """What was sent can never be accepted as it is; the sender must change it."""

    http_status = 400
    grpc_status = "INVALID_ARGUMENT"
    exit_code = 2


class NotFound(InvalidInput):
    """Nothing has that name or id."""

    http_status = 404
    grpc_status = "NOT_FOUND"


class TooLarge(InvalidInput):
    """The request is over a size limit, compressed or not."""

    http_status = 413
    grpc_status = "RESOURCE_EXHAUSTED"


class UnsupportedMediaType(InvalidInput):
    """The content type or encoding is none that is understood."""

    http_status = 415


class Retryable(AssayError):
    """Nothing was taken; the same request will be accepted later."""

    http_status = 503
    grpc_status = "UNAVAILABLE"

    def __init__(self, code: str, message: str, hint: str = "", retry_after_seconds: int = 1) -> None:
        super().__init__(code, message, hint)
        self.retry_after_seconds = retry_after_seconds


class TimedOut(AssayError):
    """The answer took longer than the limit; a smaller question may succeed."""

    http_status = 408
    grpc_status = "DEADLINE_EXCEEDED"


class Permanent(AssayError):
    """It failed here and will fail again."""


class Misconfigured(AssayError):
    """Whoever runs Assay must change its configuration or its surroundings."""

    exit_code = 2
