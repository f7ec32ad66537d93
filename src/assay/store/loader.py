"""From the journal into the store: each segment exactly once, in parallel, with a contiguous watermark.

A segment is inserted under the token `<writer>/<signal>/<number>`. A crash between the insert and the commit repeats the
insert, and the engine drops what it has seen under that token. The watermark moves only over segments that are all stored, so
a reader that follows `Batch` up to it misses nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import structlog

from assay.core import metrics
from assay.core.errors import AssayError, InvalidInput
from assay.core.ports import Engine, Segment, SegmentQueue
from assay.core.signals import Signal

_POLL_SECONDS = 0.05
_SHORTEST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 5.0
_CHUNK_BYTES = 4 << 20

log = structlog.get_logger(__name__)


class Loader:
    """Follow the journal until it is stopped."""

    def __init__(self, engine: Engine, segments: SegmentQueue, streams: int, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self._segments = segments
        self._streams = streams
        self._clock = clock
        self._stopping = threading.Event()
        self._draining = threading.Event()
        self._pool = ThreadPoolExecutor(streams, thread_name_prefix="load")
        self._lanes = [threading.Thread(target=self._follow, args=(signal,), name=f"load-{signal}") for signal in Signal]

    def start(self) -> None:
        """Begin to load."""
        for lane in self._lanes:
            lane.start()

    def alive(self) -> bool:
        """Say whether every signal is still being followed."""
        return all(lane.is_alive() for lane in self._lanes)

    def stop(self, drain_seconds: float = 0) -> bool:
        """Load what is sealed for at most `drain_seconds`, then stop; return whether nothing was left."""
        self._draining.set()
        deadline = time.monotonic() + drain_seconds
        for lane in self._lanes:
            lane.join(max(0, deadline - time.monotonic()))
        drained = not any(lane.is_alive() for lane in self._lanes)
        self._stopping.set()
        for lane in self._lanes:
            lane.join()
        self._pool.shutdown()
        return drained

    def _follow(self, signal: Signal) -> None:
        running: dict[int, Future[bool]] = {}
        committed = submitted = self._segments.committed(signal)
        while not self._stopping.is_set():
            draining = self._draining.is_set()
            waiting = self._segments.sealed(signal, submitted)
            for segment in waiting[: self._streams - len(running)]:
                running[segment.number] = self._pool.submit(self._load, segment)
                submitted = segment.number
            before = committed
            while committed + 1 in running and running[committed + 1].done() and running.pop(committed + 1).result():
                committed += 1
            if committed != before:
                self._segments.commit(signal, committed)
                metrics.COMMITTED_BATCH.labels(signal).set(committed)
            self._note_lag(signal, waiting[0] if waiting else None)
            if running:
                wait(running.values(), _POLL_SECONDS, FIRST_COMPLETED)
            elif not waiting:
                if draining:
                    return
                self._draining.wait(_POLL_SECONDS)

    def _note_lag(self, signal: Signal, oldest: Segment | None) -> None:
        with suppress(FileNotFoundError):
            since = oldest.path.stat().st_mtime if oldest else self._clock()
            metrics.LAG_SECONDS.labels(signal).set(max(0.0, self._clock() - since))

    def _load(self, segment: Segment) -> bool:
        """Store a segment and return True, or False if the loader is stopped first."""
        token = f"{self._segments.writer}/{segment.signal}/{segment.number}"
        try:
            stored = self._insert(segment.signal, lambda: _chunks(segment.path), token)
            lost = 0
        except InvalidInput:
            stored, lost = self._divide(segment, list(self._segments.records(segment)), token)
        if stored:
            metrics.STORED_SEGMENTS.labels(segment.signal).inc()
            metrics.STORED_ITEMS.labels(segment.signal).inc(segment.items - lost)
        return stored

    def _divide(self, segment: Segment, records: list[bytes], token: str) -> tuple[bool, int]:
        """Store the readable ones of records that are not readable together; return whether and how many items were buried.

        Halves keep their own tokens, so a repetition after a crash divides the same way and inserts nothing twice.
        """
        lost = 0
        middle = len(records) // 2
        for half, part in (("a", records[:middle]), ("b", records[middle:])):
            try:
                if part and not self._insert(segment.signal, lambda part=part: part, token + half):  # type: ignore[misc]
                    return False, lost
            except InvalidInput as error:
                if len(part) == 1:
                    lost += self._segments.bury(segment, part[0], error.message)
                    log.error("record_refused", signal=segment.signal, segment=segment.number, reason=error.message)
                    continue
                stored, buried = self._divide(segment, part, token + half)
                lost += buried
                if not stored:
                    return False, lost
        return True, lost

    def _insert(self, signal: Signal, data: Callable[[], Iterable[bytes]], token: str) -> bool:
        """Insert until it succeeds and return True, or False if the loader is stopped first."""
        wait_seconds = _SHORTEST_WAIT_SECONDS
        while not self._stopping.is_set():
            try:
                self._engine.insert(signal, data(), token)
            except InvalidInput:
                raise
            except AssayError as error:
                metrics.LOAD_RETRIES.labels(signal, error.code).inc()
                log.warning("load_retried", signal=signal, token=token, reason=str(error), wait_seconds=wait_seconds)
                self._stopping.wait(wait_seconds)
                wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)
            else:
                return True
        return False


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
