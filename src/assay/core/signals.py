"""The three OpenTelemetry signals."""

from __future__ import annotations

from enum import StrEnum


class Signal(StrEnum):
    """A kind of telemetry; the value names folders, metrics labels and URL paths (`/v1/<signal>`)."""

    TRACES = "traces"
    METRICS = "metrics"
    LOGS = "logs"
