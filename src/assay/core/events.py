"""Events as values, and as the OTLP log records that they travel in."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.common.v1 import common_pb2

from assay import __version__
from assay.core import registry

AttributeValue = str | bool | int | float | list[str]

ID, REVISION, RETRACTED = "qms.event.id", "qms.event.revision", "qms.event.retracted"
SOURCE, DELIVERY_ID = "qms.event.source", "qms.event.delivery_id"
OPENED, RESOLVED = "qms.incident.opened", "qms.incident.resolved"
BEGINNINGS = ("qms.deployment.started_at", "qms.change.started_at", "qms.incident.opened_at")
"""Attributes with a time that cannot be later than the event, which is the end."""

_SERVICE = "service.name"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at `time_ns` (nanoseconds since 1970, UTC), named and described as the registry says.

    `body` is text for people, or the raw message that the event was made from. `trace_id` and `span_id`, 16 and 8 bytes, are
    those of the span in which it happened.
    """

    name: str
    time_ns: int
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    body: str = ""
    trace_id: bytes = b""
    span_id: bytes = b""

    @property
    def id(self) -> str:
        """The id that makes it idempotent; empty if it has none."""
        return str(self.attributes.get(ID, ""))


def identify(event: Event) -> Event:
    """Give an event without `qms.event.id` one: from what it is about, or a random one if it does not say that.

    The tables make ids by the same rule (store/schema/0052_decode_events.sql), except for random ones.
    """
    if event.id:
        return event
    about = derive_id(event.name, event.attributes) or f"{_prefix(event.name)}/{uuid.uuid4()}"
    return replace(event, attributes={**event.attributes, ID: about})


def derive_id(name: str, attributes: Mapping[str, AttributeValue]) -> str:
    """Return the id of the event that is about what the registry calls its subject; empty if that is not all given."""
    definition = registry.load().events.get(name)
    if definition is None or not definition.subject:
        return ""
    parts = [attributes.get(part) for part in definition.subject]
    return "/".join([definition.id_prefix, *map(str, parts)]) if all(parts) else ""


def _prefix(name: str) -> str:
    definition = registry.load().events.get(name)
    return definition.id_prefix if definition else name


def encode(events: Iterable[Event], observed_ns: int) -> bytes:
    """Return an OTLP `ExportLogsServiceRequest` with one record per event, in the resource of its service.

    `observed_ns` is when the events became known here; among corrections of equal revision the one observed last counts.
    """
    request = logs_service_pb2.ExportLogsServiceRequest()
    scopes: dict[str, Any] = {}
    for event in map(identify, events):
        service = str(event.attributes.get(_SERVICE, ""))
        if service not in scopes:
            group = request.resource_logs.add()
            if service:
                group.resource.attributes.add(key=_SERVICE).value.string_value = service
            scopes[service] = group.scope_logs.add()
            scopes[service].scope.name = "assay.events"
            scopes[service].scope.version = __version__
        record = scopes[service].log_records.add(
            time_unix_nano=event.time_ns,
            observed_time_unix_nano=observed_ns,
            severity_number=9,
            event_name=event.name,
            trace_id=event.trace_id,
            span_id=event.span_id,
        )
        for key in sorted(event.attributes.keys() - {_SERVICE}):
            fill(record.attributes.add(key=key).value, event.attributes[key])
        if event.body:
            record.body.string_value = event.body
    return bytes(request.SerializeToString())


def fill(target: common_pb2.AnyValue, value: AttributeValue) -> None:
    """Put a value into the OTLP message that carries it."""
    match value:
        case bool():
            target.bool_value = value
        case int():
            target.int_value = value
        case float():
            target.double_value = value
        case list():
            for element in value:
                target.array_value.values.add(string_value=element)
            target.array_value.SetInParent()
        case _:
            target.string_value = value
