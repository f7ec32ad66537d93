"""Requests of unknown size: who may go on arriving while memory is short, and who is too slow."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest
from tests.receivers.conftest import until

from assay.core.errors import Retryable
from assay.receivers.arrivals import Arrivals, resident_bytes, return_memory


class Memory:
    """A process whose size the test decides."""

    resident: int | None = 0

    def __call__(self) -> int | None:
        return self.resident


def arrivals_in(memory: Memory) -> Arrivals:
    return Arrivals(budget_bytes=200, request_bytes=100, timeout_seconds=30, resident=memory)


async def arrive(arrivals: Arrivals, done: asyncio.Event) -> str:
    try:
        with arrivals.arrival():
            await done.wait()
    except Retryable as refusal:
        return refusal.code
    return "arrived"


async def start(arrivals: Arrivals, count: int) -> tuple[asyncio.Event, list[asyncio.Task[str]]]:
    done = asyncio.Event()
    tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(count)]
    await until(lambda: len(arrivals._arriving) == count)
    return done, tasks


async def test_with_memory_left_everybody_arrives() -> None:
    """Being late is no reason to be refused while memory is not short."""
    arrivals = arrivals_in(Memory())
    done, tasks = await start(arrivals, 5)
    arrivals.check(monotonic() + 29)
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 5


async def test_while_memory_is_short_the_oldest_go_on_and_others_come_back() -> None:
    """As many late ones as the budget holds at their largest may go on; the rest is refused as retryable."""
    memory = Memory()
    arrivals = arrivals_in(memory)
    done, tasks = await start(arrivals, 5)
    memory.resident = 301
    arrivals.check(monotonic() + 1)
    await until(lambda: len(arrivals._arriving) == 2)
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 2 + ["receiver_busy"] * 3


async def test_while_memory_is_short_no_more_are_let_in() -> None:
    """Beyond the guaranteed ones nobody begins to arrive until memory is free again."""
    memory = Memory()
    arrivals = arrivals_in(memory)
    done, tasks = await start(arrivals, 2)
    memory.resident = 301
    assert await arrive(arrivals, done) == "receiver_busy"
    memory.resident = 0
    done.set()
    await asyncio.gather(*tasks)
    arrivals.check(monotonic())
    assert await arrive(arrivals, done) == "arrived"


async def test_where_memory_cannot_be_measured_it_counts_as_short() -> None:
    """Not knowing is no reason to be generous."""
    memory = Memory()
    memory.resident = None
    arrivals = arrivals_in(memory)
    done, tasks = await start(arrivals, 2)
    assert await arrive(arrivals, done) == "receiver_busy"
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 2


async def test_too_slow_is_retryable() -> None:
    """After the time limit even the guaranteed ones are told to come back."""
    arrivals = arrivals_in(Memory())
    _, tasks = await start(arrivals, 1)
    arrivals.check(monotonic() + 31)
    assert await tasks[0] == "slow_sender"


async def test_a_cancelled_request_stays_cancelled() -> None:
    """A sender that goes away is no refusal, and leaves nothing behind."""
    arrivals = arrivals_in(Memory())
    _, tasks = await start(arrivals, 1)
    tasks[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert not arrivals._arriving


def test_the_size_of_the_process_is_known_here() -> None:
    """On this system memory can be measured, and freeing it does no harm."""
    resident = resident_bytes()
    assert resident is None or resident > 1 << 20
    return_memory()
