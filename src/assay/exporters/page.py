"""Pages: the rows of some batches, as a destination sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import orjson

from assay.core.ports import Engine
from assay.core.restore import ROW_SETTINGS
from assay.core.signals import Signal
from assay.core.statement import Statement

Row = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows that follow each other in the order of their batches; the same page has the same rows, however often it is read.

    `sources` has for each table a SELECT of the rows, with all columns of the table and the computed ones: under `traces` or
    `logs`, or for metrics under `gauge`, `sum`, `histogram`, `exp_histogram` and `summary`. `items` is how many should go out
    together.
    """

    engine: Engine
    signal: Signal
    sources: Mapping[str, str]
    parameters: Mapping[str, Any]
    items: int
    earlier: Mapping[str, str] = field(default_factory=dict)
    """For each table of metrics a SELECT of the last point of each series in the hour before the page."""

    def read(self, statement: Statement | str, form: str, table: str = "", **parameters: Any) -> bytes:
        """Run a statement over the table `page` and return its rows in a format of the engine's, such as `JSONEachRow`.

        `{items:UInt64}` in it is `items`, and others are `parameters`. `table` says which of `sources` is the page, if there
        are several.
        """
        text = statement.text if isinstance(statement, Statement) else statement
        source = self.sources[table or self.signal]
        return self.engine.read(_over(source, text), {**parameters, **self.parameters, "items": self.items}, form=form)

    def dicts(self, statement: Statement | str, table: str = "") -> list[dict[str, Any]]:
        """Run a statement over the table `page` and return its rows by the names of the columns."""
        return [orjson.loads(line) for line in self.read(statement, "JSONEachRow", table).splitlines()]

    def before(self) -> Page:
        """Return the rows `earlier` as a page."""
        return replace(self, sources=self.earlier)

    def restorable(self, condition: str = "1", table: str = "") -> Sequence[Row]:
        """Return whole rows, as `assay.core.restore` takes them."""
        text = statement_of_rows(condition)
        source = self.sources[table or self.signal]
        parameters = {**self.parameters, "items": self.items}
        return self.engine.query(_over(source, text), parameters).dicts()


def _over(source: str, text: str) -> str:
    """Let a statement, which may have a WITH of its own, read `source` as the table `page`."""
    return f"WITH page AS ({source})" + (f",{text[4:]}" if text.startswith("WITH") else f"\n{text}")


def statement_of_rows(condition: str) -> str:
    """Return the statement that gives the whole rows of a page for which a condition holds."""
    return f"SELECT * FROM page WHERE {condition} SETTINGS {ROW_SETTINGS}, max_threads = 1"


def divide(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield runs of at most `size` rows, or whatever they have become."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
