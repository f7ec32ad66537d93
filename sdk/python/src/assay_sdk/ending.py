"""A program that ends does not wait long for a server that does not answer."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

from opentelemetry import _logs, metrics, trace

from assay_sdk.failures import guarded

LIMIT_SECONDS = 5.0
_ending = threading.Event()
_log = logging.getLogger("assay_sdk")


@cache
def limit_ending() -> None:
    """Give up what is still being sent `LIMIT_SECONDS` after the program has ended.

    The SDK sends the rest of each signal when the interpreter exits, with retries that together take a quarter of a minute
    where nobody answers. Call it after the providers are made: what is registered last runs first.
    """
    atexit.register(_ending.set)
    _watch()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_watch)


def _watch() -> None:
    # Started ahead: a thread cannot be started any more while the interpreter exits.
    threading.Thread(target=_give_up, name="assay-sdk-ending", daemon=True).start()


@guarded("giving up at the end of the program")
def _give_up() -> None:
    _ending.wait()
    time.sleep(LIMIT_SECONDS)  # the process is gone before, if all goes well
    _log.warning("the server has not answered for %g s after the end of the program: what was not sent is lost", LIMIT_SECONDS)
    for exporter in exporters():
        exporter.shutdown()


def exporters() -> Iterator[Any]:
    """Yield the exporters of all three signals that the global providers use."""
    tracing: Any = trace.get_tracer_provider()
    records: Any = _logs.get_logger_provider()
    metering: Any = metrics.get_meter_provider()
    processors = (*tracing._active_span_processor._span_processors, *records._multi_log_record_processor._log_record_processors)
    for processor in processors:
        if hasattr(processor, "_batch_processor"):
            yield processor._batch_processor._exporter
    for reader in metering._metric_readers:
        if hasattr(reader, "_exporter"):
            yield reader._exporter
