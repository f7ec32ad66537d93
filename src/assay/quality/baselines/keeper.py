"""The baselines: taken from the service metrics, kept as events, found, and ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from assay.core.config import Baselines as Settings
from assay.core.errors import NotFound, Retryable
from assay.core.events import Event
from assay.core.ports import Emit, Engine
from assay.core.statement import load
from assay.quality.baselines.baseline import (
    EXPIRED,
    Baseline,
    Kind,
    keep,
    measure,
    name_baseline,
    read_baseline,
)
from assay.quality.baselines.observed import Slot, Which, add_up, list_services, list_slots

LEAST = 30
"""Requests below which nothing is taken: no comparison could be decided by it."""
SECOND = 1_000_000_000
DAY = 86400 * SECOND
DEFAULT_DAYS: dict[Kind, int] = {"release": 7, "rolling": 7, "seasonal": 28}
"""How far back a baseline looks, unless it is said."""

_FOLDER = "assay.quality.baselines"
_MINUTE, _HOUR = 60 * SECOND, 3600 * SECOND
_BATCH_CHARACTERS = 4_000_000
_ANY_TIME = 2**62


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why there is no baseline of something."""

    service: str
    environment: str
    operation: str
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The baselines that were taken, and what there is none of."""

    baselines: list[Baseline]
    skipped: list[Skipped]


@dataclass(frozen=True, slots=True)
class FoundBaseline:
    """A baseline that holds, or the reason why there is none."""

    baseline: Baseline | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """The version of a service that runs in an environment, and when its first request came.

    `has_failed` says whether a gate failed the last time that one judged it.
    """

    service: str
    environment: str
    version: str
    first_ns: int
    has_failed: bool


@dataclass(frozen=True, slots=True)
class _From:
    """What baselines are taken from, when, and because of whom."""

    kind: Kind
    which: Which
    now_ns: int
    source: str


class Baselines:
    """Take, list, find and expire baselines; any thread may call."""

    def __init__(self, engine: Engine, emit: Emit | None = None, settings: Settings | None = None) -> None:
        """Keep baselines through `emit`; without it none can be taken or ended."""
        self.engine = engine
        self.settings = settings or Settings()
        self._emit = emit or _no_intake

    def over(self, engine: Engine) -> Baselines:
        """Return the same ones, asked of another engine."""
        return Baselines(engine, self._emit, self.settings)

    def take(self, kind: Kind, which: Which, now_ns: int, *, by_operation: bool = False, source: str = "command") -> Taken:
        """Take baselines of what `which` describes, one per service and environment, and per operation if asked for.

        Each is an event when this returns. A `start_ns` of 0 stands for as long as is usual for the kind. A release is that of
        `which.version`, or else the one that runs. Less than 30 requests are skipped, and said.

        Raises:
            InvalidInput: a service has too many operations.
            Retryable: intake takes nothing for now; some of them may have been kept, and taking them again changes nothing.
        """
        which = replace(which, start_ns=which.start_ns or max(0, which.end_ns - DEFAULT_DAYS[kind] * DAY))
        if kind == "seasonal":
            which = replace(which, start_ns=which.start_ns // _HOUR * _HOUR, end_ns=which.end_ns // _HOUR * _HOUR)
        taken = Taken([], [])
        for part in self._releases(which, taken) if kind == "release" and not which.version else self._services(which):
            slots = list_slots(self.engine, part, by_operation=by_operation, by_hour=kind == "seasonal")
            new = len(taken.baselines)
            for _, group in groupby(slots, lambda slot: (slot.environment, slot.operation)):
                self._keep(_From(kind, part, now_ns, source), list(group), taken)
            for events in _batches([each.event() for each in taken.baselines[new:]]):
                self._emit(events)
        if not taken.baselines and not taken.skipped:
            taken.skipped.append(Skipped(which.service, which.environment, which.operation, "no request is known of it"))
        return taken

    def known(
        self, *, kind: str = "", service: str = "", environment: str = "", now_ns: int, expired_too: bool, limit: int
    ) -> list[Baseline]:
        """Return baselines without their durations, the one taken last first; those that have expired only if asked for."""
        rows = self._rows(kind=kind, service=service, environment=environment, at=now_ns, expired_too=expired_too, limit=limit)
        return [read_baseline(row) for row in rows]

    def show(self, key: str) -> Baseline:
        """Return a baseline with its durations.

        Raises:
            NotFound: there is none with that id.
        """
        rows = self._rows(id=key, expired_too=True, with_body=True, limit=1)
        if not rows:
            raise NotFound("baseline_unknown", f"There is no baseline {key!r}", "see `assay baseline list --expired`")
        return read_baseline(rows[0])

    def find(self, kind: str, which: Which, now_ns: int) -> FoundBaseline:
        """Return the baseline that was taken last and has not expired by now; for a release not that of its own version.

        Without an environment it is found only if all are of one.
        """
        rows = self._rows(
            kind=kind,
            service=which.service,
            environment=which.environment,
            operation=which.operation,
            any_operation=False,
            not_version=which.version if kind == "release" else "",
            at=now_ns,
            with_body=True,
            limit=20 if not which.environment else 1,
        )
        about = f"of {which.service}" + (f" in {which.environment}" if which.environment else "")
        about += f", operation {which.operation}" if which.operation else ""
        if not rows:
            return FoundBaseline(None, f"there is no {kind} baseline {about}; take one with `assay baseline take`")
        if len({row["attributes"].get("qms.baseline.environment", "") for row in rows}) > 1:
            return FoundBaseline(None, f"there are {kind} baselines {about} of several environments; name one")
        return FoundBaseline(read_baseline(rows[0]))

    def expire(self, key: str, reason: str, now_ns: int) -> Baseline:
        """End a baseline: it stays, and nothing is compared with it any more. Ending it twice changes nothing.

        Raises:
            NotFound: there is none with that id.
            Retryable: intake takes nothing for now.
        """
        found = self.show(key)
        if found.expired_ns:
            return found
        attributes = {
            "qms.event.id": f"baseline_expired/{key}",
            "qms.baseline.id": key,
            "service.name": found.service,
            **({"qms.baseline.reason": reason} if reason else {}),
        }
        self._emit([Event(EXPIRED, now_ns, attributes)])
        return replace(found, expired_ns=now_ns, reason=reason)

    def running(self, which: Which) -> Sequence[Running]:
        """Return the version that runs, of each service and environment with requests in the time of `which`."""
        return [Running(**row) for row in self.engine.query(load(_FOLDER, "list_versions"), which.parameters).dicts()]

    def _services(self, which: Which) -> Iterator[Which]:
        for service in list_services(self.engine, which):
            yield replace(which, service=service)

    def _releases(self, which: Which, taken: Taken) -> Iterator[Which]:
        running = self.running(which)
        for each in running:
            since = max(which.start_ns, each.first_ns)
            yield replace(which, service=each.service, environment=each.environment, version=each.version, start_ns=since)
        if which.service and not running and list_services(self.engine, which):
            reason = "none of its requests says its version (service.version)"
            taken.skipped.append(Skipped(which.service, which.environment, which.operation, reason))

    def _keep(self, asked: _From, slots: list[Slot], taken: Taken) -> None:
        first, which = slots[0], asked.which
        total = add_up([slot.observed for slot in slots])
        if total.received < LEAST:
            reason = f"it has {total.received} requests; {LEAST} are needed"
            taken.skipped.append(Skipped(first.service, first.environment, first.operation, reason))
            return
        about = (first.service, first.operation, first.environment, which.version, which.start_ns, which.end_ns)
        taken.baselines.append(
            Baseline(
                id=name_baseline(asked.kind, *about),
                kind=asked.kind,
                service=first.service,
                operation=first.operation,
                environment=first.environment,
                version=which.version,
                start_ns=min(slot.first_ns for slot in slots),
                end_ns=-(-max(slot.last_ns for slot in slots) // _MINUTE) * _MINUTE,
                taken_ns=asked.now_ns,
                expires_ns=asked.now_ns // SECOND * SECOND + self.settings.keep_days * DAY,
                metrics=measure(total),
                slots={slot.hour: keep(asked.kind, slot.observed) for slot in slots},
                source=asked.source,
            )
        )

    def _rows(self, **asked: Any) -> list[dict[str, Any]]:
        otherwise = {
            "id": "", "kind": "", "service": "", "environment": "", "operation": "", "any_operation": True, "not_version": "",
            "at": _ANY_TIME, "expired_too": False, "with_body": False,
        }  # fmt: skip
        return self.engine.query(load(_FOLDER, "list_baselines"), {**otherwise, **asked}).dicts()


def _batches(events: Sequence[Event]) -> Iterator[list[Event]]:
    """Give the events in groups that intake takes at once."""
    group: list[Event] = []
    for event in events:
        if group and sum(len(each.body) for each in group) + len(event.body) > _BATCH_CHARACTERS:
            yield group
            group = []
        group.append(event)
    if group:
        yield group


def _no_intake(events: Sequence[Event]) -> None:
    raise Retryable("intake_unavailable", "Intake does not run", "try again later")
