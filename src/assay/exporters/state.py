"""Where an exporter is, durably: one small file, replaced as a whole."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from assay.core.signals import Signal


@dataclass(frozen=True, slots=True)
class Position:
    """The batch up to which all is sent; `turn` grows by one whenever it is set to another place by hand."""

    batch: int
    turn: int


class State:
    """The positions of one exporter and whether it is paused; any thread may call. A change is on disk when a call returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._values: dict[str, Any] = {"paused": False, "positions": {}, "missed": {}}
        if path.exists():
            self._values |= orjson.loads(path.read_bytes())
        self._turns = dict.fromkeys(Signal, 0)

    @property
    def paused(self) -> bool:
        return bool(self._values["paused"])

    def pause(self, paused: bool) -> None:
        """Remember that the exporter is paused, or no longer is."""
        with self._lock:
            self._write(paused=paused)

    def position(self, signal: Signal) -> Position | None:
        """Return where a signal is, None before it has ever been anywhere."""
        with self._lock:
            batch = self._values["positions"].get(signal)
            return None if batch is None else Position(batch, self._turns[signal])

    def advance(self, signal: Signal, before: Position, batch: int) -> bool:
        """Move on from a position; return False, and stay, if it was set to another place meanwhile."""
        with self._lock:
            if self._turns[signal] != before.turn:
                return False
            self._write(positions=self._values["positions"] | {str(signal): batch})
            return True

    def move(self, signal: Signal, batch: int) -> None:
        """Set a signal to another place."""
        with self._lock:
            self._turns[signal] += 1
            self._write(positions=self._values["positions"] | {str(signal): batch})

    def missed(self, signal: Signal) -> int:
        """Return how many rows were deleted before they were sent."""
        return int(self._values["missed"].get(signal, 0))

    def miss(self, signal: Signal, rows: int) -> None:
        """Count rows that were deleted before they were sent."""
        with self._lock:
            self._write(missed=self._values["missed"] | {str(signal): self.missed(signal) + rows})

    def _write(self, **changes: Any) -> None:
        values = self._values | changes
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(orjson.dumps(values))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        self._values = values
