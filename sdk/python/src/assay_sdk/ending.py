"""A program that ends sends what it has, and does not wait long for a server that does not answer."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import cache
from types import FrameType
from typing import Any

from opentelemetry import _logs, metrics, trace

from assay_sdk.failures import guarded

LIMIT_SECONDS = 5.0
_ending = threading.Event()
_terminating, _sent = threading.Event(), threading.Event()
_log = logging.getLogger("assay_sdk")


@cache
def limit_ending() -> None:
    """Give up what is still being sent `LIMIT_SECONDS` after the program has ended, and send it first if SIGTERM ends it.

    The SDK sends the rest of each signal when the interpreter exits, with retries that together take a quarter of a minute
    where nobody answers. Call it after the providers are made: what is registered last runs first.
    """
    atexit.register(_ending.set)
    _watch()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_watch)
    _handle_sigterm()


@guarded("the handler of SIGTERM")
def _handle_sigterm() -> None:
    # Without a handler the interpreter does not exit at SIGTERM but is gone, and with it the last audit records: so end Flask's
    # server and, after its last answer, Uvicorn. A program with a handler of its own decides for itself.
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    """Send what there is, then end as the program would have; a second signal ends it at once."""
    signal.signal(number, signal.SIG_DFL)
    try:
        _terminating.set()
        _sent.wait(LIMIT_SECONDS)
    finally:
        signal.raise_signal(number)


def _watch() -> None:
    # Started ahead: a thread cannot be started any more while the interpreter exits, nor wait for locks in a signal handler.
    for waiting in (_give_up, _send_rest):
        threading.Thread(target=waiting, name="assay-sdk-ending", daemon=True).start()


@guarded("giving up at the end of the program")
def _give_up() -> None:
    _ending.wait()
    time.sleep(LIMIT_SECONDS)  # the process is gone before, if all goes well
    _log.warning("the server has not answered for %g s after the end of the program: what was not sent is lost", LIMIT_SECONDS)
    for exporter in exporters():
        exporter.shutdown()


@guarded("sending the rest at SIGTERM")
def _send_rest() -> None:
    _terminating.wait()
    try:
        providers: tuple[Any, ...] = _logs.get_logger_provider(), trace.get_tracer_provider(), metrics.get_meter_provider()
        for provider in providers:
            provider.force_flush(int(LIMIT_SECONDS * 1000))
    finally:
        _sent.set()


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
