"""One signal of one exporter: read a page, send it, remember it, in a thread of its own."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import structlog

from assay.core import metrics
from assay.core.errors import AssayError, Misconfigured, Retryable, TooLarge
from assay.core.signals import Signal
from assay.exporters.dead_letters import bury
from assay.exporters.destination import Destination, Payload
from assay.exporters.settings import Settings
from assay.exporters.source import Pending, Source
from assay.exporters.state import Position, State

_LOOK_SECONDS = 0.5
_RATE_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Lane:
    """Follow the tables until told to stop; what is interrupted is sent again from the last page that is done."""

    def __init__(
        self,
        name: str,
        signal: Signal,
        *,
        destination: Destination[Any],
        source: Source,
        state: State,
        settings: Settings,
        reading: threading.Semaphore,
        directory: Path,
    ) -> None:
        """Send what `source` gives to `destination`; `reading` bounds how many lanes ask the engine at a time."""
        self.signal = signal
        self.source = source
        self.last_error = ""
        self.last_error_at = 0.0
        self.pending: dict[str, Pending] = {}
        self._name = name
        self._destination = destination
        self._state = state
        self._settings = settings
        self._reading = reading
        self._dead = directory / "dead"
        self._waiting_since = 0.0
        self._sent: deque[tuple[float, int]] = deque()
        self._stopping = threading.Event()
        self.nudge = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"export-{name}-{signal}")

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()
        self.nudge.set()

    def stop(self) -> None:
        """End after what is being sent; the rest of its page is sent again after the next start."""
        self.ask_to_stop()
        self._thread.join()
        self._destination.close()

    def rate(self) -> float:
        """Return items sent per second over the last minute."""
        since = time.monotonic() - _RATE_SECONDS
        return sum(items for at, items in list(self._sent) if at >= since) / _RATE_SECONDS

    def look(self) -> None:
        """Find out what waits, and count what was deleted before it was sent."""
        position = self._state.position(self.signal)
        if position is None:
            return
        found = self.source.pending(position.batch, self.source.watermark())
        gone = [each for key, each in self.pending.items() if key not in found and each.last_batch > position.batch]
        if missed := sum(each.rows for each in gone):
            self._state.miss(self.signal, missed)
            metrics.EXPORTER_MISSED.labels(self._name, self.signal).inc(missed)
            log.error("export_missed", exporter=self._name, signal=self.signal, rows=missed, reason="retention deleted them")
        self.pending = found
        metrics.EXPORTER_LAG_ROWS.labels(self._name, self.signal).set(self.lag_rows())
        metrics.EXPORTER_LAG_SECONDS.labels(self._name, self.signal).set(self.lag_seconds())

    def lag_rows(self) -> int:
        return sum(each.rows for each in self.pending.values())

    def lag_seconds(self) -> float:
        return max(0.0, time.time() - min((each.oldest for each in self.pending.values()), default=time.time()))

    def _run(self) -> None:
        tries = 0
        while not self._stopping.is_set():
            try:
                worked = self.step()
            except Exception as error:
                tries += 1
                self._note(error)
                self._pause(self._back_off(tries))
            else:
                tries = 0
                if not worked:
                    self._pause(_LOOK_SECONDS)

    def step(self) -> bool:
        """Send the next page if there is one; return whether there was."""
        if self._state.paused:
            return False
        watermark = self.source.watermark()
        position = self._state.position(self.signal)
        if position is None:
            # A new exporter begins with what comes from now on; what was before can be replayed.
            self._state.move(self.signal, watermark)
            return False
        if watermark <= position.batch:
            return False
        with self._reading:
            plan = self.source.plan(position.batch, watermark)
        now = time.monotonic()
        self._waiting_since = self._waiting_since or now
        if 0 < plan.rows < self._settings.batch.items and now - self._waiting_since < self._settings.batch.wait_seconds:
            return False
        for part in range(plan.slices if plan.rows else 0):
            with self._reading:
                payloads = list(self._destination.encode(self.source.page(position.batch, plan, part)))
            for payload in payloads:
                if not self._deliver(payload, position):
                    return False
        self._waiting_since = 0.0
        return self._state.advance(self.signal, position, plan.last)

    def _deliver(self, payload: Payload, position: Position) -> bool:
        """Send until it is taken or refused for good; return False if the exporter is stopped, paused or moved first."""
        waiting = deque([payload])
        tries = 0
        while waiting:
            if self._stopping.is_set() or self._state.paused or self._state.position(self.signal) != position:
                return False
            one = waiting.popleft()
            try:
                outcome = self._destination.send(one)
            except (Retryable, Misconfigured) as error:
                tries += 1
                self._note(error)
                metrics.EXPORTER_RETRIES.labels(self._name, self.signal, error.code).inc()
                waiting.appendleft(one)
                asked = error.retry_after_seconds if isinstance(error, Retryable) else 0
                self._pause(max(asked, self._back_off(tries)))
                continue
            except TooLarge as error:
                if smaller := self._destination.split(one):
                    waiting.extendleft(reversed(smaller))
                else:
                    self._bury(one.body, one.items, error.code, error.message)
                continue
            except AssayError as error:
                self._bury(one.body, one.items, error.code, error.message)
                continue
            rejected, again = (outcome.rejected, outcome.again) if outcome else (0, None)
            self._count(one.items - rejected - (again.items if again else 0))
            if outcome and rejected:
                self._bury(outcome.letter or one.body, rejected, "rejected", outcome.reason)
            tries = tries + 1 if again else 0
            if again:
                metrics.EXPORTER_RETRIES.labels(self._name, self.signal, "partly").inc()
                waiting.appendleft(again)
                self._pause(self._back_off(tries))
        return True

    def _count(self, items: int) -> None:
        metrics.EXPORTER_SENT.labels(self._name, self.signal).inc(items)
        now = time.monotonic()
        self._sent.append((now, items))
        while self._sent and self._sent[0][0] < now - _RATE_SECONDS:
            self._sent.popleft()

    def _bury(self, body: bytes, items: int, code: str, reason: str) -> None:
        metrics.EXPORTER_DEAD.labels(self._name, self.signal, code).inc(items)
        log.error("export_refused", exporter=self._name, signal=self.signal, items=items, reason=reason)
        self.last_error, self.last_error_at = reason, time.time()
        bury(self._dead, self.signal, body, items, reason)

    def _note(self, error: Exception) -> None:
        self.last_error, self.last_error_at = str(error) or repr(error), time.time()
        if isinstance(error, AssayError):
            log.warning("export_postponed", exporter=self._name, signal=self.signal, reason=str(error))
        else:
            log.exception("export_failed", exporter=self._name, signal=self.signal)

    def _back_off(self, tries: int) -> float:
        retry = self._settings.retry
        longest = min(retry.first_seconds * 2.0 ** min(tries - 1, 30), retry.longest_seconds)
        return longest * random.uniform(0.5, 1)  # noqa: S311 - jitter is no secret

    def _pause(self, seconds: float) -> None:
        self.nudge.wait(seconds)
        if not self._stopping.is_set():
            self.nudge.clear()
