"""Measure what service metrics and the service graph cost, and how long questions on a month of them take.

Run it with `python -m tests.benchmarks.bench_service_metrics`. CPU time is that of the whole process, the least of several
turns that are taken in alternation, so what else runs on the machine hardly shows. The month has 200 services of 10 operations
with a row for each hour; by the minute it has its first and its last day, as nothing between them is ever read by the minute.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.benchmarks.bench_decode import records

from assay.core import config
from assay.core.signals import Signal
from assay.query.graph import read_graph
from assay.query.service_metrics import ServiceQuestion, read_service_metrics
from assay.query.services import list_operations, list_services
from assay.query.times import HOUR, MINUTE, TimeRange
from assay.store import EmbeddedEngine, ServiceGraph, migrate

VIEWS = ("assay_service_metrics_mv", "assay_service_metrics_hourly_mv", "assay_call_ends_mv")
DAY = 24 * HOUR
DAYS = 30
_EDGES = 2000
_tokens = count(1)


def cpu_seconds(action: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_SELF)
    action()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def insert(engine: EmbeddedEngine, segment: bytes) -> float:
    return cpu_seconds(lambda: engine.insert(Signal.TRACES, [segment], f"bench/{next(_tokens)}"))


def measure_inserts(engine: EmbeddedEngine, items: int, turns: int, table: Table) -> list[str]:
    """Add what the views cost at the insert, per insert and per span."""
    made = {
        view: engine.query(f"SELECT create_table_query FROM system.tables WHERE name = '{view}'").rows[0][0] for view in VIEWS
    }
    small, large = records(Signal.TRACES, 1), records(Signal.TRACES, items)
    steps = {"bare": (), "service metrics": VIEWS[:2], "service metrics and ends of calls": VIEWS}
    least = {step: [float("inf"), float("inf")] for step in steps}
    for _ in range(turns):
        for step, views in steps.items():
            for view in VIEWS:
                engine.execute(f"DROP VIEW IF EXISTS {view}")
            for view in reversed(views):
                engine.execute(made[view])
            insert(engine, small)
            least[step][0] = min(least[step][0], *(insert(engine, small) for _ in range(4)))
            least[step][1] = min(least[step][1], *(insert(engine, large) for _ in range(2)))
    missed = []
    bare_small, bare_large = least["bare"]
    for step, (one, many) in least.items():
        each = (many - one) / items * 1e6
        table.add_row(f"CPU of an insert: {step}", f"{one * 1e3:.0f} ms", "")
        table.add_row(f"CPU per span: {step}", f"{each:.2f} µs", "")
    one, many = least["service metrics and ends of calls"]
    more = ((many - one) - (bare_large - bare_small)) / items * 1e6
    table.add_row("CPU per span of the views", f"{more:.2f} µs", "≤ 1 µs")
    table.add_row("CPU per insert of the views", f"{(one - bare_small) * 1e3:.0f} ms", "≤ 25 ms")
    if more > 1:
        missed.append("views, per span")
    if one - bare_small > 0.025:
        missed.append("views, per insert")
    return missed


def measure_graph(engine: EmbeddedEngine, table: Table) -> list[str]:
    """Add what it costs to derive the graph from all that was inserted, in one range."""
    spans = engine.query("SELECT count() FROM assay_call_ends").rows[0][0]
    each = cpu_seconds(ServiceGraph(engine, lambda: 1).catch_up) / spans * 1e6
    table.add_row(f"CPU per span of the service graph, {spans:,} at once", f"{each:.2f} µs", "≤ 1 µs")
    return ["service graph"] if each > 1 else []


def fill_month(engine: EmbeddedEngine, now: int) -> None:
    for view in VIEWS:
        engine.execute(f"DROP VIEW IF EXISTS {view}")
    engine.execute("DROP VIEW assay_service_graph_hourly_mv")
    names = "concat('service-', toString(number % 200)), concat('GET /', toString(intDiv(number, 200) % 10))"
    first, last = (now - DAYS * DAY) // DAY * 86400, now // DAY * 86400
    for table, unit, buckets, begins, steps in (
        ("assay_service_metrics_hourly", 3600, 60, [first], (DAYS + 1) * 24),
        ("assay_service_metrics", 60, 10, [first, last], 1440),
    ):
        for begin in begins:
            engine.execute(f"""INSERT INTO {table}
            SELECT
                toDateTime({begin} + intDiv(number, 2000) * {unit}) AS time, {names},
                'Server', if(number % 50 = 0, 'Error', 'Unset'), 'production', '1.4.2', {buckets}, {buckets}, {buckets} * 1e7,
                mapFromArrays(
                    range(toInt16(1450), toInt16({1450 + buckets})),
                    arrayMap(i -> toFloat64(1 + (i + number) % 3), range({buckets}))),
                (toUInt64(12000000), lower(hex(reinterpretAsFixedString(number)))), toDateTime64(time, 9)
            FROM numbers({steps} * 2000) SETTINGS max_partitions_per_insert_block = 0""")
    engine.execute(f"""INSERT INTO assay_service_graph_hourly
    SELECT toDateTime({first} + intDiv(number, {_EDGES}) * 3600), concat('service-', toString(number % 200)), 'service',
        concat('service-', toString(intDiv(number, 200) % 10)), 'service', 'production', 60, 1, 6e8,
        mapFromArrays(range(toInt16(1450), toInt16(1510)), arrayMap(i -> 1., range(60)))
    FROM numbers({(DAYS + 1) * 24 * _EDGES}) SETTINGS max_partitions_per_insert_block = 0""")


def measure_questions(engine: EmbeddedEngine, turns: int, table: Table) -> list[str]:
    """Add how long questions take."""
    now = time.time_ns()
    fill_month(engine, now)
    hour, day, month = (TimeRange(now - length, now + MINUTE) for length in (HOUR, DAY, DAYS * DAY))
    service = "service-7"
    questions: dict[str, tuple[float, Callable[[], object]]] = {
        "p95 of a service over 1 h": (0.15, lambda: read_service_metrics(engine, ServiceQuestion(service), hour)),
        "p95 of a service over 24 h": (0.15, lambda: read_service_metrics(engine, ServiceQuestion(service), day)),
        "p95 of a service over 30 days": (0.15, lambda: read_service_metrics(engine, ServiceQuestion(service), month)),
        "p95 of an operation over 30 days": (
            0.15,
            lambda: read_service_metrics(engine, ServiceQuestion(service, operation="GET /3"), month),
        ),
        "operations of a service over 30 days": (0.3, lambda: list_operations(engine, service, month)),
        "all services over 1 h": (0.3, lambda: list_services(engine, hour)),
        "all services over 30 days": (3, lambda: list_services(engine, month)),
        "service graph over 1 h": (0.15, lambda: read_graph(engine, hour)),
        "service graph over 30 days": (3, lambda: read_graph(engine, month)),
    }
    missed = []
    for name, (limit, ask) in questions.items():
        took, used = [], []
        for _ in range(turns):
            began = time.perf_counter()
            used.append(cpu_seconds(ask))
            took.append(time.perf_counter() - began)
        took.sort()
        slow = took[int(len(took) * 0.95)]
        measured = f"{took[len(took) // 2] * 1e3:.0f} ms, {slow * 1e3:.0f} ms, {min(used) * 1e3:.0f} ms"
        table.add_row(f"{name}: median, p95, least CPU", measured, f"p95 ≤ {limit * 1e3:.0f} ms")
        if slow > limit:
            missed.append(name)
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=80_000)
    parser.add_argument("--turns", type=int, default=3, help="turns of inserts; 0 for the questions alone")
    parser.add_argument("--questions", type=int, default=20, help="how often each question is asked")
    arguments = parser.parse_args()
    table = Table("figure", "measured", "limit")
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        engine = EmbeddedEngine(Path(directory) / "store", config.Store(), config.Sql())
        migrate(engine)
        missed = []
        if arguments.turns:
            missed += measure_inserts(engine, arguments.items, arguments.turns, table)
            missed += measure_graph(engine, table)
        missed += measure_questions(engine, arguments.questions, table)
        sizes = """SELECT table, sum(rows), formatReadableSize(sum(bytes_on_disk)), round(sum(bytes_on_disk) / sum(rows))
        FROM system.parts WHERE active AND match(table, '^assay_(service_metrics.*|call_ends)$')
        GROUP BY table ORDER BY table"""
        for name, rows, size, each in engine.query(sizes).rows:
            table.add_row(f"disk of {name}", f"{size}, {each:.0f} bytes per row of {rows:,}", "")
        engine.close()
    Console(width=160).print(table)
    if missed:
        print("missed: " + ", ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
