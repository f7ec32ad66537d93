"""Measure how fast stored spans become what destinations take, beside how fast the engine reads the same rows.

Run it with `python -m tests.benchmarks.bench_exporters`. CPU time of the process, all threads; with the compression that the
destination has, without the network.
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

SPANS = 16_384
_KINDS: dict[str, dict[str, Any]] = {
    "otlp/http": {},
    "zipkin": {},
    "jaeger/thrift": {},
    "elasticsearch": {},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        engine = EmbeddedEngine(Path(directory) / "store", config.Store(), config.Sql())
        migrate(engine)
        engine.insert(Signal.TRACES, [records(Signal.TRACES, SPANS)], "bench")
        began = time.process_time()
        engine.read("SELECT * FROM assay_spans", form="Native")
        print(f"reading the rows alone: {SPANS / (time.process_time() - began):,.0f} spans per second of CPU time")
        for kind, more in _KINDS.items():
            settings = parse({"x": {"type": kind, "endpoint": "http://unused", "spans": "all", **more}})["x"]
            source = Source(engine, Signal.TRACES, settings, lambda _signal: 1)
            destination = DESTINATIONS[kind](settings, Signal.TRACES, Path(directory))
            plan = source.plan(0, 1)
            began = time.process_time()
            payloads = [
                payload.body if kind == "jaeger/thrift" else gzip.compress(payload.body, 1)
                for payload in destination.encode(source.page(0, plan, 0))
            ]
            spent = time.process_time() - began
            print(f"{kind}: {plan.rows} spans in {len(payloads)} requests: {plan.rows / spent:,.0f}")
            destination.close()
        engine.close()


if __name__ == "__main__":
    main()
