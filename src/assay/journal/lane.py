"""The writing of one signal: a queue, a thread that empties it in groups, and one fsync per group."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Condition, Thread
from typing import NamedTuple

import structlog

from assay.core.config import Journal as Limits
from assay.core.errors import Misconfigured, Retryable
from assay.core.metrics import JOURNAL_BYTES
from assay.core.signals import Signal
from assay.journal import layout, record
from assay.journal.segment import OpenSegment, recover

_log = structlog.get_logger()

_SURVEY_SECONDS = 0.25
"""How often a lane looks at what has been stored meanwhile and how much disk is free."""

Waiter = asyncio.Future[None] | Future[None]


class Entry(NamedTuple):
    """A request on its way to the disk."""

    request: bytes
    items: int
    source: str
    received_unix_nano: int
    waiter: Waiter

    def largest_bytes(self) -> int:
        return record.largest_bytes(self.request, self.source)


MAX_ITEMS = 250_000
"""Items after which a segment is full whatever its size: the store takes a segment as one block in memory."""


class Lane:
    """Write the requests of one signal. `waiting_bytes`, `stored_bytes` and `disk_low` may be read from any thread."""

    def __init__(self, signal: Signal, directory: Path, limits: Limits) -> None:
        """Recover what the last run left, and start the thread.

        Raises:
            OSError: the directory cannot be read or written.
            Misconfigured: the journal is damaged.
        """
        self.waiting_bytes = 0
        """Memory taken by requests that are not on disk yet."""
        self.disk_low = False
        self._signal = signal
        self._directory = directory
        self._limits = limits
        self._ready = Condition()
        self._queue: deque[Entry] = deque()
        self._closing = False
        self._segment: OpenSegment | None = None
        self._troubles: set[str] = set()
        committed = layout.read_committed(directory)
        recover(directory, committed)
        names = sorted(layout.sealed_names(directory))
        self._sealed = deque((number, (directory / name).stat().st_size) for number, _, name in names if number > committed)
        self._next = max([committed, *(number for number, _ in self._sealed)]) + 1
        self._sealed_bytes = sum(size for _, size in self._sealed)
        self._next_survey = 0.0
        self._survey()
        self._thread = Thread(target=self._run, name=f"journal-{signal}", daemon=True)
        self._thread.start()

    @property
    def stored_bytes(self) -> int:
        """Disk taken by records that are not committed yet."""
        segment = self._segment
        return self._sealed_bytes + (segment.bytes if segment else 0)

    def submit(self, entry: Entry) -> None:
        """Put a request in the queue; its waiter learns the outcome."""
        with self._ready:
            if self._closing:
                raise _closed()
            self._queue.append(entry)
            self.waiting_bytes += len(entry.request)
            self._ready.notify()

    def close(self) -> None:
        """Write what is queued, seal it and end the thread; further requests are refused."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._step():
                pass
        finally:
            # Reached without fault only by close(), with an empty queue; after a fault nobody may be left waiting.
            with self._ready:
                self._closing = True
            _settle([entry.waiter for entry in self._queue], _closed)
            if self._segment:
                self._segment.abandon()

    def _step(self) -> bool:
        with self._ready:
            if not self._queue and not self._closing:
                self._ready.wait(self._idle_seconds())
            closing = self._closing
        group = self._take()
        if group:
            self._write(group)
        now = time.monotonic()
        if self._segment and (self._is_full(self._segment) or closing or now >= self._sealing_time(self._segment)):
            self._seal()
        if now >= self._next_survey:
            self._survey()
        return bool(self._queue) or not closing

    def _idle_seconds(self) -> float:
        due = self._next_survey
        if self._segment and not self._segment.damaged:
            due = min(due, self._sealing_time(self._segment))
        return max(0.0, due - time.monotonic())

    def _sealing_time(self, segment: OpenSegment) -> float:
        return segment.created + self._limits.segment_age_seconds

    def _is_full(self, segment: OpenSegment) -> bool:
        if self._queue:
            return not self._fits(segment.bytes, segment.items, self._queue[0])
        return segment.bytes >= self._limits.segment_bytes or segment.items >= MAX_ITEMS

    def _fits(self, size: int, items: int, entry: Entry) -> bool:
        return size + entry.largest_bytes() <= self._limits.segment_bytes and items + entry.items <= MAX_ITEMS

    def _take(self) -> list[Entry]:
        """Take what fits into the segment. A request gets through alone if it is larger than any segment."""
        size = items = 0
        if self._segment and not self._segment.damaged:
            size, items = self._segment.bytes, self._segment.items
        group: list[Entry] = []
        # Only this thread takes from the queue, and a deque needs no lock for that.
        while self._queue and (not size or self._fits(size, items, self._queue[0])):
            entry = self._queue.popleft()
            group.append(entry)
            size += entry.largest_bytes()
            items += entry.items
        return group

    def _write(self, group: list[Entry]) -> None:
        refusal: Callable[[], Retryable] | None = _closed
        try:
            segment = self._writable()
            pieces: list[bytes] = []
            for request, items, source, received, _ in group:
                pieces += record.encode(request, segment.number, received, source, items)
            segment.append(pieces, sum(map(len, pieces)), sum(entry.items for entry in group))
        except (OSError, MemoryError) as error:
            self._report("journal_write", error)
            refusal = partial(_failed, f"The journal cannot be written: {error}")
        else:
            self._report("journal_write")
            refusal = None
        finally:
            # Before the answers, so that a sender's next request does not find the memory of its last one taken.
            with self._ready:
                self.waiting_bytes -= sum(len(entry.request) for entry in group)
            _settle([entry.waiter for entry in group], refusal)

    def _writable(self) -> OpenSegment:
        if self._segment and self._segment.damaged:
            self._seal_or_raise(self._segment)
        if not self._segment:
            self._segment = OpenSegment(self._directory, self._next)
        return self._segment

    def _seal(self) -> None:
        if self._segment:
            try:
                self._seal_or_raise(self._segment)
            except OSError as error:
                # Nothing may follow in this file; the next request or the next wake-up tries to seal it again.
                self._segment.damaged = True
                self._report("journal_seal", error)
            else:
                self._report("journal_seal")

    def _seal_or_raise(self, segment: OpenSegment) -> None:
        segment.seal()
        if segment.bytes:
            self._sealed_bytes += segment.bytes
            self._sealed.append((segment.number, segment.bytes))
            self._next = segment.number + 1
        self._segment = None

    def _survey(self) -> None:
        """See what the other process has stored and deleted, and how much disk is free."""
        try:
            committed = layout.read_committed(self._directory)
            self.disk_low = layout.free_bytes(self._directory) < self._limits.min_free_disk_bytes
        except (OSError, Misconfigured) as error:
            # Without news nothing counts as stored; the limit holds senders back until it can be read again.
            self._report("journal_survey", error)
        else:
            self._report("journal_survey")
            while self._sealed and self._sealed[0][0] <= committed:
                self._sealed_bytes -= self._sealed.popleft()[1]
        JOURNAL_BYTES.labels(self._signal).set(self.stored_bytes)
        self._next_survey = time.monotonic() + _SURVEY_SECONDS

    def _report(self, work: str, error: Exception | None = None) -> None:
        """Log when work begins to fail and when it succeeds again: a line per failure could fill the disk by itself."""
        if error and work not in self._troubles:
            self._troubles.add(work)
            _log.warning(f"{work}_failed", signal=self._signal, error=str(error))
        elif not error and work in self._troubles:
            self._troubles.remove(work)
            _log.warning(f"{work}_recovered", signal=self._signal)


def _closed() -> Retryable:
    return Retryable("journal_closed", "The journal is shutting down", "send it again in a moment")


def _failed(message: str) -> Retryable:
    hint = "nothing was lost; free some disk space if this goes on"
    return Retryable("journal_write_failed", message, hint, retry_after_seconds=2)


def _settle(waiters: Sequence[Waiter], refusal: Callable[[], Retryable] | None) -> None:
    """Tell all waiters, those of an event loop by one call into it; each gets an exception of its own to raise."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiter in waiters:
        if isinstance(waiter, asyncio.Future):
            by_loop.setdefault(waiter.get_loop(), []).append(waiter)
        else:
            _settle_here([waiter], refusal)
    for loop, futures in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle_here, futures, refusal)
        except RuntimeError:
            # The loop is closed, so nobody waits in it any more.
            continue


def _settle_here(waiters: Sequence[Waiter], refusal: Callable[[], Retryable] | None) -> None:
    for waiter in waiters:
        # A waiter whose client has gone is cancelled; what it sent is stored all the same.
        if waiter.done():
            continue
        if refusal:
            waiter.set_exception(refusal())
        else:
            waiter.set_result(None)
