"""A page that Prometheus scrapes: the metrics that services send, and rate, errors and duration of their spans."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from wsgiref.simple_server import WSGIRequestHandler

import orjson
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import ThreadingWSGIServer, make_wsgi_app
from pydantic import Field

from assay.core.config import Port
from assay.core.errors import Misconfigured
from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.destination import Destination, Outcome, Payload
from assay.exporters.page import Page
from assay.exporters.prometheus.exposition import Exposition
from assay.exporters.prometheus.points import Point, read_points
from assay.exporters.prometheus.spans import read_spans
from assay.exporters.settings import Settings

_READ = load("assay.exporters.statements", "read_points")
_MEASURE = load("assay.exporters.statements", "measure_spans")
_EARLIER = "earlier "
_MOST_SCRAPES = 32
_MOST_TOLD = 100


class PrometheusSettings(Settings):
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 9464
    """Port to listen on."""
    spans: Literal["all"] = "all"
    """Spans are counted before any sampling."""
    prefix: str = Field(default="", pattern="^([a-zA-Z_:][a-zA-Z0-9_:]*)?$")
    """What the names of all metrics begin with, such as `qms_`; a name that begins with it already stays as it is."""
    max_series: int = Field(default=20_000, ge=1)
    """Series that are shown at most; points of further ones are refused."""
    stale_seconds: float = Field(default=300, gt=0)
    """How long a series is shown after its last point."""


class Endpoint:
    """An HTTP server with what all signals of an exporter gave."""

    def __init__(self, options: PrometheusSettings, users: int) -> None:
        """Listen, until `users` have called `close`.

        Raises:
            Misconfigured: the address cannot be used.
        """
        self.exposition = Exposition(options.max_series, options.stale_seconds)
        self._users = users
        registry = CollectorRegistry()
        registry.register(self.exposition)
        try:
            self._server = _Server((options.host, options.port), _Handler)
        except OSError as error:
            raise Misconfigured(
                "address_taken",
                f"Cannot listen on {options.host}:{options.port}: {error.strerror}",
                "choose another port for the exporter",
            ) from error
        self._server.set_app(make_wsgi_app(registry))
        self._thread = threading.Thread(target=self._server.serve_forever, name="scrapes", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_port

    def close(self) -> None:
        self._users -= 1
        if not self._users:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class Prometheus(Destination[PrometheusSettings]):
    """Show metrics as they are, and spans as `traces_span_metrics_calls` and `traces_span_metrics_duration`."""

    settings = PrometheusSettings
    signals = (Signal.METRICS, Signal.TRACES)

    def __init__(self, options: PrometheusSettings, signal: Signal, directory: Path, endpoint: Endpoint | None = None) -> None:
        super().__init__(options, signal, directory)
        self.endpoint = endpoint or Endpoint(options, 1)
        self._begun = False

    @classmethod
    def make(cls, options: PrometheusSettings, signals: Sequence[Signal], directory: Path) -> dict[Signal, Prometheus]:
        endpoint = Endpoint(options, len(signals))
        return {signal: cls(options, signal, directory, endpoint) for signal in signals}

    def encode(self, page: Page) -> Iterator[Payload]:
        if not self._begun:
            # What was shown before a restart is there again with the first page after it, increments excepted.
            yield from (Payload(body, 0, _EARLIER + table) for table, body in self._read(page.before()))
            self._begun = True
        for table, body in self._read(page):
            rows = body.splitlines()
            spans = sum(orjson.loads(row)["Spans"] for row in rows) if page.signal is Signal.TRACES else 0
            yield Payload(body, spans or len(rows), table)

    def _read(self, page: Page) -> Iterator[tuple[str, bytes]]:
        statement = _MEASURE if page.signal is Signal.TRACES else _READ
        for table in page.sources:
            if body := page.read(statement, "JSONEachRow", table):
                yield table, body

    def send(self, payload: Payload) -> Outcome | None:
        rows = map(orjson.loads, payload.body.splitlines())
        prefix, table = self.options.prefix, payload.note.removeprefix(_EARLIER)
        points = read_spans(rows, prefix) if self.signal is Signal.TRACES else read_points(table, rows, prefix)
        if table != payload.note:
            for point in points:
                if not point.delta:
                    self.endpoint.exposition.take(point)
            return None
        refused = [(point, reason) for point in points if (reason := self.endpoint.exposition.take(point))]
        return _outcome(refused) if refused else None

    def close(self) -> None:
        self.endpoint.close()


def _outcome(refused: list[tuple[Point, str]]) -> Outcome:
    told = [
        orjson.dumps({"name": point.family.name, "labels": dict(point.labels), "reason": reason})
        for point, reason in refused[:_MOST_TOLD]
    ]
    return Outcome(len(refused), refused[0][1], b"\n".join(told))


class _Server(ThreadingWSGIServer):
    """Answers a few at a time and turns others away, so that nobody can take all memory by asking."""

    allow_reuse_address = True

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(_MOST_SCRAPES)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class _Handler(WSGIRequestHandler):
    timeout = 10

    def log_message(self, *_arguments: Any) -> None:
        """Scrapes are no news."""
