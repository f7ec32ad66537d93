"""Measure how long a question on DORA metrics takes over a year of a large organisation.

Run it with `python -m tests.benchmarks.bench_dora`. 100 services with ten deployments a day each, two commits in each and an
incident after one in twenty are generated in SQL (generate_delivery.sql) and asked for over HTTP: 365,000 deployments,
730,000 changes and 18,200 incidents. The limit is 300 ms. CPU time is that of server, engine and client together, and says more
where other programs run. What a question takes that is the first after a late event is told apart: it works the facts out
anew, unless the schedule has done so already.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from itertools import count
from pathlib import Path

import httpx
from rich.console import Console
from tests.benchmarks.bench import Report
from tests.conftest import listening

from assay.api import create_app
from assay.core import config
from assay.core.statement import Statement
from assay.quality import Delivery
from assay.store import EmbeddedEngine, migrate

_LIMIT_MS = 300.0
_DAY_NS = 86_400_000_000_000
_PARTS = 10
_LATE = """INSERT INTO otel_logs (Timestamp, ObservedTimestamp, EventName, LogAttributes, ReceivedAt, PartitionDate)
SELECT now64(9) - INTERVAL 100 DAY, now64(9), 'qms.incident.opened',
    map('qms.incident.id', {id:String}, 'qms.event.id', {id:String}, 'service.name', 'service-001'), now64(6), today()"""


def generate(engine: EmbeddedEngine, services: int, per_service: int) -> None:
    """Fill the store with a year that ends now."""
    source = Statement.parse("generate", (Path(__file__).parent / "generate_delivery.sql").read_text("utf-8"))
    start = time.time_ns() - 365 * _DAY_NS
    size = services * per_service // _PARTS
    for part in range(_PARTS):
        engine.execute(source.text, {"services": services, "start": start, "from": part * size, "count": size})


def milliseconds(client: httpx.Client, asked: dict[str, str], repeat: int) -> list[tuple[float, float]]:
    """Ask repeatedly and return how long each answer took, and how much CPU time, the quickest first."""
    taken = []
    for _ in range(repeat):
        began, used = time.perf_counter(), time.process_time()
        answer = client.get("/api/v1/dora", params=asked)
        taken.append(((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000))
        assert answer.json()["groups"][0]["metrics"]["change_failure_rate"]["value"] > 0
    return sorted(taken)


def add(report: Report, name: str, taken: list[tuple[float, float]], limited: bool = True) -> None:
    p95 = taken[int(0.95 * (len(taken) - 1))][0]
    middle, used = (statistics.median(column) for column in zip(*taken, strict=True))
    figures = f"{middle:,.0f} / {p95:,.0f} / {used:,.0f} ms"
    print(f"{name}: {figures}", flush=True)
    limit = f"p95 < {_LIMIT_MS:.0f} ms" if limited else ""
    report.add(f"{name}, p50 / p95 / CPU time", figures, limit, p95 < _LIMIT_MS or not limited)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--per-service", type=int, default=3650)
    parser.add_argument("--repeat", type=int, default=20)
    given = parser.parse_args()
    report, ids = Report(), count()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        engine = EmbeddedEngine(Path(folder) / "store", config.Store(max_memory_bytes=6 << 30), config.Sql())
        migrate(engine)
        generate(engine, given.services, given.per_service)
        # The engine does this by itself two minutes after the last event.
        engine.execute("OPTIMIZE TABLE assay_delivery FINAL")
        delivery = Delivery(engine)
        app = create_app(engine, config.Api(), delivery=delivery)
        with listening(app) as url, httpx.Client(base_url=url, timeout=120) as client:
            began = time.perf_counter()
            delivery.refresh()
            report.add("facts worked out anew", f"{time.perf_counter() - began:.2f} s")
            for window in ("365", "90", "30"):
                add(report, f"all services, {window} days", milliseconds(client, {"window": window}, given.repeat))
            one = {"window": "365", "service": "service-001"}
            add(report, "one service, 365 days", milliseconds(client, one, given.repeat))
            late = []
            for number in range(3):
                engine.execute(_LATE, {"id": f"late-{number}-{next(ids)}"})
                late += milliseconds(client, {"window": "365"}, 1)
            add(report, "first question after a late event, all services", sorted(late), limited=False)
        engine.close()
    Console().print(report.table)
    return 1 if report.missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
