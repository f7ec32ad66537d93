"""Services that were asked, in few words, for tests that compare them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import uuid4

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.events import Event, encode
from assay.core.signals import Signal

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
DAY = 24 * HOUR
NOW = time.time_ns() // HOUR * HOUR

_places = count(1)


class Running:
    """A service of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.name = f"kept-{uuid4().hex}"

    def __call__(self, milliseconds: Sequence[float], at: int, failed: int = 0, name: str = "GET /", **resource: str) -> None:
        """Send requests that begin at a time: so many durations, of which the first `failed` ones failed."""
        self.minutes([(milliseconds, failed)], at, name, **resource)

    def minutes(self, each: Sequence[tuple[Sequence[float], int]], at: int, name: str = "GET /", **resource: str) -> None:
        """Send the durations and failures of one minute after the other, from a time on."""
        told = {"deployment.environment.name": resource.pop("environment", "production")}
        told |= {key.replace("_", "."): value for key, value in resource.items()}
        made = [
            request
            for number, (milliseconds, failed) in enumerate(each)
            for request in requests([round(one * 1e6) for one in milliseconds], at + number * MINUTE, failed, name=name)
        ]
        self.store(Signal.TRACES, traces(self.name, made, told))


def requests(durations: Sequence[int], at: int, failed: int, **fields: Any) -> list[Span]:
    """Return spans of kind server with these durations in nanoseconds."""
    status = [Status(code=Status.STATUS_CODE_ERROR)] * failed + [Status()] * (len(durations) - failed)
    return [
        span(uuid4().hex, next(_places), start_ns=at, duration_ns=each, kind=2, status=state, **fields)
        for each, state in zip(durations, status, strict=True)
    ]


class Recorder:
    """Put events into the store at once, as intake and the loader do in a while; spans go nowhere."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def emit(self, events: Sequence[Event]) -> None:
        self._store(Signal.LOGS, ExportLogsServiceRequest.FromString(encode(events, time.time_ns())))

    def emit_spans(self, request: bytes) -> None:
        assert request
