"""Baselines that are taken without anybody asking."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from assay.core.errors import AssayError
from assay.quality.baselines.baseline import Kind
from assay.quality.baselines.keeper import DAY, SECOND, Baselines
from assay.quality.baselines.observed import Which

_EVERY_SECONDS = 300.0
_EVERY_DAYS: dict[Kind, int] = {"rolling": 1, "seasonal": 7}
_SOURCE = "schedule"
_MANY = 100_000

log = structlog.get_logger(__name__)


class BaselineSchedule:
    """Take the kinds of baselines that are configured whenever they are due, in a thread of its own.

    A rolling one is due every day and a seasonal one every week, of all services; that of a release once, when the version has
    run for `release_hours`, unless a gate failed the last time that one judged it.
    """

    def __init__(self, baselines: Baselines, clock: Callable[[], int] = time.time_ns) -> None:
        """Take baselines with the settings of `baselines`; `clock` gives nanoseconds since 1970."""
        self._baselines = baselines
        self._clock = clock
        # What was just taken can be read only a moment later.
        self._last: dict[Kind, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="baselines")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def catch_up(self) -> int:
        """Take what is due, and return how many baselines that were.

        Raises:
            AssayError: it could not be done or kept for now; it is due still.
        """
        now = self._clock() // (60 * SECOND) * 60 * SECOND
        taken = 0
        for kind in self._baselines.settings.schedule:
            known = self._baselines.known(kind=kind, now_ns=self._clock(), expired_too=True, limit=_MANY)
            if kind == "release":
                taken += self._take_releases({(each.service, each.environment, each.version) for each in known}, now)
                continue
            last = max([self._last.get(kind, 0), *(each.taken_ns for each in known if each.source == _SOURCE)])
            if last <= now - _EVERY_DAYS[kind] * DAY:
                taken += self._take(kind, Which("", 0, now))
                self._last[kind] = now
        return taken

    def _take_releases(self, known: set[tuple[str, str, str]], now: int) -> int:
        taken = 0
        hours = self._baselines.settings.release_hours * 3600 * SECOND
        for each in self._baselines.running(Which("", max(0, now - 30 * DAY), now)):
            is_known = (each.service, each.environment, each.version) in known
            if not is_known and not each.has_failed and each.first_ns + hours <= now:
                which = Which(each.service, each.first_ns, now, environment=each.environment, version=each.version)
                taken += self._take("release", which)
        return taken

    def _take(self, kind: Kind, which: Which) -> int:
        by_operation = self._baselines.settings.operations
        return len(self._baselines.take(kind, which, self._clock(), by_operation=by_operation, source=_SOURCE).baselines)

    def _run(self) -> None:
        # Not at once: at a start the journal is loaded first, and a baseline would miss what it holds.
        while not self._stopping.wait(_EVERY_SECONDS):
            try:
                if taken := self.catch_up():
                    log.info("baselines_taken", count=taken)
            except AssayError as error:
                log.warning("baselines_postponed", reason=str(error))
