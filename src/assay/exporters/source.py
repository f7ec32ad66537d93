"""What an exporter reads: the tables of a signal, how far they are complete, and what waits in them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.refusals import refuse
from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.page import Page
from assay.exporters.settings import Settings

_METRICS = ("gauge", "sum", "histogram", "exp_histogram", "summary")
_COMPUTED = {
    Signal.TRACES: ", StartTimeUnixNano, EndTimeUnixNano, EventTimesUnixNano",
    Signal.LOGS: ", TimeUnixNano, ObservedTimeUnixNano",
    Signal.METRICS: "",
}
# What divides a batch that is too large for one page, evenly and the same way every time.
_SPREAD = {
    Signal.TRACES: "cityHash64(TraceId, SpanId)",
    Signal.LOGS: "cityHash64(Timestamp, Body, LogAttributes)",
    Signal.METRICS: "cityHash64(MetricName, Attributes, TimeUnixNano)",
}
# Batches that are looked at for one page, and rows that make one.
_BATCHES = 512
_ROWS = 16_384

_WITHIN = "Batch > {after:UInt64} AND Batch <= {upto:UInt64}"
_BEFORE = "Batch <= {after:UInt64} AND TimeUnix >= now() - 3600"
_LAST = "ORDER BY TimeUnixNano DESC LIMIT 1 BY MetricName, ResourceAttributes, ScopeName, Attributes"
_ALONE = "SELECT formatQuerySingleLineOrNull(concat('SELECT ', {condition:String}))"
_KEPT = load("assay.exporters.statements", "find_kept")


@dataclass(frozen=True, slots=True)
class Plan:
    """The batches of the next page, up to `last`, with so many rows; more than one slice if they are too many for one."""

    last: int
    rows: int
    slices: int


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits in one partition of a table; `oldest` is when the first of it was received, in Unix seconds."""

    rows: int
    last_batch: int
    oldest: float


class Source:
    """The rows of one signal that one exporter sends, in the order of their batches."""

    def __init__(self, engine: Engine, signal: Signal, settings: Settings, committed: Callable[[Signal], int]) -> None:
        """Read `signal`; `committed` gives the batch up to which all are stored."""
        self._engine = engine
        self._signal = signal
        self._settings = settings
        self._committed = committed
        self._kept_only = signal is Signal.TRACES and settings.spans == "kept"
        where = _WITHIN + _condition(settings, signal)
        self._sources = {
            name: f"SELECT *{_COMPUTED[signal]} FROM {table} WHERE {where}" for name, table in self._tables().items()
        }

        self._earlier = {
            name: f"SELECT * FROM {table} WHERE {_BEFORE}{_condition(settings, signal)} {_LAST}"
            for name, table in self._tables().items()
            if signal is Signal.METRICS
        }

    def validate(self, at: str) -> None:
        """Ask the engine whether it understands the condition; `at` is the path of the exporter in the configuration.

        Raises:
            InvalidInput: it does not.
        """
        path = f"{at}.conditions.{self._signal}"
        if (condition := getattr(self._settings.conditions, self._signal)) is not None:
            # By itself: a condition such as `1) OR (1` would choose among all batches.
            alone = self._engine.query(_ALONE, {"condition": condition}).rows[0][0]
            if not condition.strip() or alone is None:
                raise refuse("exporter_invalid", path, "it is no condition", "write one such as StatusCode = 'Error'")
        for source in self._sources.values():
            try:
                self._engine.query(f"SELECT toUInt8(1) FROM ({source}) LIMIT 0", {"after": 0, "upto": 0})
            except InvalidInput as error:
                reason = error.message.split("In scope")[0].strip().rstrip(":")
                raise refuse("exporter_invalid", path, reason, "it is SQL over the columns of the table") from error

    def watermark(self) -> int:
        """Return the batch up to which all rows are there that ever will be."""
        committed = self._committed(self._signal)
        if not self._kept_only:
            return committed
        waiting, first = self._engine.query(_KEPT, {"committed": committed}).rows[0]
        return int(first) - 1 if waiting else committed

    def plan(self, after: int, watermark: int) -> Plan:
        """Return what the page after a batch is to have."""
        upto = min(watermark, after + _BATCHES)
        union = " UNION ALL ".join(f"SELECT Batch FROM {table} WHERE {_WITHIN}" for table in self._tables().values())
        batches = self._engine.query(
            f"SELECT Batch, count() FROM ({union}) GROUP BY Batch ORDER BY Batch", {"after": after, "upto": upto}
        ).rows
        rows = 0
        for batch, count in batches:
            if rows and rows + count > _ROWS:
                return Plan(int(batch) - 1, rows, 1)
            if count > _ROWS:
                return Plan(int(batch), int(count), math.ceil(count / _ROWS))
            rows += int(count)
        return Plan(upto, rows, 1)

    def page(self, after: int, plan: Plan, part: int) -> Page:
        """Return the rows after a batch up to those of the plan, or one slice of them."""
        sources = self._sources
        if plan.slices > 1:
            slice_ = f" AND {_SPREAD[self._signal]} % {plan.slices} = {part}"
            sources = {name: source + slice_ for name, source in sources.items()}
        parameters = {"after": after, "upto": plan.last}
        return Page(self._engine, self._signal, sources, parameters, self._settings.batch.items, self._earlier)

    def pending(self, after: int, watermark: int) -> dict[str, Pending]:
        """Return what waits after a batch, by table and partition; filters are not looked at."""
        tables = [(table, "") for table in self._tables().values()]
        if self._signal is Signal.TRACES and not self._kept_only:
            tables = [("otel_traces_recent", ""), ("otel_traces", " AND SamplingPolicy = ''")]
        union = " UNION ALL ".join(_pending(table, extra) for table, extra in tables)
        rows = self._engine.query(union, {"after": after, "upto": max(watermark, after)}).rows
        return {f"{table}/{partition}": Pending(count, last, oldest) for table, partition, count, last, oldest in rows}

    def before(self, received: float) -> int:
        """Return the last batch before the first that was received at a time (Unix seconds) or later."""
        union = " UNION ALL ".join(
            f"SELECT min(Batch) AS First, count() AS Rows FROM {table} WHERE Batch > 0 "
            "AND ReceivedAt >= fromUnixTimestamp64Micro({micros:Int64})"
            for table in self._tables().values()
        )
        rows = self._engine.query(f"SELECT min(First) FROM ({union}) WHERE Rows > 0", {"micros": int(received * 1e6)}).rows
        first = int(rows[0][0])
        return first - 1 if first else self.watermark()

    def _tables(self) -> dict[str, str]:
        if self._signal is Signal.METRICS:
            return {name: f"otel_metrics_{name}" for name in _METRICS}
        if self._signal is Signal.TRACES:
            return {"traces": "otel_traces" if self._kept_only else "assay_spans"}
        return {"logs": "otel_logs"}


def _condition(settings: Settings, signal: Signal) -> str:
    parts = []
    if settings.services:
        names = ", ".join("'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'" for name in settings.services)
        parts.append(f" AND ServiceName IN ({names})")
    if condition := getattr(settings.conditions, signal):
        parts.append(f" AND ({condition})")
    return "".join(parts)


def _pending(table: str, extra: str) -> str:
    return (
        "SELECT _table AS Name, _partition_id AS Partition, count(), max(Batch), toFloat64(min(ReceivedAt)) "
        f"FROM {table} WHERE {_WITHIN}{extra} GROUP BY Name, Partition"
    )
