"""The way from core to intake: a private socket on which intake answers as it does to everybody."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from assay.core.errors import Permanent, Retryable
from assay.core.events import Event, encode

RETRYABLE = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may be sent again, by the OTLP specification."""

_LOGS = "/v1/logs"
_METRICS = "/v1/metrics"
_TRACES = "/v1/traces"
_EVENTS = "/api/v1/events"
_SECONDS = 30.0
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    status: int
    body: bytes


class Intake:
    """Hand events and requests to intake through the socket at `path`; may be used by several threads.

    Whatever intake cannot take for now is sent again until `patience_seconds` are over: intake is started again when it dies,
    and asks for patience when the disk is full. An event has an id, so that one that was taken twice counts once.
    """

    def __init__(
        self,
        path: Path,
        patience_seconds: float = 10.0,
        clock: Callable[[], int] = time.time_ns,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._patience_seconds = patience_seconds
        self._clock = clock
        self._pause = pause
        self._path = path

    def emit(self, events: Sequence[Event]) -> None:
        """Return once the events are on disk for good, all of them or, with an error, perhaps none; see `ports.Emit`."""
        # Encoded once, so that what is sent again has the same ids.
        answer = self._post(_LOGS, encode(events, self._clock()), "application/x-protobuf")
        if answer.status != 200:
            raise Permanent("events_refused", f"Intake refuses the events with status {answer.status}", "see its log")

    def send_metrics(self, request: bytes) -> None:
        """Return once an OTLP request of metrics is on disk for good.

        Raises:
            Retryable: intake cannot take it for now.
            Permanent: intake refuses it.
        """
        answer = self._post(_METRICS, request, "application/x-protobuf")
        if answer.status != 200:
            raise Permanent("metrics_refused", f"Intake refuses metrics with status {answer.status}", "see its log")

    def emit_spans(self, request: bytes) -> None:
        """Return once the spans of an OTLP `ExportTraceServiceRequest` are on disk for good; errors as of `emit`."""
        answer = self._post(_TRACES, request, "application/x-protobuf")
        if answer.status != 200:
            raise Permanent("spans_refused", f"Intake refuses the spans with status {answer.status}", "see its log")

    def post_events(self, body: bytes) -> IntakeAnswer:
        """Pass on the body of `POST /api/v1/events` and return what intake answers, JSON.

        Raises:
            Retryable: intake cannot take it for now.
        """
        return self._post(_EVENTS, body, "application/json")

    def _post(self, path: str, body: bytes, media_type: str) -> IntakeAnswer:
        deadline = time.monotonic() + self._patience_seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = self._try(path, body, media_type)
                if answer.status not in RETRYABLE:
                    return answer
                reason = f"it answers with status {answer.status}"
            except (OSError, HTTPException) as error:
                reason = f"it does not answer ({error})"
            if time.monotonic() + pause > deadline:
                raise Retryable("intake_unavailable", f"Intake takes nothing for now: {reason}", "try again later", 2)
            self._pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _try(self, path: str, body: bytes, media_type: str) -> IntakeAnswer:
        with closing(_Connection(self._path)) as connection:
            connection.request("POST", path, body, {"content-type": media_type})
            response = connection.getresponse()
            return IntakeAnswer(response.status, response.read())


class _Connection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("intake", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(str(self._path))
