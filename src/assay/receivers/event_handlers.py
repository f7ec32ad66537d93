"""The paths that take events in JSON beside OTLP."""

from __future__ import annotations

from assay.core.config import Config
from assay.core.ports import Accept
from assay.receivers.door import Door
from assay.receivers.events_app import PATH, EventsApp
from assay.receivers.front import Handler


def event_handlers(config: Config, accept: Accept) -> dict[str, Handler]:
    """Make what answers to events, by path."""
    return {PATH: EventsApp(config.events, Door(accept, "events/api"))}
