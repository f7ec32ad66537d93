"""The section `exporters:` of the configuration: what every exporter can be told, and how it is read."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from assay.core.config import Section
from assay.core.signals import Signal

_VARIABLE = re.compile(r"\$\{env:(\w+)\}")


def _expand(text: str) -> str:
    def value(match: re.Match[str]) -> str:
        if (found := os.environ.get(match[1])) is None:
            raise ValueError(f"the environment has no variable {match[1]}")
        return found

    return _VARIABLE.sub(value, text)


Secret = Annotated[str, AfterValidator(_expand)]
"""Text in which `${env:NAME}` stands for a variable of the environment."""


class Batch(Section):
    items: int = Field(default=512, ge=1, le=10_000)
    """Items that go out in one request, at most."""
    wait_seconds: float = Field(default=5, ge=0, le=300)
    """How long fewer than that wait for more."""


class Retry(Section):
    first_seconds: float = Field(default=1, gt=0)
    """Pause before a request is sent again; it doubles from one attempt to the next, and chance takes up to half of it away."""
    longest_seconds: float = Field(default=30, gt=0)
    """Longest pause, unless the destination asks for a longer one."""


class Conditions(Section):
    traces: str | None = None
    """SQL over the columns of otel_traces, such as `StatusCode = 'Error'`; spans for which it does not hold are left out."""
    metrics: str | None = None
    """SQL over the columns that all otel_metrics_ tables have, such as `MetricName LIKE 'http.%'`."""
    logs: str | None = None
    """SQL over the columns of otel_logs, such as `SeverityNumber >= 17`."""


class Settings(Section):
    type: str
    """Kind of the destination."""
    signals: list[Signal] | None = None
    """What to send: traces, metrics, logs; all that the destination can take if left out."""
    spans: Literal["kept", "all"] = "kept"
    """Spans of traces that sampling keeps, once that is decided; or all spans, at once."""
    services: list[str] = Field(default_factory=list)
    """Names of the services whose telemetry goes out; all if empty."""
    conditions: Conditions = Conditions()
    """Conditions by signal, as in filters."""
    batch: Batch = Batch()
    """What goes out in one request."""
    retry: Retry = Retry()
    """How a destination that is away is tried again."""


class Tls(Section):
    ca_file: str | None = None
    """PEM file with the authorities to believe; those of the system if left out."""
    cert_file: str | None = None
    """PEM file with our certificate, if the destination asks for one."""
    key_file: str | None = None
    """PEM file with its key."""


class RemoteSettings(Settings):
    endpoint: str
    """Where to send to."""
    headers: dict[str, Secret] = Field(default_factory=dict)
    """Headers of every request; `${env:NAME}` in a value stands for a variable of the environment."""
    tls: Tls = Tls()
    """Certificates."""
    compression: Literal["gzip", "none"] = "gzip"
    """How requests are compressed."""
    timeout_seconds: float = Field(default=30, gt=0)
    """How long a request may take."""


def describe(error: Any) -> tuple[str, str]:
    """Return the path and the reason of the first thing that pydantic refuses."""
    detail = error.errors(include_url=False)[0]
    at = ".".join(str(part) for part in detail["loc"])
    return at, "unknown key" if detail["type"] == "extra_forbidden" else detail["msg"].removeprefix("Value error, ")
