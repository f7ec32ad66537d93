"""The schedule on which frameworks are assessed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from assay.core.config import Compliance
from assay.core.errors import AssayError
from assay.quality.compliance.assessor import Assessor

_LOOK_SECONDS = 60.0
_HOUR = 3600 * 1_000_000_000
_DAY = 24 * _HOUR

log = structlog.get_logger(__name__)


class ComplianceSchedule:
    """Assess the configured frameworks every so many hours, in a thread of its own, whatever restarts are in between."""

    def __init__(self, assessor: Assessor, settings: Compliance, clock: Callable[[], int] = time.time_ns) -> None:
        """Use `settings`; `clock` gives nanoseconds since 1970."""
        self._assessor = assessor
        self._settings = settings
        self._clock = clock
        # What was just recorded can be read only a moment later.
        self._last: dict[str, int] = {}
        self._missed: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="compliance")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def catch_up(self) -> list[str]:
        """Assess what is due and return its frameworks.

        Raises:
            AssayError: it could not be done or kept; it is due still.
        """
        now = self._clock()
        last = {name: max(at, self._last.get(name, 0)) for name, at in self._assessor.last_scheduled().items()}
        last = {**self._last, **last}
        due = [name for name in self._known() if now - last.get(name, 0) >= self._settings.every_hours * _HOUR]
        if due:
            self._assessor.check(due, max(0, now - self._settings.window_days * _DAY), now, scheduled=True)
            self._last |= dict.fromkeys(due, now)
        return due

    def _known(self) -> list[str]:
        """Return the configured frameworks that there are; of another, which may come yet, the log tells once."""
        there = self._assessor.names()
        for name in set(self._settings.frameworks) - {*there, *self._missed}:
            self._missed.add(name)
            log.error("framework_unknown", framework=name, known=there)
        return [name for name in self._settings.frameworks if name in there]

    def _run(self) -> None:
        # Not at once: at a start the journal is loaded first, and a check would miss what it holds.
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.catch_up()
            except AssayError as error:
                log.warning("compliance_postponed", reason=str(error))
