"""Measure how fast stored telemetry becomes what destinations take, beside how fast the engine reads the rows of the spans.

Run it with `python -m tests.benchmarks.bench_exporters`. Items per second of CPU time of the process, all threads; with gzip
where the destination has it, without the network.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.bench_decode import records

from assay.core import config
from assay.core.signals import Signal
from assay.exporters import parse
from assay.exporters.section import DESTINATIONS
from assay.exporters.source import Source
from assay.store import EmbeddedEngine, migrate

ITEMS = 16_384
_UNCOMPRESSED = {"jaeger/thrift", "statsd", "prometheus/remote_write"}
_KINDS: dict[Signal, dict[str, dict[str, Any]]] = {
    Signal.TRACES: {"otlp/http": {}, "zipkin": {}, "jaeger/thrift": {}, "elasticsearch": {}},
    Signal.METRICS: {"otlp/http": {}, "prometheus/remote_write": {}, "statsd": {"endpoint": "udp://unused"}},
    Signal.LOGS: {"otlp/http": {}, "elasticsearch": {}, "fluent/forward": {"endpoint": "tcp://unused"}},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        engine = EmbeddedEngine(Path(directory) / "store", config.Store(), config.Sql())
        migrate(engine)
        for signal, kinds in _KINDS.items():
            engine.insert(signal, [records(signal, ITEMS)], f"bench/{signal}")
            for kind, more in kinds.items():
                options = {"endpoint": "http://unused", **({"spans": "all"} if signal is Signal.TRACES else {}), **more}
                settings = parse({"x": {"type": kind, **options}})["x"]
                source = Source(engine, signal, settings, lambda _signal: 1)
                destination = DESTINATIONS[kind](settings, signal, Path(directory))
                plan = source.plan(0, 1)
                began = time.process_time()
                payloads = [
                    payload.body if kind in _UNCOMPRESSED else gzip.compress(payload.body, 1)
                    for part in range(plan.slices)
                    for payload in destination.encode(source.page(0, plan, part))
                ]
                spent = time.process_time() - began
                print(f"{signal}, {kind}: {plan.rows} items in {len(payloads)} requests: {plan.rows / spent:,.0f}", flush=True)
                destination.close()
        began = time.process_time()
        engine.read("SELECT * FROM assay_spans", form="Native")
        print(f"reading the rows of the spans alone: {ITEMS / (time.process_time() - began):,.0f}")
        engine.close()


if __name__ == "__main__":
    main()
