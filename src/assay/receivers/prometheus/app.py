"""`POST /api/v1/write`: remote write of Prometheus and its relatives."""

from __future__ import annotations

from assay.core.errors import AssayError, UnsupportedMediaType
from assay.core.signals import Signal
from assay.receivers.door import Door
from assay.receivers.http import PROTOBUF, MethodNotAllowed, Request, Response, plain_text
from assay.receivers.prometheus.remote_write import FIRST, SECOND

PATH = "/api/v1/write"

_MESSAGES = {"": FIRST, "prometheus.WriteRequest": FIRST, "io.prometheus.write.v2.Request": SECOND}
_COUNTS = ("samples", "histograms", "exemplars")


class RemoteWrite:
    """Take samples through `door`."""

    signal = Signal.METRICS
    own_encoding = "snappy"

    def __init__(self, door: Door) -> None:
        self.door = door

    async def handle(self, request: Request, body: bytes) -> Response:
        """Answer 204 once the samples are safe, to version 2.0 with their counts; raises what is wrong with the request."""
        if request.method != "POST":
            raise MethodNotAllowed("method_not_allowed", f"{request.method} is not allowed here", "send a POST request")
        _, _, parameters = request.headers.get("content-type", "").partition(";")
        form = _MESSAGES.get(parameters.strip().removeprefix("proto=").strip('"')) if request.media_type == PROTOBUF else None
        if form is None or request.headers.get("content-encoding", "").strip().lower() != self.own_encoding:
            raise UnsupportedMediaType(
                "unsupported_media_type",
                "only remote write 1.0 and 2.0 are understood here",
                f"send {PROTOBUF} compressed by Snappy, with proto= one of {', '.join(filter(None, _MESSAGES))}",
            )
        counts = await self.door.take(Signal.METRICS, body, form)
        names = (f"x-prometheus-remote-write-{name}-written" for name in _COUNTS)
        return Response(204, headers=dict(zip(names, counts.split(), strict=False)))

    def tell(self, error: AssayError) -> Response:
        """Give the refusal as text, of which Prometheus logs the first line."""
        response = plain_text(error.http_status, str(error))
        response.headers.update({f"x-prometheus-remote-write-{name}-written": "0" for name in _COUNTS})
        return response
