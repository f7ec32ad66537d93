"""Requests whose size nobody knows until they have arrived whole, and how their memory is bounded all the same.

gRPC hands a message over when it is complete; how much of it is there already cannot be asked. So a message may arrive on
credit for a short time, in which no more comes than the network carries; after that, while the process has outgrown its
budget, only as many may go on as the budget holds at their largest. The others are told to come back.
"""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from resource import getpagesize
from time import monotonic

from assay.core.errors import Retryable

_CREDIT_SECONDS = 0.2
_TICK_SECONDS = 0.1
_MEASURE_SECONDS = 0.02
_RETURN_SECONDS = 1.0
_MAX_ARRIVALS = 4096


def resident_bytes() -> int | None:
    """Give the memory this process takes now, or None where the system does not say."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * getpagesize()
    return None


def return_memory() -> None:
    """Give freed memory back to the system, where the allocator can be told to."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@dataclass(slots=True)
class _Arrival:
    started: float
    refusal: Retryable | None = None


class Arrivals:
    """All requests that are arriving over one receiver; `watch` must run beside them."""

    def __init__(
        self,
        budget_bytes: int,
        request_bytes: int,
        timeout_seconds: float,
        resident: Callable[[], int | None] = resident_bytes,
    ) -> None:
        self._budget_bytes = budget_bytes
        self._guaranteed = max(1, budget_bytes // request_bytes)
        self._timeout_seconds = timeout_seconds
        self._resident = resident
        self._resident_at_start = resident() or 0
        self._measured = self._returned = 0.0
        self._short = False
        self._arriving: dict[asyncio.Task[None], _Arrival] = {}

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """Hold while the current task awaits a request.

        Raises:
            Retryable: it is too slow, or memory is short.
        """
        if len(self._arriving) >= self._guaranteed and (len(self._arriving) >= _MAX_ARRIVALS or self._is_short()):
            raise _busy()
        task = asyncio.current_task()
        assert task is not None
        arrival = self._arriving[task] = _Arrival(monotonic())
        try:
            yield
        except asyncio.CancelledError:
            if arrival.refusal is None:
                raise
            task.uncancel()
            raise arrival.refusal from None
        finally:
            del self._arriving[task]

    async def watch(self) -> None:
        """Refuse what is too slow and, while memory is short, what has no guarantee; runs until cancelled."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self.check(monotonic())

    def check(self, now: float) -> None:
        """Do once what `watch` does all the time."""
        late = [found for found in self._arriving.items() if now - found[1].started > _CREDIT_SECONDS]
        short = self._measure() if self._short or len(late) > self._guaranteed else False
        for number, (task, arrival) in enumerate(late):
            if now - arrival.started > self._timeout_seconds:
                _refuse(task, arrival, slow_sender(self._timeout_seconds))
            elif number >= self._guaranteed and short:
                _refuse(task, arrival, _busy())

    def _is_short(self) -> bool:
        if monotonic() - self._measured > _MEASURE_SECONDS:
            self._measure()
        return self._short

    def _measure(self) -> bool:
        self._short = self._outgrown()
        self._measured = monotonic()
        if self._short and self._measured - self._returned > _RETURN_SECONDS:
            self._returned = self._measured
            return_memory()
            self._short = self._outgrown()
        return self._short

    def _outgrown(self) -> bool:
        resident = self._resident()
        # half as much again, for what the rest of the process takes at work
        return resident is None or resident - self._resident_at_start > self._budget_bytes * 3 // 2


def _busy() -> Retryable:
    return Retryable("receiver_busy", "too many large requests are arriving at once", "send again later")


def slow_sender(timeout_seconds: float) -> Retryable:
    return Retryable(
        "slow_sender", f"the request did not arrive whole within {timeout_seconds:g} seconds", "send smaller batches"
    )


def _refuse(task: asyncio.Task[None], arrival: _Arrival, refusal: Retryable) -> None:
    if arrival.refusal is None:
        arrival.refusal = refusal
        task.cancel()
