"""The small interfaces through which rooms meet; `assay.app` connects them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assay.core.events import Event
from assay.core.signals import Signal
from assay.core.statement import Statement


class Accept(Protocol):
    """The next hop of every receiver."""

    async def __call__(self, signal: Signal, request: bytes, items: int, source: str) -> None:
        """Return once `request` is on disk for good.

        `request` is a serialized OTLP `Export<Signal>ServiceRequest`, already validated; `items` counts its spans, data points
        or log records; `source` names the way in (`otlp/grpc`, `otlp/http`, …).

        Raises:
            Retryable: nothing was written; the sender should try again.
        """


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed, immutable file of records of one signal: a valid input of the engine's `Protobuf` format.

    `number` starts at 1 and grows by one per signal without gaps; it is the `Batch` of every row that comes out of it.
    """

    signal: Signal
    number: int
    path: Path
    bytes: int
    items: int


Run = tuple[int, int]
"""The numbers of the first and the last of segments that follow each other."""


class Emit(Protocol):
    """The way in for events that Assay itself makes: policy changes, results of gates, audit records."""

    def __call__(self, events: Sequence[Event]) -> None:
        """Return once the events are on disk for good; they can be read a moment later.

        Give each event a `qms.event.id` if the same call may be made again; without one it gets one.

        Raises:
            Retryable: they were not taken for now; they may be given again as they are.
        """


class EmitSpans(Protocol):
    """The way in for spans of what Assay itself does."""

    def __call__(self, request: bytes) -> None:
        """Return once the spans of an OTLP `ExportTraceServiceRequest` are on disk for good; errors as of `Emit`."""


class SegmentQueue(Protocol):
    """What the loader sees of the journal."""

    writer: str
    """The id of the journal, made once per data directory; half of the deduplication token."""

    def committed(self, signal: Signal) -> int:
        """Return the number of the last segment up to which all are stored, 0 at first."""

    def sealed(self, signal: Signal, after: int) -> Sequence[Segment]:
        """Return the sealed segments with a number above `after`, in order."""

    def commit(self, signal: Signal, number: int) -> None:
        """Remember durably that all segments up to `number` are stored, and delete them."""

    def read(self, segment: Segment) -> tuple[bytes, int]:
        """Return the records of a segment, and how many items are lost because the disk has damaged them.

        What is damaged is not returned; it is in the dead letters.
        """

    def split(self, records: bytes) -> list[bytes]:
        """Divide what `read` returned into its records; any run of records is a smaller segment."""

    def planned(self, signal: Signal) -> list[Run]:
        """Return the plan that was remembered last, without what is committed."""

    def plan(self, signal: Signal, runs: Sequence[Run]) -> None:
        """Remember durably which runs of segments are loaded under one token each."""

    def bury(self, segment: Segment, record: bytes, reason: str) -> int:
        """Move one record that the engine refuses to the dead letters, durably and once; return how many items it has."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows that a statement gives: `columns` are (name, engine type) pairs."""

    columns: list[tuple[str, str]]
    rows: list[list[Any]]

    def dicts(self) -> list[dict[str, Any]]:
        names = [name for name, _ in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class MetricValue:
    """What a metric came to over a time: null if nothing can be told, in the `unit` in which it was sent.

    `statement` with `parameters` in its `{name:Type}` places gives it again.
    """

    value: float | None
    unit: str
    statement: str
    parameters: Mapping[str, Any]


class ReadMetric(Protocol):
    """One number from a stored metric, for whoever judges it."""

    def __call__(
        self, name: str, aggregation: str, *, service: str, conditions: Sequence[str], start_ns: int, end_ns: int
    ) -> MetricValue:
        """Return the aggregate of all points from `start_ns` up to `end_ns` that meet the conditions, such as `queue=orders`.

        Raises:
            NotFound: no such metric was sent then.
            InvalidInput: the aggregation or a condition does not fit, or it was sent in several units or ways.
        """


class Engine(Protocol):
    """ClickHouse, wherever it runs."""

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run one statement that gives no rows; `parameters` fill its `{name:Type}` places."""

    def query(self, statement: Statement | str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """Run one statement of ours and return all its rows; `parameters` fill its `{name:Type}` places.

        Raises:
            InvalidInput: the engine refuses the statement or a parameter.
            Retryable: the engine is out of memory or disk for now.
            TimedOut: the statement ran over its time limit.
        """

    def read(self, sql: str, parameters: Mapping[str, Any] | None = None, *, form: str) -> bytes:
        """Run one statement of ours and return its rows in a format of the engine's, such as `Protobuf` or `JSONEachRow`.

        Raises: as `query`.
        """

    def query_untrusted(self, sql: str, parameters: Mapping[str, Any] | None = None, *, arrow: bool = False) -> Answer | bytes:
        """Run somebody's SELECT, read-only by engine settings, within limits on rows, time and memory.

        Gives an `Answer`, or the bytes of an Arrow IPC stream if `arrow`.
        """

    def insert(self, signal: Signal, data: Iterable[bytes], token: str, stage: str = "") -> None:
        """Stream records of one signal into its landing table; a token that was used before inserts nothing twice.

        Spans go where the policies say, or to `stage` (`kept` or `recent`) if an earlier attempt has put some of them there.

        Raises:
            InvalidInput: the engine cannot read the data, however often it is tried.
            Retryable: the engine is out of memory or disk for now.
        """

    def close(self) -> None:
        """Finish what runs and release the data directory."""
