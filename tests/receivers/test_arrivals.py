"""Requests of unknown size: who may go on arriving while memory is short, and who is too slow."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import IO, Any

import grpc
import pytest
from grpc import aio
from tests.receivers.conftest import trace_request, until

from assay.core.errors import Retryable
from assay.receivers.arrivals import Arrivals, resident_bytes, return_memory
from assay.receivers.budget import Budget


class Memory:
    """A process whose size the test decides."""

    resident: int | None = 0

    def __call__(self) -> int | None:
        return self.resident


def arrivals_in(memory: Memory, budget_bytes: int = 2 << 20) -> Arrivals:
    return Arrivals(Budget(budget_bytes), request_bytes=1 << 20, timeout_seconds=30, resident=memory)


async def arrive(arrivals: Arrivals, done: asyncio.Event, size_bytes: int = 1) -> str:
    try:
        async with arrivals.arrival() as arrival:
            await done.wait()
            arrival.size_bytes = size_bytes
    except Retryable as refusal:
        return refusal.code
    return "arrived"


async def start(arrivals: Arrivals, count: int) -> tuple[asyncio.Event, list[asyncio.Task[str]]]:
    """Begin `count` arrivals, letting them in however many there are."""
    done = asyncio.Event()
    tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(count)]
    await until(lambda: len(arrivals._arriving) + len(arrivals._waiting) == count)
    while arrivals._waiting:
        arrivals.check(monotonic() + 1)
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
    memory.resident = 4 << 20
    arrivals.check(monotonic() + 1)
    await until(lambda: len(arrivals._arriving) == 2)
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 2 + ["receiver_busy"] * 3


async def test_as_many_arrive_at_a_time_as_fit_at_the_size_of_late() -> None:
    """As long as sizes are unknown they count as the limit; small ones make room for many, large ones for few."""
    arrivals, done = arrivals_in(Memory()), asyncio.Event()
    tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(5)]
    await until(lambda: (len(arrivals._arriving), len(arrivals._waiting)) == (2, 3))
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 5
    done.clear()
    tasks = [asyncio.create_task(arrive(arrivals, done, 1 << 20)) for _ in range(9)]
    await until(lambda: (len(arrivals._arriving), len(arrivals._waiting)) == (8, 1))
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 9
    done.clear()
    tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(3)]
    await until(lambda: (len(arrivals._arriving), len(arrivals._waiting)) == (2, 1))
    done.set()
    await asyncio.gather(*tasks)
    assert arrivals._slots_taken == 0


async def test_what_is_in_flight_leaves_less_room() -> None:
    """Memory that requests hold after their arrival is not there for others until it is given back."""
    arrivals, done = arrivals_in(Memory()), asyncio.Event()
    with arrivals._budget.lease() as lease:
        lease.take(2 << 20)
        tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(2)]
        await until(lambda: (len(arrivals._arriving), len(arrivals._waiting)) == (0, 2))
    arrivals.check(monotonic())
    assert not arrivals._waiting
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 2


async def test_who_waits_too_long_is_told_to_come_back() -> None:
    """A turn that does not come in five seconds is refused as retryable, and nothing is left behind."""
    memory = Memory()
    memory.resident = 4 << 20
    arrivals, done = arrivals_in(memory), asyncio.Event()
    tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(3)]
    await until(lambda: len(arrivals._waiting) == 1)
    arrivals._resident_at_start = 0
    arrivals.check(monotonic() + 4)
    assert len(arrivals._waiting) == 1
    arrivals.check(monotonic() + 5.1)
    assert await asyncio.gather(*tasks) == ["receiver_busy"] * 3
    assert (arrivals._slots_taken, len(arrivals._arriving)) == (0, 0)


async def test_who_goes_away_while_waiting_loses_the_turn_only() -> None:
    """A cancelled wait gives its turn to the next."""
    arrivals, done = arrivals_in(Memory()), asyncio.Event()
    tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(4)]
    await until(lambda: len(arrivals._waiting) == 2)
    tasks[2].cancel()
    done.set()
    with pytest.raises(asyncio.CancelledError):
        await tasks[2]
    assert await tasks[3] == "arrived"
    assert arrivals._slots_taken == 0


async def test_where_memory_cannot_be_measured_it_counts_as_short() -> None:
    """Not knowing is no reason to be generous: beyond the guaranteed ones nobody is let past the slow."""
    memory = Memory()
    memory.resident = None
    arrivals, done = arrivals_in(memory), asyncio.Event()
    tasks = [asyncio.create_task(arrive(arrivals, done)) for _ in range(3)]
    await until(lambda: len(arrivals._waiting) == 1)
    arrivals.check(monotonic() + 1)
    assert len(arrivals._waiting) == 1
    done.set()
    assert await asyncio.gather(*tasks) == ["arrived"] * 3


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


SERVER = """
import asyncio, sys
from pathlib import Path
from assay.core.config import Otlp, OtlpGrpc as GrpcConfig
from assay.receivers import OtlpGrpc

async def accept(signal, request, items, source):
    await asyncio.sleep(0.05)  # a disk that takes its time

async def main():
    receiver = OtlpGrpc(Otlp(grpc=GrpcConfig(port=0), max_request_bytes=8 << 20), accept)
    peak = lambda: Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    print(await receiver.start(), peak(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(peak(), flush=True)
    await receiver.stop(1)

asyncio.run(main())
"""


async def test_many_large_senders_at_once_are_bounded_and_all_get_through() -> None:
    """Sixty senders of 8 MiB take a fraction of their 480 MiB; should one be refused it may come back, and all are taken."""
    request = trace_request(1, name="x" * ((8 << 20) - 200))
    with server() as (stdin, stdout):
        port, at_start = stdout.readline().split()
        refusals = await asyncio.gather(*(send_until_taken(int(port), request) for _ in range(60)))
        stdin.write("\n")
        stdin.flush()
        peak_mebibytes = (int(stdout.readline()) - int(at_start)) >> 10
    assert set().union(*refusals) <= {grpc.StatusCode.UNAVAILABLE}
    assert peak_mebibytes < 200


@contextmanager
def server() -> Iterator[tuple[IO[str], IO[str]]]:
    """Run a receiver with a limit of 8 MiB in a process of its own."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield process.stdin, process.stdout
        finally:
            process.kill()


async def send_until_taken(port: int, request: bytes) -> set[grpc.StatusCode]:
    """Send over a connection of its own, as often as a retryable answer asks for it; gives the codes of the refusals."""
    codes: set[grpc.StatusCode] = set()
    async with aio.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        call: Any = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        async with asyncio.timeout(60):
            while True:
                try:
                    await call(request)
                    return codes
                except aio.AioRpcError as error:
                    codes.add(error.code())
                    await asyncio.sleep(0.2)
