"""What a destination is: it turns a page of rows into payloads and sends one at a time; all else is the frame's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from assay.core.signals import Signal
from assay.exporters.page import Page
from assay.exporters.settings import Settings

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, slots=True)
class Payload:
    """What goes out in one request; `items` counts its spans, data points or log records, `note` is the destination's own."""

    body: bytes
    items: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a payload that was taken.

    `rejected` items were refused for good, for `reason`; `letter` is what is kept of them (the whole payload if it is empty).
    `again` is the part that has to be sent once more.
    """

    rejected: int = 0
    reason: str = ""
    letter: bytes = b""
    again: Payload | None = None


class Destination(ABC, Generic[S]):
    """One signal on its way to one place. The frame makes an object per exporter and signal and uses it in one thread."""

    settings: ClassVar[type[Settings]]
    """The options of its section in the configuration."""
    signals: ClassVar[tuple[Signal, ...]]
    """What it can take."""

    def __init__(self, options: S, signal: Signal, directory: Path) -> None:
        """Connect to nothing yet; `directory` is there and is this exporter's own."""
        self.options = options
        self.signal = signal
        self.directory = directory

    @classmethod
    def make(cls, options: S, signals: Sequence[Signal], directory: Path) -> Mapping[Signal, Destination[S]]:
        """Return an object for each signal; a destination whose signals share something makes it here.

        Raises:
            Misconfigured: it cannot be as `options` say.
        """
        return {signal: cls(options, signal, directory) for signal in signals}

    @abstractmethod
    def encode(self, page: Page) -> Iterable[Payload]:
        """Turn a page into payloads of about `page.items` items each, the same ones for the same rows."""

    @abstractmethod
    def send(self, payload: Payload) -> Outcome | None:
        """Return when the destination has taken the payload; None means all of it.

        Raises:
            Retryable: not now; the frame sends it again later, after `retry_after_seconds` at the earliest.
            Misconfigured: not before somebody changes something, such as an address or a credential; the frame goes on trying.
            TooLarge: the frame asks `split` for smaller ones.
            AssayError: any other means never; it becomes a dead letter.
        """

    def split(self, _payload: Payload) -> list[Payload]:
        """Return the payload in smaller ones, or nothing if it cannot be divided."""
        return []

    def close(self) -> None:
        """Let go of connections."""
