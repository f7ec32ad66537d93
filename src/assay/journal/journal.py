"""The write side: requests of all signals, acknowledged when they are on disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from assay.core.config import Journal as Limits
from assay.core.errors import Retryable
from assay.core.signals import Signal
from assay.journal import layout
from assay.journal.lane import Entry, Lane, Waiter


class Journal:
    """Append requests to the segments of their signal. One process at a time may write to a directory."""

    def __init__(self, directory: Path, config: Limits, clock: Callable[[], int] = time.time_ns) -> None:
        """Open or make the journal in `directory`; `clock` gives the receive time in nanoseconds since 1970.

        Raises:
            Misconfigured: the directory cannot be used, or what is in it is damaged.
        """
        self.writer = layout.prepare(directory)
        self._config = config
        self._clock = clock
        self._lanes: dict[Signal, Lane] = {}
        try:
            for signal in Signal:
                self._lanes[signal] = Lane(signal, directory / signal, config)
        except OSError as error:
            self.close()
            raise layout.unusable(directory, error) from error

    async def accept(self, signal: Signal, request: bytes, items: int, source: str) -> None:
        """Return once `request` is on disk for good; see `assay.core.ports.Accept`.

        A request without items is not written. A cancelled call may be written or not.

        Raises:
            Retryable: nothing was written; disk or memory is short, or the journal is closing.
        """
        if items:
            waiter = asyncio.get_running_loop().create_future()
            self._submit(signal, request, items, source, waiter)
            await waiter

    def submit(self, signal: Signal, request: bytes, items: int, source: str) -> Future[None]:
        """Do the same from any thread, without an event loop; the future has the outcome of `accept` and cannot be cancelled.

        Raises:
            Retryable: nothing was written; disk or memory is short, or the journal is closing.
        """
        waiter: Future[None] = Future()
        waiter.set_running_or_notify_cancel()
        if items:
            self._submit(signal, request, items, source, waiter)
        else:
            waiter.set_result(None)
        return waiter

    def close(self) -> None:
        """Write what was accepted, seal all segments and refuse everything after."""
        for lane in self._lanes.values():
            lane.close()

    def _submit(self, signal: Signal, request: bytes, items: int, source: str, waiter: Waiter) -> None:
        self._check_room(len(request))
        self._lanes[signal].submit(Entry(request, items, source, self._clock(), waiter))

    def _check_room(self, size: int) -> None:
        """Refuse what would go over a limit. Whatever its size, a request gets through when nothing else is there."""
        waiting = stored = 0
        low = False
        for lane in self._lanes.values():
            waiting += lane.waiting_bytes
            stored += lane.stored_bytes
            low = low or lane.disk_low
        if waiting and waiting + size > self._config.max_pending_bytes:
            raise Retryable(
                "journal_busy",
                "More is waiting for the disk than journal.max_pending_bytes allows",
                "send more slowly, or give Assay a faster disk",
            )
        stored += waiting
        if stored and stored + size > self._config.max_bytes:
            raise Retryable(
                "journal_full",
                "More is waiting to be stored than journal.max_bytes allows",
                "it goes on by itself when the store has caught up",
                retry_after_seconds=5,
            )
        if low:
            raise Retryable(
                "disk_low",
                "Less disk is free than journal.min_free_disk_bytes asks for",
                "free some space; it goes on by itself then",
                retry_after_seconds=10,
            )
