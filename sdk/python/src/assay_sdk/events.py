"""Events: OTLP log records with a name, checked against the registry before they are sent."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from opentelemetry import _logs
from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.util.types import AttributeValue

from assay_sdk import names, telemetry
from assay_sdk.failures import guarded

Attributes: TypeAlias = Mapping[str, AttributeValue | None]
"""Attributes of an event; those that are None are left out."""

_log = logging.getLogger("assay_sdk")
_told: set[str] = set()
_BEGINNINGS = (names.QMS_DEPLOYMENT_STARTED_AT, names.QMS_CHANGE_STARTED_AT, names.QMS_INCIDENT_OPENED_AT)


class InvalidEvent(ValueError):
    """An event lacks what the registry requires, or says what it does not allow."""


@guarded("an event")
def emit(name: str, attributes: Attributes, *, time_ns: int | None = None) -> None:
    """Send an event that happened at `time_ns` (nanoseconds since 1970; now if left out).

    The service and the environment are those of this process unless the attributes name others. An event that the registry
    does not allow is not sent: the reason is logged, and `swallowed_errors` counts it.
    """
    described = {
        names.SERVICE_NAME: telemetry.service() or None,
        names.DEPLOYMENT_ENVIRONMENT_NAME: telemetry.environment() or None,
        names.QMS_EVENT_ID: telemetry.sources.new_id(),
        names.QMS_EVENT_SOURCE: "sdk",
        **{key: value for key, value in attributes.items() if value is not None},
    }
    check(name, described)
    if not _is_set_up():
        _tell_once(name)
        return
    telemetry.logger().emit(
        timestamp=telemetry.sources.clock() if time_ns is None else time_ns,
        observed_timestamp=telemetry.sources.clock(),
        severity_number=SeverityNumber.INFO,
        event_name=name,
        attributes={key: value for key, value in described.items() if value is not None},
    )


def check(name: str, attributes: Attributes, end: datetime | None = None) -> None:
    """Raise InvalidEvent if the registry does not allow this, or if it begins after its end, where that is told."""
    missing = [key for key in names.REQUIRED.get(name, ()) if attributes.get(key) in (None, "")]
    if missing:
        raise InvalidEvent(f"{name} needs {', '.join(missing)}")
    for key, value in attributes.items():
        allowed = names.VALUES.get(key)
        if allowed and value is not None and value not in allowed:
            raise InvalidEvent(f"{name}: {key} is {value!r}, but has to be one of {', '.join(allowed)}")
    for key in _BEGINNINGS:
        began = attributes.get(key)
        if began is not None and end is not None and datetime.fromisoformat(str(began)) > end:
            raise InvalidEvent(f"{name}: {key} is {began}, which is after the end, {end.isoformat()}")


def nanoseconds(moment: datetime) -> int:
    """Return nanoseconds since 1970. Raises InvalidEvent if `moment` has no time zone, as nobody knows when that is."""
    if moment.tzinfo is None:
        raise InvalidEvent(f"{moment.isoformat()} has no time zone; use datetime.now(UTC) or the like")
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000


def moment(time_ns: int) -> str:
    """Return an RFC 3339 text in UTC."""
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat()


def texts(values: Iterable[str] | None) -> tuple[str, ...] | None:
    """Return a list of texts as an attribute, None if there are none. One text is a list of one."""
    if isinstance(values, str):
        return (values,)
    return tuple(values or ()) or None


def _is_set_up() -> bool:
    return isinstance(_logs.get_logger_provider(), LoggerProvider)


def _tell_once(name: str) -> None:
    if name in _told or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    _told.add(name)
    _log.warning(
        "%s was not sent: telemetry is not set up in this process. Run it with opentelemetry-instrument, "
        "or call assay_sdk.initialize() at its start.",
        name,
    )
