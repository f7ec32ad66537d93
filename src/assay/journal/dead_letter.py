"""Requests that could not be stored, kept with the reason until somebody has looked at them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from assay.core.metrics import DEAD_ITEMS, DEAD_RECORDS
from assay.core.ports import Segment
from assay.core.signals import Signal
from assay.journal import layout, record


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One buried record; `path` holds its bytes as they were in the segment. Times are nanoseconds since 1970, UTC.

    `received_unix_nano`, `source` and `principal` are 0 and empty where the record was too damaged to tell.
    """

    signal: Signal
    path: Path
    segment: int
    reason: str
    buried_unix_nano: int
    received_unix_nano: int
    source: str
    principal: str
    items: int
    bytes: int


def bury(lane: Path, segment: Segment, content: bytes, reason: str, *, now: int, lost_items: int = 0) -> int:
    """Keep `content` durably with its reason, once however often it is repeated, and return how many items it has.

    `lost_items` is what to count for a record that cannot tell its items itself.

    Raises:
        OSError: it could not be written.
    """
    path = lane / "dead" / f"{segment.number:016d}-{hashlib.sha256(content).hexdigest()[:16]}.record"
    description = path.with_suffix(".json")
    envelope = record.envelope(content)
    items = envelope.items if envelope else lost_items
    # The description comes last, so it stands for the whole.
    if description.exists():
        return items
    letter = DeadLetter(
        signal=segment.signal,
        path=path,
        segment=segment.number,
        reason=reason,
        buried_unix_nano=now,
        received_unix_nano=envelope.received_unix_nano if envelope else 0,
        source=envelope.source if envelope else "",
        principal=envelope.principal if envelope else "",
        items=items,
        bytes=len(content),
    )
    path.parent.mkdir(exist_ok=True)
    layout.replace(path, content)
    layout.replace(description, json.dumps(asdict(letter) | {"path": path.name}, indent=2).encode() + b"\n")
    DEAD_RECORDS.labels(segment.signal).inc()
    DEAD_ITEMS.labels(segment.signal).inc(items)
    return items


def read(lane: Path) -> Iterator[DeadLetter]:
    """Yield the dead letters of one signal by segment; one whose description was damaged says so as its reason."""
    for description in sorted((lane / "dead").glob("*.json")):
        path = description.with_suffix(".record")
        try:
            fields = json.loads(description.read_bytes())
            yield DeadLetter(**fields | {"signal": Signal(fields["signal"]), "path": path})
        except FileNotFoundError:
            continue
        except (ValueError, TypeError, KeyError) as error:
            reason = f"its description {description.name} is damaged: {error}"
            size = path.stat().st_size if path.exists() else 0
            yield DeadLetter(Signal(lane.name), path, 0, reason, 0, 0, "", "", 0, size)
