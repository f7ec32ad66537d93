"""Requests whose size nobody knows until they have arrived whole, and how their memory is bounded all the same.

gRPC hands a message over when it is complete; how much of it is there already cannot be asked, but it does not come before it
is asked for. So only as many messages are asked for at a time as the budget holds, should each be as large as the largest of
late; others wait. Whoever is slow makes room for the next while the process has not outgrown the budget. Once it has, only as
many of the slow go on as the budget holds at the size limit, and the rest are told to come back.
"""

from __future__ import annotations

import asyncio
import ctypes
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from resource import getpagesize
from time import monotonic
from types import TracebackType
from typing import Any

from assay.core.errors import Retryable
from assay.receivers.budget import Budget

_TICK_SECONDS = 0.05
_SLOW_SECONDS = 0.1
_WAIT_SECONDS = 5.0
_RETURN_SECONDS = 1.0
_LEARN_SECONDS = 10.0
_SMALLEST_BYTES = 256 << 10
_MAX_WAITING = 4096


def resident_bytes() -> int | None:
    """Give the memory this process takes now, or None where the system does not say."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * getpagesize()
    return None


def return_memory() -> None:
    """Give freed memory back to the system, where the allocator can be told to."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class Arrivals:
    """All requests that are arriving over one receiver; `watch` must run beside them."""

    def __init__(
        self,
        budget: Budget,
        request_bytes: int,
        timeout_seconds: float,
        resident: Callable[[], int | None] = resident_bytes,
    ) -> None:
        self._budget = budget
        self._guaranteed = max(1, budget.limit_bytes // request_bytes)
        self._timeout_seconds = timeout_seconds
        self._resident = resident
        self._resident_at_start = resident() or 0
        self._returned = 0.0
        self._sizes = _Sizes(request_bytes)
        self._slots_taken = 0
        self._arriving: dict[Arrival, None] = {}
        self._waiting: deque[Arrival] = deque()

    def arrival(self) -> Arrival:
        """Open a block in which the current task awaits its request."""
        return Arrival(self)

    async def watch(self) -> None:
        """Let others past who is slow, and refuse whom there is no room for; runs until cancelled."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self.check(monotonic())

    def check(self, now: float) -> None:
        """Do once what `watch` does all the time."""
        self._sizes.forget(now)
        slow = [arrival for arrival in self._arriving if now - arrival.started > _SLOW_SECONDS]
        short = bool(slow) and self._is_short(now)
        for number, arrival in enumerate(slow):
            age = now - arrival.started
            if age > self._timeout_seconds:
                arrival.refuse(slow_sender(self._timeout_seconds))
            elif not short:
                self.release(arrival)
            elif number >= self._guaranteed or (self._waiting and age > _WAIT_SECONDS):
                arrival.refuse(_busy())
        self.admit()
        while self._waiting and now - self._waiting[0].started > _WAIT_SECONDS:
            self._waiting.popleft().refuse(_busy())

    def _is_short(self, now: float) -> bool:
        short = self._outgrown()
        if short and now - self._returned > _RETURN_SECONDS:
            self._returned = now
            return_memory()
            short = self._outgrown()
        return short

    def _outgrown(self) -> bool:
        resident = self._resident()
        # half as much again, for what the rest of the process takes at work
        return resident is None or resident - self._resident_at_start > self._budget.limit_bytes * 3 // 2

    def _has_slot(self) -> bool:
        expected = self._budget.used_bytes + (self._slots_taken + 1) * self._sizes.largest
        return expected <= self._budget.limit_bytes or not (self._slots_taken or self._budget.used_bytes)

    def join(self, arrival: Arrival) -> bool:
        """Give a slot if there is one; otherwise the arrival has to wait for its turn."""
        if not self._waiting and self._has_slot():
            self._take_slot(arrival)
            return True
        if len(self._waiting) >= _MAX_WAITING:
            raise _busy()
        self._waiting.append(arrival)
        return False

    def admit(self) -> None:
        """Give free slots to those who wait, in their order."""
        while self._waiting and self._has_slot():
            arrival = self._waiting.popleft()
            if not arrival.turn.done():
                self._take_slot(arrival)
                arrival.turn.set_result(None)

    def _take_slot(self, arrival: Arrival) -> None:
        arrival.started = monotonic()
        arrival.has_slot = True
        self._slots_taken += 1
        self._arriving[arrival] = None

    def release(self, arrival: Arrival) -> None:
        """Take the slot back, if it was not already."""
        if arrival.has_slot:
            arrival.has_slot = False
            self._slots_taken -= 1
            self.admit()

    def leave(self, arrival: Arrival, size_bytes: int | None) -> None:
        """Forget an arrival, and learn from its size if it came whole."""
        if size_bytes is not None:
            self._sizes.note(size_bytes)
        self._arriving.pop(arrival, None)
        self.release(arrival)


class Arrival:
    """One request that is awaited.

    Entering the block waits for a turn; inside, set `size_bytes` once the request is there. Both raise Retryable if there is
    no room or the request is too slow.
    """

    __slots__ = ("_arrivals", "_refusal", "_task", "has_slot", "size_bytes", "started", "turn")

    turn: asyncio.Future[None]

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._refusal: Retryable | None = None
        self._task: asyncio.Task[Any] | None = None
        self.has_slot = False
        self.size_bytes: int | None = None
        self.started = monotonic()

    async def __aenter__(self) -> Arrival:
        self._task = asyncio.current_task()
        if not self._arrivals.join(self):
            self.turn = asyncio.get_running_loop().create_future()
            try:
                await self.turn
            except asyncio.CancelledError as error:
                self._leave(error)
                raise
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: TracebackType | None) -> None:
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        self._arrivals.leave(self, self.size_bytes)
        if isinstance(error, asyncio.CancelledError) and self._refusal is not None and self._task is not None:
            self._task.uncancel()
            raise self._refusal from None

    def refuse(self, refusal: Retryable) -> None:
        """Make the waiting task raise `refusal`."""
        if self._refusal is None and self._task is not None:
            self._refusal = refusal
            self._task.cancel()


class _Sizes:
    """The largest request of late; as long as none is known, the largest that there can be."""

    def __init__(self, request_bytes: int) -> None:
        self._request_bytes = request_bytes
        self._since = monotonic()
        self._now = self._before = 0

    @property
    def largest(self) -> int:
        return max(self._now, self._before) or self._request_bytes

    def note(self, size_bytes: int) -> None:
        if size_bytes > self._now:
            self._now = min(max(size_bytes, _SMALLEST_BYTES), self._request_bytes)

    def forget(self, now: float) -> None:
        if now - self._since > _LEARN_SECONDS:
            self._since, self._before, self._now = now, self._now, 0


def _busy() -> Retryable:
    return Retryable("receiver_busy", "too many large requests are arriving at once", "send again later")


def slow_sender(timeout_seconds: float) -> Retryable:
    return Retryable(
        "slow_sender", f"the request did not arrive whole within {timeout_seconds:g} seconds", "send smaller batches"
    )
