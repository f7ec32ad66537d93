"""What a destination refuses for good: kept beside the reason, in a bounded directory."""

from __future__ import annotations

import time
from pathlib import Path

import orjson

from assay.core.signals import Signal

_MOST_FILES = 1000
_MOST_BYTES = 64 << 20


def bury(directory: Path, signal: Signal, body: bytes, items: int, reason: str) -> None:
    """Keep a payload as `<nanoseconds>-<signal>.bin` and, with items and reason, `.json`; the oldest make room for it.

    Raises:
        OSError: the disk does not take it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    name = f"{time.time_ns():020d}-{signal}"
    (directory / f"{name}.bin").write_bytes(body)
    (directory / f"{name}.json").write_bytes(orjson.dumps({"signal": signal, "items": items, "reason": reason}))
    letters = sorted(directory.glob("*.bin"))
    total = sum(letter.stat().st_size for letter in letters)
    while len(letters) > 1 and (len(letters) > _MOST_FILES or total > _MOST_BYTES):
        oldest = letters.pop(0)
        total -= oldest.stat().st_size
        oldest.unlink()
        oldest.with_suffix(".json").unlink(missing_ok=True)
