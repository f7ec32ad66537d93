"""StatsD, DogStatsD and Graphite's dialect, over UDP or TCP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from assay.core.errors import Retryable
from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.destination import Destination, Payload
from assay.exporters.page import Page, divide
from assay.exporters.settings import Settings
from assay.exporters.statsd.increments import Increments
from assay.exporters.statsd.lines import write_lines

_READ = load("assay.exporters.statements", "read_points")
# What a datagram may have so that no network on the way has to divide it.
_DATAGRAM_BYTES = 1432


class StatsdSettings(Settings):
    endpoint: str = Field(pattern=r"^(udp|tcp)://[^/]+$")
    """Where to send to, such as udp://127.0.0.1:8125."""
    dialect: Literal["plain", "dogstatsd", "graphite"] = "plain"
    """How tags are written: not at all, as DogStatsD does (`|#key:value`), or as Graphite does (`;key=value`)."""
    prefix: str = ""
    """What all names begin with, such as `assay.`."""
    timeout_seconds: float = Field(default=30, gt=0)
    """How long a connection may take."""


class Statsd(Destination[StatsdSettings]):
    """Send gauges, and what counters and histograms grew by since the point before."""

    settings = StatsdSettings
    signals = (Signal.METRICS,)

    def __init__(self, options: StatsdSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._increments = Increments()
        self._socket: socket.socket | None = None

    def encode(self, page: Page) -> Iterator[Payload]:
        self._increments.begin(page)
        for table in page.sources:
            rows = page.dicts(_READ, table)
            for part in divide(rows, page.items):
                lines = [
                    line
                    for row in part
                    if row["MetricName"] and (grown := self._increments.of(table, row))
                    for line in write_lines(row, grown, self.options.dialect, self.options.prefix)
                ]
                if lines:
                    yield Payload("".join(f"{line}\n" for line in lines).encode(), len(part))

    def send(self, payload: Payload) -> None:
        try:
            self._socket = self._socket or _connect(self.options)
            for datagram in _datagrams(payload.body):
                self._socket.sendall(datagram)
        except OSError as error:
            self.close()
            raise Retryable(
                "destination_unavailable", f"{self.options.endpoint} does not take it: {error}", "is it running?"
            ) from error

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None


def _connect(options: StatsdSettings) -> socket.socket:
    address = urlsplit(options.endpoint)
    place = (address.hostname or "", address.port or 8125)
    if address.scheme == "tcp":
        return socket.create_connection(place, options.timeout_seconds)
    family, kind, protocol, _, found = socket.getaddrinfo(*place, type=socket.SOCK_DGRAM)[0]
    made = socket.socket(family, kind, protocol)
    # A datagram that nobody takes is told at the next one then, where the system can know it.
    made.connect(found)
    return made


def _datagrams(body: bytes) -> Iterator[bytes]:
    """Yield whole lines, as many as have room in a datagram."""
    made = b""
    for line in body.splitlines(keepends=True):
        if made and len(made) + len(line) > _DATAGRAM_BYTES:
            yield made
            made = b""
        made += line
    yield made
