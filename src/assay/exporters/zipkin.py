"""Zipkin: spans as JSON of its API v2, to Zipkin itself or to whatever else takes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from assay.core.errors import Permanent
from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.destination import Destination, Payload
from assay.exporters.http import HttpSender
from assay.exporters.page import Page, divide
from assay.exporters.settings import RemoteSettings

_STATEMENT = load("assay.exporters.statements", "encode_zipkin")
_WITHOUT_IDS = "without ids"


class ZipkinSettings(RemoteSettings):
    pass


class Zipkin(Destination[ZipkinSettings]):
    """POST `<endpoint>/api/v2/spans`."""

    settings = ZipkinSettings
    signals = (Signal.TRACES,)

    def __init__(self, options: ZipkinSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._sender = HttpSender(options)
        self._url = f"{options.endpoint.rstrip('/')}/api/v2/spans"

    def encode(self, page: Page) -> Iterator[Payload]:
        lines = page.read(_STATEMENT, "TSVRaw").splitlines()
        for start, note in ((b"1\t", ""), (b"0\t", _WITHOUT_IDS)):
            for part in divide([line[2:] for line in lines if line.startswith(start)], page.items):
                yield Payload(b"[" + b",".join(part) + b"]", len(part), note)

    def send(self, payload: Payload) -> None:
        if payload.note == _WITHOUT_IDS:
            raise Permanent("destination_refuses", "Zipkin takes no span without a trace id and a span id")
        self._sender.post(self._url, payload.body, "application/json")

    def split(self, payload: Payload) -> list[Payload]:
        spans = orjson.loads(payload.body)
        middle = len(spans) // 2
        return [Payload(orjson.dumps(half), len(half)) for half in (spans[:middle], spans[middle:])] if middle else []

    def close(self) -> None:
        self._sender.close()
