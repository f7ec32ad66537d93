"""What `make bench` measures: how much of the engine's own speed arrives, and what it takes.

The limit is the engine copying the same rows from table to table, measured in the same run on the same machine, so a ratio says
something where an absolute figure would not. Run it alone: everything shares the machine's cores, the senders too.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from tests.benchmarks import telemetry
from tests.e2e.running import Running, running, wait_for

from assay.core import config
from assay.store import EmbeddedEngine, migrate

BATCH = 512
_LATENCY_SECONDS = 20
_COPIED = 500_000
_PROCESSES = ("intake", "core")
TABLES = {"traces": "assay_spans", "logs": "otel_logs", "metrics": "otel_metrics_sum"}
ITEMS = {"traces": "spans", "logs": "log records", "metrics": "points"}
BARE = {
    "filters": {"health_checks": False},
    "enrichment": {"resource": {"copy": {}}},
    "scrubbing": {"enabled": False},
    "sampling": {"enabled": False},
}
"""Policies that leave everything as it is."""
COPY = {
    "traces": """CREATE MATERIALIZED VIEW copy_index TO copy_trace_id_ts AS
        SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End, PartitionDate FROM copy WHERE TraceId != ''
        GROUP BY TraceId, PartitionDate"""
}


class Report:
    """Figures with their targets; `missed` has the names of those that are not met."""

    def __init__(self) -> None:
        self.table = Table("figure", "measured", "target", "")
        self.missed: list[str] = []

    def add(self, name: str, measured: str, target: str = "", met: bool = True) -> None:
        if not met:
            self.missed.append(name)
        self.table.add_row(name, measured, target, "" if not target else "met" if met else "missed")


def prepare(folder: Path, signal: str, requests: int, items: int = BATCH) -> Path:
    """Write `requests` different requests to a file that the sender reads."""
    chance = random.Random(f"{signal}{requests}{items}")
    make: Callable[[random.Random, int, str], bytes] = getattr(telemetry, signal)
    path = folder / f"{signal}-{requests}-{items}"
    with path.open("wb") as file:
        for number in range(requests):
            request = make(chance, items, f"service-{number % 20:02d}")
            file.write(len(request).to_bytes(4, "little") + request)
    return path


def send(server: Running, signal: str, requests: Path, *options: str) -> dict[str, float]:
    """Send from another process and return what it measured."""
    command = [sys.executable, "-m", "tests.benchmarks.sender", server.grpc, signal, str(requests), *options]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert answer["failed"] == 0, f"{answer['failed']} requests were not acknowledged"
    return answer


def stored(server: Running, signal: str) -> int:
    return int(server.rows(f"SELECT count() FROM {TABLES[signal]}")[0][0])


def sustain(server: Running, signal: str, requests: Path, count: int, repeat: int) -> float:
    """Return items per second from the first request until all are stored and counted."""
    before = stored(server, signal)
    began = time.perf_counter()
    send(server, signal, requests, "--repeat", str(repeat))
    wait_for(lambda: stored(server, signal) >= before + count * repeat * BATCH, f"{signal} stored", 600, pause=0.2)
    return count * repeat * BATCH / (time.perf_counter() - began)


def measure_visibility(server: Running, stopping: threading.Event, waits: list[float]) -> None:
    """Send a marked span now and then over HTTP and note how long after its acknowledgement a query finds it."""
    number = 0
    with httpx.Client() as client:
        while not stopping.wait(0.1):
            number += 1
            marked = telemetry.traces(random.Random(number), 1, f"marked-{os.getpid()}-{number}")
            client.post(
                f"{server.http}/v1/traces", content=marked, headers={"content-type": "application/x-protobuf"}
            ).raise_for_status()
            acknowledged = time.perf_counter()
            sql = f"SELECT count() FROM assay_spans WHERE ServiceName = 'marked-{os.getpid()}-{number}'"
            wait_for(lambda sql=sql: bool(server.rows(sql)[0][0]), "marked span visible", pause=0.05)  # type: ignore[misc]
            waits.append(time.perf_counter() - acknowledged)


def measure_latency(server: Running, requests: Path, count: int, per_second: float, report: Report) -> None:
    waits: list[float] = []
    stopping = threading.Event()
    watcher = threading.Thread(target=measure_visibility, args=(server, stopping, waits))
    watcher.start()
    repeat = math.ceil(_LATENCY_SECONDS * per_second / count)
    answer = send(server, "traces", requests, "--per-second", str(per_second), "--repeat", str(repeat))
    stopping.set()
    watcher.join()
    waits.sort()
    visible = waits[int(len(waits) * 0.99)]
    report.add("acknowledgement p50 at half load", f"{answer['p50_ms']:.1f} ms")
    report.add("acknowledgement p99 at half load", f"{answer['p99_ms']:.1f} ms", "≤ 25 ms", answer["p99_ms"] <= 25)
    report.add("visible p50 after acknowledgement", f"{waits[len(waits) // 2]:.2f} s")
    report.add(f"visible p99 after acknowledgement ({len(waits)} spans)", f"{visible:.2f} s", "≤ 2 s", visible <= 2)


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has had, as the kernel counts it."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmHWM"].split()[0]) * 1024


def measure_limit(data: Path, signal: str) -> float:
    """Return the rows per second that the engine copies from table to table.

    The rows lie in the order in which they came, as they would have to be taken from anywhere; copied in the order of the
    table's key, they would not need to be sorted.
    """
    table = "otel_traces" if signal == "traces" else TABLES[signal]
    engine = EmbeddedEngine(data / "store", config.Store(max_memory_bytes=8 << 30), config.Sql())
    try:
        engine.execute("CREATE TABLE arrivals ENGINE = MergeTree ORDER BY tuple() EMPTY AS SELECT * FROM " + table)
        engine.execute(f"INSERT INTO arrivals SELECT * FROM {table} ORDER BY Batch, cityHash64(*) LIMIT {_COPIED}")
        engine.execute(f"CREATE TABLE copy AS {table}")
        if view := COPY.get(signal):
            engine.execute("CREATE TABLE copy_trace_id_ts AS otel_traces_trace_id_ts")
            engine.execute(view)
        rates = []
        for _ in range(5):
            began = time.perf_counter()
            engine.execute("INSERT INTO copy SELECT * FROM arrivals SETTINGS insert_deduplicate = 0")
            rates.append(int(engine.query("SELECT count() FROM arrivals").rows[0][0]) / (time.perf_counter() - began))
        return statistics.median(rates)
    finally:
        engine.close()


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make_bare(data: Path) -> None:
    """Make a store that measures nothing of what passes through: decoded spans go to their table and nowhere else."""
    engine = EmbeddedEngine(data / "store", config.Store(), config.Sql())
    try:
        migrate(engine)
        views = "SELECT name FROM system.tables WHERE engine = 'MaterializedView' AND match(create_table_query, {reads:String})"
        for (name,) in engine.query(views, {"reads": "FROM [^ ]*assay_decoded_spans"}).rows:
            if name != "assay_kept_mv":
                engine.execute(f"DROP VIEW {name}")
    finally:
        engine.close()


def bench_policies(folder: Path, count: int, repeat: int, report: Report) -> None:
    """Compare the default policies and service metrics with a pipeline that has none, turn by turn."""
    requests = prepare(folder, "traces", count)
    rates: dict[str, list[float]] = {"bare": [], "policies": []}
    for turn in range(3):
        for name, found in rates.items():
            data = folder / f"policies-{name}-{turn}"
            settings: dict[str, Any] = {"API__SQL__MAX_SECONDS": "120"}
            if name == "bare":
                make_bare(data)
                settings["POLICIES"] = json.dumps(BARE)
            with running(data, **settings) as server:
                sustain(server, "traces", prepare(folder, "traces", 8), 8, 1)
                found.append(sustain(server, "traces", requests, count, repeat))
            shutil.rmtree(data)
    bare, policies = (statistics.median(rates[name]) for name in ("bare", "policies"))
    ranges = {name: f"{min(found):,.0f} to {max(found):,.0f}" for name, found in rates.items()}
    report.add(
        "spans/s with default policies and service metrics, of those without",
        f"{policies / bare:.0%}",
        "≥ 75 %",
        policies / bare >= 0.75,
    )
    report.add("  with, without (ranges of three turns)", f"{ranges['policies']}, {ranges['bare']}")


def bench_signal(folder: Path, signal: str, count: int, repeat: int, report: Report) -> None:
    requests = prepare(folder, signal, count)
    items = ITEMS[signal]
    data = folder / f"data-{signal}"
    if signal == "traces":
        make_bare(data)
    with running(data, API__SQL__MAX_SECONDS="120", POLICIES=json.dumps(BARE)) as server:
        send(server, signal, prepare(folder, signal, 8))
        wait_for(lambda: stored(server, signal) >= 8 * BATCH, "warm")
        if signal == "traces":
            sustain(server, signal, requests, count, 1)
            measure_disk(server, count, report)
        used = {name: cpu_seconds(server.pid(name)) for name in _PROCESSES}
        rate = sustain(server, signal, requests, count, repeat)
        used = {name: (cpu_seconds(server.pid(name)) - before) / (count * repeat * BATCH) for name, before in used.items()}
        if signal == "traces":
            measure_latency(server, requests, count, rate / 2 / BATCH, report)
            measure_small(server, prepare(folder, signal, 5000, items=1), report)
        peak = {name: peak_bytes(server.pid(name)) for name in _PROCESSES}
        total = sum(peak.values())
    limit = measure_limit(data, signal)
    met = rate / limit >= 0.6
    report.add(
        f"{items}/s sustained, of the engine's limit", f"{rate / limit:.0%}", "≥ 60 %" if signal == "traces" else "", met
    )
    report.add(f"  {items}/s received over gRPC, stored and counted", f"{rate:,.0f}")
    report.add(f"  {items}/s that the engine copies from table to table", f"{limit:,.0f}")
    times = ", ".join(f"{name} {seconds * 1e6:.1f} µs" for name, seconds in used.items())
    report.add(f"  CPU time per item ({times})", f"{sum(used.values()) * 1e6:.1f} µs")
    sizes = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in peak.items())
    report.add(f"  peak memory ({sizes})", f"{total / 1e9:.2f} GB", "≤ 2.5 GB", total <= 2.5e9)


def measure_disk(server: Running, count: int, report: Report) -> None:
    # Parts of columns are compressed better when they are merged; what is not merged yet counts as it is.
    size, rows = server.rows(
        "SELECT sum(bytes_on_disk), sumIf(rows, table = 'otel_traces') FROM system.parts"
        " WHERE active AND startsWith(table, 'otel_traces')"
    )[0]
    each = int(size) / int(rows)
    report.add(f"bytes on disk per span ({count * BATCH:,} different ones)", f"{each:.1f}", "≤ 80", each <= 80)


def measure_small(server: Running, requests: Path, report: Report) -> None:
    answer = send(server, "traces", requests, "--at-once", "128", "--repeat", "4")
    rate = answer["sent"] / answer["seconds"]
    report.add("requests/s of one span each, acknowledged", f"{rate:,.0f}", "≥ 3,000", rate >= 3000)


def main() -> Any:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=400, help=f"different requests of {BATCH} items")
    parser.add_argument("--repeat", type=int, default=6, help="how often they are sent")
    parser.add_argument("--signal", choices=TABLES, action="append", help="only this signal")
    parser.add_argument("--policies", action="store_true", help="only what the policies cost")
    given = parser.parse_args()
    report = Report()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        if given.policies or not given.signal:
            console.print("measuring policies …")
            bench_policies(Path(folder), given.requests, given.repeat, report)
        for signal in [] if given.policies else given.signal or TABLES:
            console.print(f"measuring {ITEMS[signal]} …")
            bench_signal(Path(folder), signal, given.requests, given.repeat, report)
    console.print(report.table)
    if report.missed:
        console.print("missed: " + ", ".join(report.missed))
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
