"""The console: what goes through, for people or as JSON lines, on the standard output of Assay."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Literal

from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.destination import Destination, Payload
from assay.exporters.page import Page
from assay.exporters.settings import Settings

_PRETTY = {signal: load("assay.exporters.statements", f"tell_{signal}") for signal in Signal}


class ConsoleSettings(Settings):
    format: Literal["pretty", "json"] = "pretty"
    """A line for people per item, or all columns of it as a line of JSON."""


class Console(Destination[ConsoleSettings]):
    """Write to standard output."""

    settings = ConsoleSettings
    signals = (Signal.TRACES, Signal.METRICS, Signal.LOGS)

    def encode(self, page: Page) -> Iterator[Payload]:
        for table in page.sources:
            if self.options.format == "json":
                text = page.read("SELECT * FROM page", "JSONEachRow", table)
            else:
                text = page.read(_PRETTY[page.signal], "TSVRaw", table)
            lines = text.splitlines(keepends=True)
            for start in range(0, len(lines), page.items):
                part = lines[start : start + page.items]
                yield Payload(b"".join(part), len(part))

    def send(self, payload: Payload) -> None:
        sys.stdout.write(payload.body.decode("utf-8", "replace"))
        sys.stdout.flush()
