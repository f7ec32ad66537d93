"""How much is stored."""

from __future__ import annotations

from dataclasses import dataclass

from assay.core.ports import Engine
from assay.core.statement import load


@dataclass(frozen=True, slots=True)
class Table:
    """A table of telemetry; `bytes` are on disk."""

    name: str
    rows: int
    bytes: int


def measure_tables(engine: Engine) -> list[Table]:
    """Return the size of each table that has rows, by name."""
    return [Table(*row) for row in engine.query(load("assay.query.questions", "measure_tables")).rows]
