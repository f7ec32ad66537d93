"""Remote write: to Prometheus, Mimir, Thanos, VictoriaMetrics or a vendor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import cramjam
from pydantic import Field

from assay.core.errors import Misconfigured
from assay.core.remote_write import Request, WriteRequest
from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.destination import Destination, Payload
from assay.exporters.http import HttpSender
from assay.exporters.page import Page, divide
from assay.exporters.prometheus.points import read_points
from assay.exporters.prometheus.totals import Totals
from assay.exporters.prometheus.write_request import collect, encode_first, encode_second, halve
from assay.exporters.settings import RemoteSettings

_READ = load("assay.exporters.statements", "read_points")
_RETRYABLE = frozenset({429, *range(500, 600)})
_FIRST = ("application/x-protobuf", "0.1.0")
_SECOND = ("application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0")
_WRITTEN = "x-prometheus-remote-write-samples-written"


class PrometheusRemoteWriteSettings(RemoteSettings):
    compression: Literal["snappy"] = "snappy"  # type: ignore[assignment] # the protocol knows no other
    """How requests are compressed."""
    version: Literal["1.0", "2.0"] = "1.0"
    """Version of the protocol that the receiver speaks."""
    native_histograms: bool = False
    """Write exponential histograms as native ones, where the receiver takes them; else with bounds that are powers of two."""
    prefix: str = Field(default="", pattern="^([a-zA-Z_:][a-zA-Z0-9_:]*)?$")
    """What the names of all metrics begin with, such as `qms_`; a name that begins with it already stays as it is."""


class PrometheusRemoteWrite(Destination[PrometheusRemoteWriteSettings]):
    """POST samples to the endpoint, each with its own time; names are those of the page that Prometheus scrapes."""

    settings = PrometheusRemoteWriteSettings
    signals = (Signal.METRICS,)

    def __init__(self, options: PrometheusRemoteWriteSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._sender = HttpSender(options, _RETRYABLE)
        self._totals = Totals()
        self._message = WriteRequest if options.version == "1.0" else Request

    def encode(self, page: Page) -> Iterator[Payload]:
        build = encode_first if self.options.version == "1.0" else encode_second
        self._totals.begin(page)
        for table in page.sources:
            for rows in divide(page.dicts(_READ, table), page.items):
                points = self._totals.add_up(read_points(table, rows, self.options.prefix))
                if series := collect(points, self.options.native_histograms):
                    yield Payload(build(series), len(rows))

    def send(self, payload: Payload) -> None:
        media_type, version = _FIRST if self.options.version == "1.0" else _SECOND
        headers = {"content-encoding": "snappy", "x-prometheus-remote-write-version": version}
        body = bytes(cramjam.snappy.compress_raw(payload.body))
        answer = self._sender.post(self.options.endpoint, body, media_type, headers)
        if self.options.version == "2.0" and _WRITTEN not in answer.headers:
            # A receiver of 1.0 finds nothing in such a request, and says that all is well.
            raise Misconfigured(
                "destination_denies", f"{self.options.endpoint} does not speak remote write 2.0", 'set version: "1.0"'
            )

    def split(self, payload: Payload) -> list[Payload]:
        halves = halve(self._message, payload.body)
        return [
            Payload(half, items)
            for half, items in zip(halves, (payload.items // 2, payload.items - payload.items // 2), strict=False)
        ]

    def close(self) -> None:
        self._sender.close()
