"""Print how many requests per second the journal takes, and how long an acknowledgement takes.

    python tests/benchmarks/bench_journal.py [directory]

`senders` of them send their next request as soon as the last is acknowledged; `limit` is one writer that appends
the same bytes with an fdatasync per group of as many requests.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvloop

from assay.core.config import Journal as Limits
from assay.core.signals import Signal
from assay.journal import Journal

_ROW = "{:>10} {:>10} {:>8} {:>10.0f}/s {:>7.1f} MB/s {:>8.2f} ms {:>8.2f} ms {:>6.2f}"


async def _measure(journal: Journal, request: bytes, senders: int, total: int) -> tuple[float, list[float]]:
    latencies: list[float] = []
    left = iter(range(total))

    async def send() -> None:
        for _ in left:
            began = time.perf_counter()
            await journal.accept(Signal.TRACES, request, 1, "bench")
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(senders)))
    return time.perf_counter() - began, latencies


def _measure_threads(journal: Journal, request: bytes, senders: int, total: int) -> tuple[float, list[float]]:
    def send(_: int) -> float:
        began = time.perf_counter()
        journal.submit(Signal.TRACES, request, 1, "bench").result()
        return time.perf_counter() - began

    with ThreadPoolExecutor(senders) as pool:
        began = time.perf_counter()
        latencies = list(pool.map(send, range(total)))
        return time.perf_counter() - began, latencies


def _limit(directory: Path, request: bytes, senders: int, total: int) -> float:
    began = time.perf_counter()
    descriptor = os.open(directory / "limit", os.O_WRONLY | os.O_CREAT)
    for _ in range(0, total, senders):
        os.writev(descriptor, [request] * senders)
        os.fdatasync(descriptor)
    os.close(descriptor)
    return time.perf_counter() - began


def main() -> None:
    where = sys.argv[1] if len(sys.argv) > 1 else None
    print(f"{'bytes':>10} {'how':>10} {'senders':>8} {'requests':>12} {'':>12} {'p50':>11} {'p99':>11} {'ratio':>6}")
    for size, most, total in ((600, 1, 2_000), (600, 200, 60_000), (235_000, 1, 200), (235_000, 16, 1_600)):
        for how, senders in (("asyncio", most), ("threads", min(most, 64))):
            with tempfile.TemporaryDirectory(dir=where) as name:
                directory = Path(name)
                journal = Journal(directory / "journal", Limits(min_free_disk_bytes=1))
                request = b"\n" + os.urandom(size - 1)
                if how == "asyncio":
                    seconds, latencies = uvloop.run(_measure(journal, request, senders, total))
                else:
                    seconds, latencies = _measure_threads(journal, request, senders, total)
                journal.close()
                ratio = _limit(directory, request, senders, total) / seconds
            latencies.sort()
            p50, p99 = (latencies[int(len(latencies) * part)] * 1000 for part in (0.5, 0.99))
            print(_ROW.format(size, how, senders, total / seconds, total * size / seconds / 1e6, p50, p99, ratio))


if __name__ == "__main__":
    main()
