"""The door through which every OTLP request enters: it is inspected, handed on and counted, whichever way it came."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from time import perf_counter

import structlog

from assay.core import metrics
from assay.core.errors import AssayError, Permanent
from assay.core.ports import Accept
from assay.core.signals import Signal
from assay.receivers.inspection import OTLP, Format
from assay.receivers.large import LargeRequests

_log = structlog.get_logger("assay.receivers")


class _Counters:
    """The metrics of one signal and source, looked up once."""

    def __init__(self, signal: Signal, source: str) -> None:
        self.requests = metrics.RECEIVED_REQUESTS.labels(signal, source)
        self.items = metrics.RECEIVED_ITEMS.labels(signal, source)
        self.bytes = metrics.RECEIVED_BYTES.labels(signal, source)
        self.seconds = metrics.ACKNOWLEDGE_SECONDS.labels(signal, source)


class Door:
    """Take requests of one source, such as `otlp/grpc`; `signals` are those that it has."""

    def __init__(self, accept: Accept, source: str, signals: Iterable[Signal] = Signal) -> None:
        self._accept = accept
        self.source = source
        self._large = LargeRequests()
        self._counters = {signal: _Counters(signal, source) for signal in signals}

    async def take(self, signal: Signal, body: bytes, form: Format = OTLP) -> str:
        """Return once the request is safe; gives a warning for its sender, or an empty text.

        Raises:
            InvalidInput: the body is no request of this signal.
            Retryable: nothing was taken.
        """
        started = perf_counter()
        if len(body) > form.large_bytes:
            inspected = await self._large.inspect(signal, body, form)
        else:
            inspected = form.read(signal, body)
        try:
            await self._accept(signal, inspected.request, inspected.items, self.source)
        except Exception as error:
            reason = error.code if isinstance(error, AssayError) else "internal"
            metrics.REFUSED_ITEMS.labels(signal, self.source, reason).inc(inspected.items)
            raise
        counters = self._counters[signal]
        counters.requests.inc()
        counters.items.inc(inspected.items)
        counters.bytes.inc(len(inspected.request))
        counters.seconds.observe(perf_counter() - started)
        return inspected.warning

    def refuse(self, signal: Signal | None, error: Exception) -> AssayError:
        """Count a refused request and give what its sender may know; an unexpected error is logged once, under an id."""
        if not isinstance(error, AssayError):
            error_id = uuid.uuid4().hex[:12]
            _log.error("request failed", error_id=error_id, signal=signal, source=self.source, exc_info=error)
            error = Permanent("internal", f"internal error {error_id}", "look for this id in the log of Assay")
        metrics.REFUSED_REQUESTS.labels(signal or "none", self.source, error.code).inc()
        return error

    def close(self) -> None:
        """End what runs beside; requests that still wait for it are refused."""
        self._large.close()
