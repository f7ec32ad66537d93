"""What the paths of Zipkin's port answer."""

from __future__ import annotations

from collections.abc import Mapping

from assay.core.errors import AssayError, UnsupportedMediaType
from assay.core.signals import Signal
from assay.receivers.door import Door
from assay.receivers.http import PROTOBUF, MethodNotAllowed, Request, Response, plain_text
from assay.receivers.inspection import Format
from assay.receivers.zipkin.v1 import JSON_V1
from assay.receivers.zipkin.v2 import JSON_V2, PROTOBUF_V2

THRIFT = "application/x-thrift"

FORMS: Mapping[str, Mapping[str, Format]] = {
    "/api/v2/spans": {"": JSON_V2, PROTOBUF: PROTOBUF_V2},
    "/api/v1/spans": {"": JSON_V1},
}
"""How bodies are read, by path and media type; JSON is what is not told to be something else, as with Zipkin."""


class ZipkinPath:
    """Take spans that are posted to one path, through `door`."""

    signal = Signal.TRACES
    own_encoding = ""

    def __init__(self, door: Door, path: str) -> None:
        self.door = door
        self._forms = FORMS[path]

    async def handle(self, request: Request, body: bytes) -> Response:
        """Answer 202 once the spans are safe; raises what is wrong with the request."""
        if request.method != "POST":
            raise MethodNotAllowed("method_not_allowed", f"{request.method} is not allowed here", "send a POST request")
        media_type = request.media_type
        if media_type in (PROTOBUF, THRIFT) and media_type not in self._forms:
            raise UnsupportedMediaType(
                "unsupported_media_type", f"Content-Type {media_type!r} is not supported here", "send JSON, or to another path"
            )
        await self.door.take(Signal.TRACES, body, self._forms.get(media_type, self._forms[""]))
        return Response(202)

    def tell(self, error: AssayError) -> Response:
        """Give the refusal as text, as Zipkin does."""
        return plain_text(error.http_status, str(error))
