"""What services did in a time: requests, errors and durations, as the service metrics have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.comparison import Durations, Rate, Share

SCALE = 6
"""Scale of the histograms of the service metrics: buckets grow by the 2^6th root of 2."""

EXACT_UP_TO = 2_000
"""Requests of a side up to which durations are compared one by one."""

_FOLDER = "assay.quality.baselines"
_ZERO = -2
_LIMIT = 200_000
_HOUR = 3600 * 1_000_000_000
_BY_THE_MINUTE_NS, _MINUTES_KEPT_NS = 6 * _HOUR, 34 * 24 * _HOUR
_TOGETHER = {"by_operation": False, "by_hour": False, "limit": _LIMIT}


@dataclass(frozen=True, slots=True)
class Sketch:
    """Durations counted by bucket: bucket i ends at 2^((i + 1) / 2^scale) nanoseconds, and bucket -2 holds zero."""

    scale: int
    counts: Mapping[int, float]

    def coarsened(self, scale: int) -> Sketch:
        """Return it with wider buckets."""
        counts: dict[int, float] = {}
        for bucket, count in self.counts.items():
            wider = bucket if bucket == _ZERO else bucket >> (self.scale - scale)
            counts[wider] = counts.get(wider, 0) + count
        return Sketch(scale, counts)

    def durations(self, factor: float = 1.0) -> Durations:
        """Return them in seconds, each as the middle of its bucket, and counted `factor` times."""
        return Durations(
            {
                0.0 if bucket == _ZERO else 2 ** ((bucket + 0.5) / 2**self.scale) / 1e9: count * factor
                for bucket, count in self.counts.items()
                if count > 0
            }
        )


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen in `seconds`: `requests` and `errors` adjusted for sampling by senders, of which `received` came."""

    seconds: float
    requests: float
    errors: float
    received: int
    sketch: Sketch

    @property
    def share(self) -> Share:
        """The errors of as many requests as really came: a request that stands for ten proves no more than one."""
        return Share(min(self.received, round(self.errors * self._factor)), self.received)

    @property
    def rate(self) -> Rate:
        """The requests over time."""
        return Rate(round(self.requests), self.seconds)

    def durations(self, scale: int = SCALE) -> Durations:
        """Return the durations by bucket, as many as really came."""
        return self.sketch.coarsened(scale).durations(self._factor)

    @property
    def _factor(self) -> float:
        return self.received / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Which:
    """Requests of a service in the whole minutes from `start_ns` up to `end_ns`; empty texts stand for all.

    They are spans of kind server and consumer, or of any kind where an operation is named or matched. `other_than` leaves out
    one version.
    """

    service: str
    start_ns: int
    end_ns: int
    operation: str = ""
    environment: str = ""
    version: str = ""
    other_than: str = ""
    operation_matching: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "operation": self.operation,
            "operation_matching": self.operation_matching,
            "environment": self.environment,
            "version": self.version,
            "other_than": self.other_than,
            "start": self.start_ns,
            "end": self.end_ns,
        }


@dataclass(frozen=True, slots=True)
class Slot:
    """What was seen of an operation of a service in an environment, in an hour of the week or, with hour -1, in all."""

    service: str
    environment: str
    operation: str
    hour: int
    first_ns: int
    last_ns: int
    observed: Observed


def observe(engine: Engine, which: Which, now_ns: int) -> Observed | None:
    """Return what was seen of these requests, in all their environments and operations together; None if there were none."""
    if which.end_ns - which.start_ns <= _BY_THE_MINUTE_NS and which.start_ns > now_ns - _MINUTES_KEPT_NS:
        # A third of the time that it takes where hours may be asked for too.
        seen = list(observe_minutes(engine, which).values())
    else:
        seen = [slot.observed for slot in list_slots(engine, which)]
    return replace(add_up(seen), seconds=(which.end_ns - which.start_ns) / 1e9) if seen else None


def add_up(seen: Sequence[Observed]) -> Observed:
    """Return all of it together, of which there is some; what was seen is of one scale."""
    counts: dict[int, float] = {}
    for each in seen:
        for bucket, count in each.sketch.counts.items():
            counts[bucket] = counts.get(bucket, 0) + count
    return Observed(
        sum(each.seconds for each in seen),
        sum(each.requests for each in seen),
        sum(each.errors for each in seen),
        sum(each.received for each in seen),
        Sketch(seen[0].sketch.scale, counts),
    )


def resolve(which: Which) -> tuple[str, Mapping[str, Any]]:
    """Return a statement that gives what `observe` does, and its parameters."""
    return load(_FOLDER, "observe").text, {**which.parameters, **_TOGETHER}


def observe_minutes(engine: Engine, which: Which) -> dict[int, Observed]:
    """Return what was seen in each minute that had requests, by its beginning in nanoseconds; they are kept for 35 days."""
    rows = engine.query(load(_FOLDER, "observe_minutes"), which.parameters).dicts()
    return {row["minute_ns"]: _observed(row, 60.0) for row in rows}


def list_slots(engine: Engine, which: Which, *, by_operation: bool = False, by_hour: bool = False) -> list[Slot]:
    """Return what was seen by service, environment and, if asked for, operation and hour of the week.

    Raises:
        InvalidInput: there are too many operations.
    """
    more = {**_TOGETHER, "by_operation": by_operation, "by_hour": by_hour}
    rows = engine.query(load(_FOLDER, "observe"), {**which.parameters, **more}).dicts()
    if len(rows) == _LIMIT:
        hint = "see `assay doctor` for names that hold ids, or leave the operations out"
        raise InvalidInput("operations_too_many", f"{which.service or 'All services together'} have too many operations", hint)
    return [_slot(row, which, by_hour) for row in rows]


def list_services(engine: Engine, which: Which) -> list[str]:
    """Return the services that had requests in the time and environment of `which`."""
    rows = engine.query(load(_FOLDER, "list_services"), which.parameters).dicts()
    return [row["service"] for row in rows]


def _slot(row: Mapping[str, Any], which: Which, by_hour: bool) -> Slot:
    first, last = max(which.start_ns, row["first_ns"]), min(which.end_ns, row["last_ns"])
    # Before its first request and after its last one a service was not idle; it did not run.
    seconds = row["hours"] * 3600.0 if by_hour else max(60.0, (last - first) / 1e9)
    observed = _observed(row, seconds)
    return Slot(row["service"], row["environment"], row["operation"], row["hour"], first, last, observed)


def _observed(row: Mapping[str, Any], seconds: float) -> Observed:
    sketch = Sketch(SCALE, {int(bucket): float(count) for bucket, count in row["durations"].items()})
    return Observed(seconds, row["requests"], row["errors"], int(row["received"]), sketch)


def read_durations(engine: Engine, which: Which, received: int) -> Durations | None:
    """Return the very durations of as many requests as were received, in seconds.

    None if not all of their spans are there any more.
    """
    rows = engine.query(load(_FOLDER, "read_durations"), {**which.parameters, "limit": EXACT_UP_TO}).dicts()
    counts = {int(row["duration_ns"]) / 1e9: float(row["count"]) for row in rows}
    return Durations(counts) if sum(counts.values()) == received else None
