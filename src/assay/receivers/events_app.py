"""`POST /api/v1/events` as intake answers it: whole or not at all, and acknowledged from the journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson

from assay.core import metrics
from assay.core.config import Events
from assay.core.errors import AssayError, InvalidInput, UnsupportedMediaType
from assay.core.events import Event, encode, identify
from assay.core.signals import Signal
from assay.receivers.door import Door
from assay.receivers.event_form import EventsRefused, read_events
from assay.receivers.http import JSON, MethodNotAllowed, Request, Response

PATH = "/api/v1/events"

Clock = Callable[[], int]


class EventsApp:
    """Take events in JSON through `door`."""

    signal = Signal.LOGS
    own_encoding = ""

    def __init__(self, config: Events, door: Door, clock: Clock = time.time_ns) -> None:
        self.door = door
        self._config = config
        self._clock = clock

    async def handle(self, request: Request, body: bytes) -> Response:
        """Answer one request; raises what is wrong with it."""
        if request.method != "POST":
            raise MethodNotAllowed("method_not_allowed", f"{request.method} is not allowed here", "send a POST request")
        if request.media_type != JSON:
            # Not only for order: a page of another origin can send text without asking, but not JSON.
            raise UnsupportedMediaType("unsupported_media_type", "Events are JSON", f"send them with Content-Type {JSON}")
        now = self._clock()
        events = read_events(parse_json(body), self._config.environments, now, "api")
        return await take(self.door, events, now)

    def tell(self, error: AssayError) -> Response:
        """Give the refusal as JSON."""
        return tell(self.door, error)


def tell(door: Door, error: AssayError) -> Response:
    """Give a refusal as JSON, with the reason of each event that is refused; those are counted."""
    body: dict[str, object] = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
    if isinstance(error, EventsRefused):
        body["refused"] = [asdict(refusal) for refusal in error.refusals]
        for refusal in error.refusals:
            metrics.REFUSED_ITEMS.labels(Signal.LOGS, door.source, refusal.code).inc()
    return Response(error.http_status, orjson.dumps(body), {"content-type": JSON})


async def take(door: Door, events: list[Event], now_ns: int) -> Response:
    """Answer with the ids of events once they are safe; raises Retryable if nothing was taken."""
    identified = [identify(event) for event in events]
    await door.take(Signal.LOGS, encode(identified, now_ns))
    told = {"accepted": len(identified), "ids": [event.id for event in identified]}
    return Response(200, orjson.dumps(told), {"content-type": JSON})


def parse_json(body: bytes) -> Any:
    """Read JSON; raises InvalidInput."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("json_invalid", f"The body is no JSON: {error}", "check it with a JSON parser") from None
