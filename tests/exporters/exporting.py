"""Exporters over the shared engine, and batches of telemetry to put before them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.e2e.running import wait_for

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.exporters import Exporters
from assay.journal import record

# Beyond those that the service graph of the tests is derived from.
_batches = count(70_000_000)
QUICK = {"batch": {"wait_seconds": 0}, "retry": {"first_seconds": 0.05, "longest_seconds": 0.1}}


class Journal:
    """The batches of a test: nothing of them counts as stored before it is put."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last = next(_batches)

    def committed(self, _signal: Signal) -> int:
        return self._last

    def put(self, signal: Signal, *requests: Message) -> None:
        """Store requests, each as a batch of its own."""
        batches = [next(_batches) for _ in requests]
        records = [
            each
            for request, batch in zip(requests, batches, strict=True)
            for each in record.encode(request.SerializeToString(), batch, time.time_ns(), "tests", 1)
        ]
        if records:
            self._engine.insert(signal, records, f"exporters/{signal}/{batches[-1]}")
            self._last = batches[-1]


def spans(*names: str, service: str = "exported") -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = service
    scope = group.scope_spans.add()
    for name in names:
        scope.spans.add(name=name, trace_id=b"t" * 16, span_id=b"s" * 8, start_time_unix_nano=time.time_ns())
    return request


@contextmanager
def exporting(engine: Engine, journal: Journal, directory: Path, **given: Any) -> Iterator[Exporters]:
    exporters = Exporters(engine, given, directory, journal.committed)
    exporters.start()
    try:
        wait_for(lambda: all(told.position for told in exporters.told()), "each exporter knows where it begins")
        yield exporters
    finally:
        exporters.stop()
