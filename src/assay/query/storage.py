"""What takes the disk."""

from __future__ import annotations

from dataclasses import dataclass

from assay.core.ports import Engine
from assay.core.statement import load


@dataclass(frozen=True, slots=True)
class Stored:
    """A table: its rows, its bytes on disk, and the oldest day that it has (empty unless it is in partitions by day)."""

    name: str
    rows: int
    bytes: int
    oldest: str


def measure_storage(engine: Engine) -> list[Stored]:
    """Return each table that has rows, the largest first."""
    rows = engine.query(load("assay.query.questions", "measure_storage")).rows
    return [Stored(name, count, size, _day(partition)) for name, count, size, partition in rows]


def _day(partition: str) -> str:
    return f"{partition[:4]}-{partition[4:6]}-{partition[6:]}" if partition else ""
