"""What deployments came to, worked out from all events whenever events have come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count

import structlog

from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import load

_EVERY_SECONDS = 5.0
_LOOKED_FOR_CONCLUDED_EVERY = 12  # times
_KEPT_GENERATIONS = 2
_FOLDER = "assay.quality.facts"

log = structlog.get_logger(__name__)


class Delivery:
    """Keeps the table `assay_delivery_facts` up to date; any thread may call.

    Each time all facts are worked out anew, so that an event that came late, twice, out of order or as a correction leaves
    no trace of what was believed before. A schedule does it soon after events have come; a question that
    comes earlier does it itself.
    """

    def __init__(self, engine: Engine, write_series: Callable[[], object] = bool) -> None:
        """Know where events are; the schedule calls `write_series` each time that the facts are up to date."""
        self._engine = engine
        self._write_series = write_series
        self._lock = threading.Lock()
        self._reported: int | None = None
        self._concluded: int | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="delivery")

    def refresh(self, look_for_concluded: bool = False) -> bool:
        """Work the facts out if events have come since the last time or since the start; return whether that was so.

        What was reported shows at once. What is concluded from other telemetry takes longer to look for, and shows when the
        schedule has done that (`look_for_concluded`). The facts before are kept, as somebody may be reading them.
        """
        with self._lock:
            state = self._engine.query(load(_FOLDER, "state")).dicts()[0]
            concluded = self._concluded
            if look_for_concluded or concluded is None:
                concluded = self._engine.query(load(_FOLDER, "concluded_state")).dicts()[0]["stamp"]
            if (state["stamp"], concluded) == (self._reported, self._concluded):
                return False
            if concluded != self._concluded:
                self._engine.execute("TRUNCATE TABLE assay_delivery_concluded")
                self._engine.execute(load(_FOLDER, "concluded_events").text)
            self._work_out(sorted(map(int, state["generations"])))
            self._reported, self._concluded = state["stamp"], concluded
            return True

    def _work_out(self, generations: list[int]) -> None:
        generation = generations[-1] + 1 if generations else 1
        for name in ("deployments", "leads", "incidents", "complete"):
            self._engine.execute(load(_FOLDER, name).text, {"generation": generation})
        for old in generations[: 1 - _KEPT_GENERATIONS]:
            self._engine.execute(f"ALTER TABLE assay_delivery_facts DROP PARTITION {old}")

    def start(self) -> None:
        """Keep the facts up to date in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        for number in count():
            try:
                self.refresh(look_for_concluded=number % _LOOKED_FOR_CONCLUDED_EVERY == 0)
                self._write_series()
            except AssayError as error:
                log.warning("delivery_postponed", reason=str(error))
            if self._stopping.wait(_EVERY_SECONDS):
                return
