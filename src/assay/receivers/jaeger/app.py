"""What Jaeger's port for Thrift over HTTP answers."""

from __future__ import annotations

from assay.core.errors import AssayError, UnsupportedMediaType
from assay.core.signals import Signal
from assay.receivers.door import Door
from assay.receivers.http import MethodNotAllowed, Request, Response, plain_text
from assay.receivers.jaeger.batch import THRIFT

PATH = "/api/traces"
_MEDIA_TYPES = ("application/x-thrift", "application/vnd.apache.thrift.binary")


class JaegerPath:
    """Take batches that are posted, through `door`."""

    signal = Signal.TRACES
    own_encoding = ""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def handle(self, request: Request, body: bytes) -> Response:
        """Answer 202 once the spans are safe; raises what is wrong with the request."""
        if request.method != "POST":
            raise MethodNotAllowed("method_not_allowed", f"{request.method} is not allowed here", "send a POST request")
        if request.media_type not in _MEDIA_TYPES:
            raise UnsupportedMediaType(
                "unsupported_media_type",
                f"Content-Type {request.media_type!r} is not supported here",
                f"send a batch in Thrift's binary encoding as {' or '.join(_MEDIA_TYPES)}",
            )
        await self.door.take(Signal.TRACES, body, THRIFT)
        return Response(202)

    def tell(self, error: AssayError) -> Response:
        """Give the refusal as text, as Jaeger does."""
        return plain_text(error.http_status, str(error))
