"""Measure what it costs to decode: CPU time of an insert of one item, and CPU time per item of a large insert.

Run it with `python -m tests.benchmarks.bench_decode`. The time is that of the whole process, all threads, as the kernel counts
it, so what else runs on the machine hardly shows. An insert of one item is all fixed cost: the engine plans the views anew.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.benchmarks import telemetry

from assay.core import config
from assay.core.signals import Signal
from assay.journal import record
from assay.store import EmbeddedEngine, migrate

ITEMS_OF_A_REQUEST = 512
BUILD: dict[Signal, Callable[[random.Random, int, str], bytes]] = {
    Signal.TRACES: telemetry.traces,
    Signal.LOGS: telemetry.logs,
    Signal.METRICS: telemetry.metrics,
}
_segments = count(1)


def records(signal: Signal, items: int) -> bytes:
    """Make a segment of requests from twenty services."""
    chance = random.Random(1)
    parts: list[bytes] = []
    for start in range(0, items, ITEMS_OF_A_REQUEST):
        size = min(ITEMS_OF_A_REQUEST, items - start)
        request = BUILD[signal](chance, size, f"service-{chance.randrange(20):02d}")
        parts += record.encode(request, 1, time.time_ns(), "bench", size)
    return b"".join(parts)


def cpu_seconds(engine: EmbeddedEngine, signal: Signal, segment: bytes) -> float:
    """Insert a segment and return the CPU time that it took."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    engine.insert(signal, [segment], f"bench/{signal}/{next(_segments)}")
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=80_000)
    parser.add_argument("--small", type=int, default=10, help="inserts of one item")
    parser.add_argument("--large", type=int, default=3, help="inserts of all items")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        engine = EmbeddedEngine(Path(directory) / "store", config.Store(), config.Sql())
        migrate(engine)
        for signal in Signal:
            small, large = records(signal, 1), records(signal, arguments.items)
            cpu_seconds(engine, signal, small)
            fixed = statistics.median(cpu_seconds(engine, signal, small) for _ in range(arguments.small))
            whole = statistics.median(cpu_seconds(engine, signal, large) for _ in range(arguments.large))
            per_item = (whole - fixed) / arguments.items * 1e6
            size = len(large) / arguments.items
            print(f"{signal:8} {fixed * 1e3:6.0f} ms/insert  {per_item:5.2f} µs/item  {size:4.0f} bytes/item")
        engine.close()


if __name__ == "__main__":
    main()
