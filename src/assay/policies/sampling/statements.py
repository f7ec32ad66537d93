"""The statements of one pass. Each gives the same rows whenever it is repeated, and its insert has a token of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assay.policies.sampling.compiled import Compiled, Moment
from assay.policies.sampling.plan import Plan

# One thread: each thread would remember every trace for itself, and the loader needs the other core.
_ONE_BLOCK = (
    "max_threads = 1, max_insert_threads = 1, max_partitions_per_insert_block = 0, "
    "min_insert_block_size_rows = 1099511627776, min_insert_block_size_bytes = 1099511627776, "
    "deduplicate_blocks_in_dependent_materialized_views = 1, materialize_skip_indexes_on_insert = 0"
)
_DECIDED = "TraceId, Kept, Policy, Reason, AdjustedCount, DecidedAt, FirstReceivedAt, Spans, DurationNano, FirstBatch, Pass"


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL of a pass; `first_open` is the first batch with a span of a trace that is still open."""

    plan: Plan
    compiled: Compiled
    first_open: int | None

    def count_operations(self) -> str:
        """Count the spans of each operation."""
        plan = self.plan
        return self._insert(
            "assay_sampling_operations (At, ServiceName, SpanName, Spans)",
            f"SELECT fromUnixTimestamp({plan.now}), ServiceName, SpanName, count()\n{self._new_spans()}\n"
            "GROUP BY ServiceName, SpanName",
            "operations",
        )

    def summarise(self, part: int) -> str:
        """Put the new spans of a slice together with its open traces."""
        plan = self.plan
        names = ", ".join(self.compiled.names)
        rows = self.compiled.spans(f"{self._new_spans()}{self._in_slice(part)}")
        if self.first_open is not None:
            rows += f"\nUNION ALL\n{self._carried(part)}"
        now = f"fromUnixTimestamp64Micro({plan.now * 1_000_000})"
        return self._insert(
            f"assay_trace_summaries (Pass, Slice, Open, TraceId, DueAt, {names})",
            f"SELECT {plan.number}, {part}, DueAt > {now}, TraceId, DueAt, {names}\nFROM\n(\n{self.compiled.traces(rows)}\n)",
            f"summaries/{part}",
        )

    def find_late(self) -> str:
        """Find the traces that were decided before."""
        plan = self.plan
        latest = ", ".join(f"argMax(d.{column}, d.Pass)" for column in ("Kept", "Policy", "AdjustedCount"))
        new = f"FROM assay_trace_summaries WHERE Pass = {plan.number} AND FirstBatch > {plan.from_batch}"
        return self._insert(
            "assay_sampling_late (Pass, TraceId, Kept, Policy, AdjustedCount)",
            f"SELECT {plan.number}, TraceId, {latest}\nFROM assay_sampling_decisions AS d\n"
            f"WHERE DecidedAt >= fromUnixTimestamp({plan.late_since}) AND Pass < {plan.number} AND TraceHash IN\n"
            f"    (SELECT cityHash64(TraceId) {new})\nGROUP BY TraceId",
            "late",
        )

    def due(self, part: int) -> str:
        """Return the statement that gives the traces of a slice that are to be decided."""
        return (
            f"SELECT TraceId, DueAt, {', '.join(self.compiled.names)}\nFROM assay_trace_summaries\n"
            f"WHERE Pass = {self.plan.number} AND Slice = {part} AND NOT Open AND {_not_late(self.plan.number)}"
        )

    def decide(self, part: int, moment: Moment) -> str:
        """Decide the traces of a slice that are due."""
        plan = self.plan
        wait = round(self.compiled.decision_wait * 1000)
        reason = f"if(DueAt < FirstReceivedAt + toIntervalMillisecond({wait}), 'root', 'wait')"
        return self._insert(
            f"assay_sampling_decisions ({_DECIDED})",
            f"SELECT TraceId, Kept, Policy, {reason}, Adjusted, fromUnixTimestamp({plan.now}), FirstReceivedAt, Spans,\n"
            f"    toUInt64(greatest(EndNano - StartNano, 0)), FirstBatch, {plan.number}\nFROM\n"
            f"(\n{self.compiled.decide(self.due(part), moment)}\n)",
            f"decisions/{part}",
        )

    def kept(self, first_pass: int, since: int) -> str:
        """Return the statement that gives the kept traces that have new spans in `first_pass`, which was at `since`, or later.

        A trace may come several times, with the same values.
        """
        return (
            "SELECT TraceId, Policy AS KeptBy, AdjustedCount AS Weight FROM assay_sampling_decisions\n"
            f"WHERE DecidedAt >= fromUnixTimestamp({since}) AND Pass >= {first_pass} AND Kept\n"
            "UNION ALL\n"
            f"SELECT TraceId, Policy, AdjustedCount FROM assay_sampling_late WHERE Pass >= {first_pass} AND Kept"
        )

    def copy(self, columns: Sequence[str], kept: str, first: int, last: int) -> str:
        """Copy what is kept of the batches from `first` to `last`."""
        listed = ", ".join(f"`{column}`" for column in columns)
        return self._insert(
            f"otel_traces ({listed}, SamplingPolicy, AdjustedCount)",
            f"SELECT {listed}, KeptBy, AdjustedCount * Weight\nFROM\n(\n    SELECT * FROM otel_traces_recent\n"
            f"    WHERE Batch >= {first} AND Batch <= {last} AND TraceId IN (SELECT TraceId FROM ({kept}))\n) AS s\n"
            f"LEFT ANY JOIN ({kept}) AS k USING (TraceId)",
            f"copy/{first}-{last}",
        )

    def _new_spans(self) -> str:
        return f"FROM otel_traces_recent\nWHERE Batch > {self.plan.from_batch} AND Batch <= {self.plan.to_batch}"

    def _carried(self, part: int) -> str:
        """Return what is known of the open traces: their summaries, or if the policies have changed their spans once more."""
        plan = self.plan
        traces = f"{open_traces(plan.number - 1)}{self._in_slice(part)}"
        if plan.before == plan.version:
            return f"SELECT TraceId, {', '.join(self.compiled.names)}\n{traces}"
        return self.compiled.spans(
            f"FROM otel_traces_recent\nWHERE Batch >= {self.first_open} AND Batch <= {plan.from_batch} "
            f"AND TraceId IN (SELECT TraceId {traces})"
        )

    def _in_slice(self, part: int) -> str:
        return f" AND cityHash64(TraceId) % {self.plan.slices} = {part}" if self.plan.slices > 1 else ""

    def _insert(self, table: str, select: str, step: str) -> str:
        token = f"sampling/{self.plan.number}/{self.plan.version:x}/{step}"
        return f"INSERT INTO {table}\n{select}\nSETTINGS {_ONE_BLOCK}, insert_deduplication_token = '{token}'"


def open_traces(number: int) -> str:
    """Return the FROM and WHERE of the traces that were open after a pass."""
    return f"FROM assay_trace_summaries\nWHERE Pass = {number} AND Open AND {_not_late(number)}"


def _not_late(number: int) -> str:
    return f"TraceId NOT IN (SELECT TraceId FROM assay_sampling_late WHERE Pass = {number})"
