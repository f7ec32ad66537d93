"""The paths beside OTLP on its port: events in JSON, and remote write."""

from __future__ import annotations

from assay.core.config import Config
from assay.core.ports import Accept
from assay.core.signals import Signal
from assay.receivers.door import Door
from assay.receivers.events_app import PATH, EventsApp
from assay.receivers.front import Handler
from assay.receivers.prometheus.app import PATH as WRITE_PATH
from assay.receivers.prometheus.app import RemoteWrite
from assay.receivers.webhooks import SENDERS, WebhookApp


def event_handlers(config: Config, accept: Accept) -> dict[str, Handler]:
    """Make what answers to events, webhooks and remote write, by path."""
    handlers: dict[str, Handler] = {PATH: EventsApp(config.events, Door(accept, "events/api", [Signal.LOGS]))}
    handlers[WRITE_PATH] = RemoteWrite(Door(accept, "prometheus/write", [Signal.METRICS]))
    for name in SENDERS:
        door = Door(accept, f"webhook/{name}", [Signal.LOGS])
        handlers[f"/webhooks/{name}"] = WebhookApp(name, config.receivers.webhooks, config.events, door)
    return handlers
