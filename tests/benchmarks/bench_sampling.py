"""Measure the sampler: a minute at full rate in one pass, and what each of its steps costs per span.

Run it with `python -m tests.benchmarks.bench_sampling`. The spans are made by the engine, in inserts as large as the loader's,
each with ten attributes; the spans of a trace come close together. CPU time is that of the whole process, all threads, as the
kernel counts it, without the merges that the inserts have left to do.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from assay.core import config
from assay.core.ports import Answer
from assay.core.statement import Statement
from assay.policies.sampling import Passes, read
from assay.store import EmbeddedEngine, migrate

_LIMIT_SECONDS = 2.0
_BLOCK = 250_000
_BEGAN = 1_764_000_000
_STEPS = {
    "assay_trace_summaries": "summarise",
    "assay_sampling_late": "find late",
    "assay_sampling_decisions": "decide",
    "assay_sampling_operations": "count operations",
    "otel_traces": "copy",
}


class Watched(EmbeddedEngine):
    """An engine that notes the time of each step of a pass."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, config.Store(), config.Sql())
        self.wall: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)

    def execute(self, sql: str, parameters: Any = None) -> None:
        self._note(sql, lambda: super(Watched, self).execute(sql, parameters))

    def query(self, statement: Statement | str, parameters: Any = None) -> Answer:
        answer: list[Answer] = []
        self._note("", lambda: answer.append(super(Watched, self).query(statement, parameters)))
        return answer[0]

    def _note(self, sql: str, action: Any) -> None:
        step = _STEPS.get(sql.split()[2], "other") if sql.startswith("INSERT") else "other"
        began, before = time.perf_counter(), cpu_seconds()
        action()
        self.wall[step] += time.perf_counter() - began
        self.cpu[step] += cpu_seconds() - before


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def fill(engine: EmbeddedEngine, spans: int, traces: int, seconds: int) -> int:
    """Put the spans of `seconds` into the hot window and return the number of the last batch."""
    batch = 0
    for start in range(0, spans, _BLOCK):
        batch += 1
        engine.execute(f"""
            INSERT INTO otel_traces_recent (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName,
                ResourceAttributes, ScopeName, SpanAttributes, SpanAttributeTypes, Duration, StatusCode, Batch, ReceivedAt)
            WITH intDiv(number * {traces}, {spans}) AS trace, intDiv(trace * {spans} + {traces} - 1, {traces}) AS first,
                {_BEGAN}. + number * {seconds}. / {spans} AS at, concat('/api/v1/things/', toString(number % 30)) AS route
            SELECT fromUnixTimestamp64Micro(toInt64(at * 1e6)), lower(hex(sipHash128(trace))), lower(hex(sipHash64(number))),
                if(number = first, '', lower(hex(sipHash64(first)))), concat('GET ', route),
                ['Server', 'Client'][number % 2 + 1], concat('service-', toString(cityHash64(number) % 20)),
                map('host.name', 'host-a', 'service.name', 'service', 'service.version', '1.2.3'), 'scope',
                map('client.address', concat('10.0.', toString(number % 256), '.7'), 'http.request.method', 'GET',
                    'http.response.status_code', '200', 'http.route', route, 'network.protocol.version', '1.1',
                    'qms.operation', if(cityHash64(trace) % 1000 = 0, 'audit_trail', 'order_processing'),
                    'server.address', 'shop.example.com', 'server.port', '8443',
                    'url.path', concat('/api/v1/things/', toString(number % 100000)),
                    'user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) python-requests/2.32'),
                arrayResize(['string'], 10, 'string'), 1000000 + cityHash64(number) % 50000000,
                if(cityHash64(trace, 1) % 100 = 0 AND number = first, 'Error', 'Unset'), {batch},
                fromUnixTimestamp64Micro(toInt64((at + 1) * 1e6))
            FROM numbers({start}, {min(_BLOCK, spans - start)})
            SETTINGS max_threads = 1, min_insert_block_size_rows = 10000000, min_insert_block_size_bytes = 10000000000,
                materialize_skip_indexes_on_insert = 0""")
    return batch


def settle(engine: EmbeddedEngine) -> None:
    """Wait until no merge runs, which would take the time of what is measured."""
    while engine.query("SELECT count() FROM system.merges").rows != [[0]]:
        time.sleep(0.2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=8_400_000)
    parser.add_argument("--traces", type=int, default=1_000_000)
    parser.add_argument("--pass-seconds", type=int, default=60, help="how much of the minute one pass takes on")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as directory:
        os.chdir(directory)
        engine = Watched(Path(directory) / "store")
        migrate(engine)
        last = fill(engine, arguments.spans, arguments.traces, 60)
        settle(engine)
        sampling = read({"pass_interval": arguments.pass_seconds})
        passes = Passes(engine, spans_of_a_pass=arguments.spans * arguments.pass_seconds // 60)
        engine.wall.clear()
        engine.cpu.clear()
        began = time.perf_counter()
        kept = decided = 0
        while outcome := passes.run(sampling, last, _BEGAN + 100):
            decided += sum(traces for traces, _ in outcome.decided.values())
            kept += sum(spans for (_, is_kept, _), (_, spans) in outcome.decided.items() if is_kept)
        whole = time.perf_counter() - began
        assert decided == arguments.traces, decided
        assert engine.query("SELECT count() FROM otel_traces").rows == [[kept]]
        print(f"{arguments.spans:,} spans of {arguments.traces:,} traces, {kept:,} spans kept; {passes.last.number} passes")
        for step in [*_STEPS.values(), "other"]:
            wall, cpu = engine.wall[step], engine.cpu[step]
            print(f"  {step:17} {wall:6.2f} s  {cpu / arguments.spans * 1e6:6.3f} µs of CPU per span")
        deciding = engine.wall["find late"] + engine.wall["decide"]
        size = engine.query(
            "SELECT sum(bytes_on_disk) / sum(rows) FROM system.parts WHERE active AND table = 'assay_sampling_decisions'"
        ).rows[0][0]
        print(f"  a decision takes {size:.0f} bytes on disk")
        print(f"  all {whole:.2f} s; summarise and decide {deciding + engine.wall['summarise']:.2f} s; decide {deciding:.2f} s")
        engine.close()
    return 0 if deciding <= _LIMIT_SECONDS else 1


if __name__ == "__main__":
    raise SystemExit(main())
