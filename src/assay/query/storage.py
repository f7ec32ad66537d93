"""What takes the disk."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from assay.core.ports import Engine
from assay.core.statement import load

_NO_DAY = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Stored:
    """A table: its rows, its bytes on disk, and the oldest day that it has if it is in parts by day."""

    name: str
    rows: int
    bytes: int
    oldest: datetime.date | None


def measure_storage(engine: Engine) -> list[Stored]:
    """Return each table that has rows, the largest first."""
    rows = engine.query(load("assay.query.questions", "measure_storage")).rows
    return [Stored(name, count, size, None if str(day) == str(_NO_DAY) else day) for name, count, size, day in rows]
