"""Measure how fast stored spans become OTLP requests, beside how fast the engine reads the same rows.

Run it with `python -m tests.benchmarks.bench_exporters`. CPU time of the process, all threads; with gzip, without the network.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench_decode import records

from assay.core import config
from assay.core.signals import Signal
from assay.exporters.otlp_http import OtlpHttpSettings, encode
from assay.exporters.source import Source
from assay.store import EmbeddedEngine, migrate

SPANS = 16_384


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        engine = EmbeddedEngine(Path(directory) / "store", config.Store(), config.Sql())
        migrate(engine)
        engine.insert(Signal.TRACES, [records(Signal.TRACES, SPANS)], "bench")
        settings = OtlpHttpSettings(type="otlp/http", endpoint="http://unused", spans="all")
        source = Source(engine, Signal.TRACES, settings, lambda _signal: 1)
        plan = source.plan(0, 1)
        began = time.process_time()
        engine.read("SELECT * FROM assay_spans", form="Native")
        limit = time.process_time() - began
        began = time.process_time()
        payloads = [gzip.compress(payload.body, 1) for payload in encode(source.page(0, plan, 0), Path(directory))]
        spent = time.process_time() - began
        print(f"{plan.rows} spans in {len(payloads)} requests: {plan.rows / spent:,.0f} spans per second of CPU time")
        print(f"reading the rows alone: {plan.rows / limit:,.0f}")
        engine.close()


if __name__ == "__main__":
    main()
