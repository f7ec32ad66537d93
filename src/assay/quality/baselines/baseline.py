"""A baseline: what a service did while it was known to be well, kept as an event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from assay.core.errors import Permanent
from assay.core.events import AttributeValue, Event
from assay.quality.baselines.observed import Observed, Sketch

Kind = Literal["release", "rolling", "seasonal"]
KINDS: tuple[Kind, ...] = ("release", "rolling", "seasonal")
TAKEN, EXPIRED = "qms.baseline.taken", "qms.baseline.expired"

ALL_HOURS = -1
PERCENTILES = {"latency_p50": 0.5, "latency_p90": 0.9, "latency_p95": 0.95, "latency_p99": 0.99}

_SEASONAL_SCALE = 4
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was seen of an operation (empty: of all together) of a service in an environment, from `start_ns` up to `end_ns`.

    `slots` has it by the hour of the week, from 0 at Monday 00:00 UTC, for a seasonal baseline, and under -1 for the others;
    it is empty where baselines are only listed. `expired_ns` is when somebody ended it, 0 if nobody did.
    """

    id: str
    kind: str
    service: str
    operation: str
    environment: str
    version: str
    start_ns: int
    end_ns: int
    taken_ns: int
    expires_ns: int
    metrics: Mapping[str, float]
    slots: Mapping[int, Observed]
    source: str = "command"
    expired_ns: int = 0
    reason: str = ""

    def at(self, time_ns: int) -> Observed | None:
        """Return what holds for a time: its hour of the week of a seasonal baseline; None if nothing was seen in it."""
        return self.slots.get(hour_of_week(time_ns) if self.kind == "seasonal" else ALL_HOURS)

    def holds(self, now_ns: int) -> bool:
        """Return whether it has not expired."""
        return not self.expired_ns and now_ns < self.expires_ns

    def event(self) -> Event:
        """Return the event that keeps it."""
        attributes: dict[str, AttributeValue] = {
            "qms.event.id": f"baseline/{self.id}",
            "qms.event.source": self.source,
            "qms.baseline.id": self.id,
            "qms.baseline.kind": self.kind,
            "qms.baseline.operation": self.operation,
            "qms.baseline.environment": self.environment,
            "qms.baseline.start": text_of(self.start_ns),
            "qms.baseline.end": text_of(self.end_ns),
            "qms.baseline.expires_at": text_of(self.expires_ns),
            "service.name": self.service,
            "service.version": self.version,
            "deployment.environment.name": self.environment,
        }
        values = {f"qms.baseline.{name}": value for name, value in self.metrics.items()}
        given = {name: value for name, value in attributes.items() if value != ""}
        return Event(TAKEN, self.taken_ns, {**given, **values}, json.dumps({"slots": list(map(_pack, self.slots.items()))}))


def name_baseline(kind: str, *about: str | int) -> str:
    """Return the id of a baseline: the same one for the same time of the same thing."""
    return "b-" + hashlib.sha256("\0".join([kind, *map(str, about)]).encode()).hexdigest()[:12]


def keep(kind: str, observed: Observed) -> Observed:
    """Return what a baseline keeps: of an hour of the week buckets of 4.4 % instead of 1.1 %, as there are 168 of them."""
    if kind != "seasonal":
        return observed
    sketch = observed.sketch.coarsened(_SEASONAL_SCALE)
    return Observed(observed.seconds, observed.requests, observed.errors, observed.received, sketch)


def measure(observed: Observed) -> dict[str, float]:
    """Return the values by name: shares of 1, requests per second, and seconds; none that nobody can tell."""
    if not observed.requests:
        return {}
    durations = observed.sketch.durations()
    levels = {name: durations.quantile(level) for name, level in PERCENTILES.items()}
    return {
        "requests": observed.requests,
        "error_rate": observed.errors / observed.requests,
        "availability": 1 - observed.errors / observed.requests,
        "throughput": observed.requests / observed.seconds if observed.seconds else 0.0,
        **{name: value for name, value in levels.items() if value is not None},
    }


def read_baseline(row: Mapping[str, Any]) -> Baseline:
    """Read a row of list_baselines.sql.

    Raises:
        Permanent: the event is none that Assay wrote.
    """
    told = row["attributes"]
    try:
        slots = dict(map(_unpack, json.loads(row["body"])["slots"])) if row["body"] else {}
        return Baseline(
            id=told["qms.baseline.id"],
            kind=told["qms.baseline.kind"],
            service=row["service"],
            operation=told.get("qms.baseline.operation", ""),
            environment=told.get("qms.baseline.environment", ""),
            version=told.get("service.version", ""),
            start_ns=time_of(told["qms.baseline.start"]),
            end_ns=time_of(told["qms.baseline.end"]),
            taken_ns=row["taken_ns"],
            expires_ns=time_of(told["qms.baseline.expires_at"]),
            metrics={name: float(told[key]) for name in _METRICS if (key := f"qms.baseline.{name}") in told},
            slots=slots,
            source=told.get("qms.event.source", ""),
            expired_ns=row["expired_ns"],
            reason=row["reason"],
        )
    except (KeyError, TypeError, ValueError) as error:
        name = told.get("qms.baseline.id", "without an id")
        raise Permanent("baseline_unreadable", f"The baseline {name} cannot be read: {error}", "expire it") from error


def hour_of_week(time_ns: int) -> int:
    """Return the hour since Monday 00:00 UTC."""
    at = datetime.fromtimestamp(time_ns // _SECOND, UTC)
    return at.weekday() * 24 + at.hour


def text_of(time_ns: int) -> str:
    """Return a time as RFC 3339, to the second."""
    return datetime.fromtimestamp(time_ns // _SECOND, UTC).isoformat().replace("+00:00", "Z")


def time_of(text: str) -> int:
    """Return the nanoseconds of an RFC 3339 time."""
    return round(datetime.fromisoformat(text).timestamp()) * _SECOND


_METRICS = ("requests", "error_rate", "availability", "throughput", *PERCENTILES)


def _pack(slot: tuple[int, Observed]) -> dict[str, Any]:
    hour, seen = slot
    return {
        "hour": hour,
        "seconds": seen.seconds,
        "requests": seen.requests,
        "errors": seen.errors,
        "received": seen.received,
        "scale": seen.sketch.scale,
        "durations": {str(bucket): count for bucket, count in sorted(seen.sketch.counts.items())},
    }


def _unpack(packed: Mapping[str, Any]) -> tuple[int, Observed]:
    counts = {int(bucket): float(count) for bucket, count in packed["durations"].items()}
    numbers = (float(packed["seconds"]), float(packed["requests"]), float(packed["errors"]), int(packed["received"]))
    return int(packed["hour"]), Observed(*numbers, Sketch(int(packed["scale"]), counts))
