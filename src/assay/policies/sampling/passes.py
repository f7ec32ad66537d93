"""Passes over the hot window: plan one, do it, write down that it is done.

Whatever a crash interrupts is done again: the plan is on disk, each statement gives the same rows again, and the engine drops a
block whose token it has seen. So a pass never does part of its work twice, and never leaves part of it out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.policies.sampling import model
from assay.policies.sampling.compiled import Compiled, Moment
from assay.policies.sampling.plan import Plan
from assay.policies.sampling.reading import compile_sampling, read
from assay.policies.sampling.statements import Statements, open_traces
from assay.policies.sampling.verdicts import Limit

# How much one pass takes on after an outage.
_BATCHES = 512
_SPANS = 1_000_000
# How many traces are put together at a time, for memory.
_TRACES_OF_A_SLICE = 1_250_000
_SPANS_OF_A_COPY = 100_000
# A trace that nobody can judge is kept: what a faulty condition does is seen, and nothing is lost by it.
_FALLBACK = {"policies": [{"name": "policies-failed", "type": "always_sample"}]}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Open:
    """The traces that still wait after a pass; `next_due` is in Unix seconds."""

    traces: int
    first_batch: int | None
    next_due: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass did. `decided` maps (policy, kept, reason) to traces and spans, `late` maps kept to spans."""

    plan: Plan
    new_spans: int
    decided: Mapping[tuple[str, bool, str], tuple[int, int]]
    late: Mapping[bool, int]
    behind: bool
    """There is more than the pass could take."""


class Passes:
    """Do one pass after the other; one at a time, by one thread."""

    def __init__(self, engine: Engine, spans_of_a_pass: int = _SPANS, traces_of_a_slice: int = _TRACES_OF_A_SLICE) -> None:
        """Go on where the store says that the last pass ended."""
        self._engine = engine
        self._spans_of_a_pass = spans_of_a_pass
        self._traces_of_a_slice = traces_of_a_slice
        self._last = Plan.last(engine)
        self._open = self._count_open(self._last.number if self._last.done else self._last.number - 1)
        self._columns = [
            row[0]
            for row in engine.query(
                "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'otel_traces_recent' "
                "AND default_kind != 'ALIAS' AND name NOT IN ('SamplingPolicy', 'AdjustedCount') ORDER BY position"
            ).rows
        ]

    @property
    def last(self) -> Plan:
        """The last pass; it is not done if a crash or an error interrupted it."""
        return self._last

    @property
    def open(self) -> Open:
        """What waited after the last pass that is done."""
        return self._open

    def run(self, sampling: model.Sampling, committed: int, idle_since: float | None) -> Outcome | None:
        """Do the pass that was interrupted or the next one; return None if there is nothing to do.

        `committed` is the last batch that is stored with all before it. `idle_since` is the time (Unix seconds) at which
        nothing was waiting to be stored, or None if something was: then the time of the pass is that of the last span.
        """
        plan = self._last
        if plan.done:
            planned = self._plan(sampling, committed, idle_since)
            if planned is None:
                return None
            plan = planned
            plan.write(self._engine)
            self._last = plan
        try:
            statements = self._summarise(plan)
        except InvalidInput as error:
            log.error("sampling_policies_failed", reason=str(error), consequence="this pass keeps all traces that are due")
            plan = self._without_policies(plan)
            plan.write(self._engine)
            self._last = plan
            statements = self._summarise(plan)
        levels = self._decide(statements)
        waiting = self._count_open(plan.number)
        # Of the batches before the first that an open trace has spans in, every trace is decided: each is read once, in order.
        copied = plan.to_batch if waiting.first_batch is None else waiting.first_batch - 1
        self._copy(statements, copied)
        outcome = self._report(plan, committed)
        self._last = plan.finished(copied, levels)
        self._last.write(self._engine)
        self._open = waiting
        self._forget(plan.number, copied)
        return outcome

    def _plan(self, sampling: model.Sampling, committed: int, idle_since: float | None) -> Plan | None:
        last = self._last
        to_batch, spans, received = last.to_batch, 0, 0.0
        batches = self._engine.query(
            "SELECT Batch, count(), toFloat64(max(ReceivedAt)) FROM otel_traces_recent "
            f"WHERE Batch > {last.to_batch} AND Batch <= {min(committed, last.to_batch + _BATCHES)} "
            f"GROUP BY Batch ORDER BY Batch"
        ).rows
        for batch, count, latest in batches:
            if spans and spans + count > self._spans_of_a_pass:
                break
            to_batch, spans, received = batch, spans + count, max(received, latest)
        else:
            to_batch = max(to_batch, min(committed, last.to_batch + _BATCHES))
        reached = idle_since if idle_since is not None and to_batch >= committed else received
        now = max(last.now, int(reached))
        if not spans and self._open.next_due > now and to_batch >= committed:
            return None
        compiled = compile_sampling(sampling)
        return Plan(
            number=last.number + 1,
            done=False,
            from_batch=last.to_batch,
            to_batch=to_batch,
            since=last.now or now - 1,
            now=now,
            late_since=self._late_since(now),
            version=compiled.version,
            before=last.version,
            slices=self._slices(last.to_batch, to_batch, spans),
            copied=last.copied,
            levels=last.levels if last.version == compiled.version else (),
            policies=sampling.model_dump_json(by_alias=True, exclude_defaults=True),
        )

    def _without_policies(self, plan: Plan) -> Plan:
        given = json.loads(plan.policies) | _FALLBACK
        compiled = compile_sampling(read(given))
        # Some slices may be stored already; the tokens of the others differ, as the version does.
        self._engine.execute(f"ALTER TABLE assay_trace_summaries DROP PARTITION ID '{plan.number}'")
        return replace(plan, version=compiled.version, levels=(), policies=json.dumps(given))

    def _late_since(self, now: int) -> int:
        since = int(self._engine.query("SELECT toUnixTimestamp(Since) FROM assay_hot_window").rows[0][0])
        return min(since, now)

    def _slices(self, from_batch: int, to_batch: int, spans: int) -> int:
        traces = spans + self._open.traces
        if traces > self._traces_of_a_slice:
            estimate = self._engine.query(
                f"SELECT uniqCombined(TraceId) FROM otel_traces_recent WHERE Batch > {from_batch} AND Batch <= {to_batch} "
            ).rows[0][0]
            traces = estimate + self._open.traces
        return max(1, math.ceil(traces / self._traces_of_a_slice))

    def _summarise(self, plan: Plan) -> Statements:
        compiled = compile_sampling(read(json.loads(plan.policies)))
        statements = Statements(plan, compiled, self._open.first_batch)
        for part in range(plan.slices):
            self._engine.execute(statements.summarise(part))
        return statements

    def _decide(self, statements: Statements) -> list[float]:
        plan, compiled = statements.plan, statements.compiled
        self._engine.execute(statements.count_operations())
        self._engine.execute(statements.find_late())
        levels = [0.0] * len(compiled.limits)
        for part in range(plan.slices):
            moment = Moment(plan.since, plan.now, 1 / plan.slices)
            moment, left = allow(self._engine, compiled, statements.due(part), moment, plan.levels)
            self._engine.execute(statements.decide(part, moment))
            levels = [level + more for level, more in zip(levels, left, strict=True)]
        return levels

    def _copy(self, statements: Statements, copied: int) -> None:
        """Copy what is kept of the batches up to `copied` that are not yet, in inserts that fit into memory."""
        before = statements.plan.copied
        first_pass, since = self._first_pass(before)
        if copied <= before:
            return
        kept = statements.kept(first_pass, since)
        batches = self._engine.query(
            f"SELECT Batch, count() FROM otel_traces_recent WHERE Batch > {before} AND Batch <= {copied} "
            f"AND TraceId IN (SELECT TraceId FROM ({kept})) GROUP BY Batch ORDER BY Batch"
        ).rows
        for first, last in divide(batches, _SPANS_OF_A_COPY):
            self._engine.execute(statements.copy(self._columns, kept, first, last))

    def _first_pass(self, batch: int) -> tuple[int, int]:
        """Return the first pass that saw a batch after this one, and its time."""
        number, now = self._engine.query(
            f"SELECT min(Pass), toUnixTimestamp(min(Now)) FROM assay_sampling_passes WHERE ToBatch > {batch}"
        ).rows[0]
        return number, now

    def _count_open(self, number: int) -> Open:
        traces, batch, due = self._engine.query(
            "SELECT count(), min(FirstBatch), toFloat64(min(DueAt))\n" + open_traces(number)
        ).rows[0]
        return Open(traces, batch, due) if traces else Open(0, None, math.inf)

    def _report(self, plan: Plan, committed: int) -> Outcome:
        decided = self._engine.query(
            "SELECT Policy, Kept, Reason, count(), sum(Spans) FROM assay_sampling_decisions "
            f"WHERE DecidedAt = fromUnixTimestamp({plan.now}) AND Pass = {plan.number} GROUP BY Policy, Kept, Reason"
        ).rows
        late = self._engine.query(
            f"SELECT Kept, sum(Spans) FROM (SELECT * FROM assay_sampling_late WHERE Pass = {plan.number}) AS l "
            f"INNER JOIN (SELECT * FROM assay_trace_summaries WHERE Pass = {plan.number}) AS s USING (TraceId) GROUP BY Kept"
        ).rows
        new = self._engine.query(
            f"SELECT count() FROM otel_traces_recent WHERE Batch > {plan.from_batch} AND Batch <= {plan.to_batch}"
        ).rows[0][0]
        return Outcome(
            plan, new, {(policy, bool(kept), reason): (traces, spans) for policy, kept, reason, traces, spans in decided},
            {bool(kept): spans for kept, spans in late}, plan.to_batch < committed,
        )  # fmt: skip

    def _forget(self, number: int, copied: int) -> None:
        """Drop what only the passes before this one needed."""
        first_pass, _ = self._first_pass(copied)
        for table, oldest in (("assay_trace_summaries", number), ("assay_sampling_late", first_pass or number)):
            for (partition,) in self._engine.query(
                "SELECT DISTINCT partition_id FROM system.parts WHERE database = currentDatabase() AND active "
                f"AND table = '{table}' AND toUInt64(partition_id) < {oldest}"
            ).rows:
                self._engine.execute(f"ALTER TABLE {table} DROP PARTITION ID '{partition}'")


def allow(engine: Engine, compiled: Compiled, rows: str, moment: Moment, levels: Sequence[float]) -> tuple[Moment, list[float]]:
    """Work out what each second of a pass may spend of each limit, and what is left of them in the end.

    `rows` is the statement that gives the traces to decide; `levels` is what the limits have at first, empty if they are full.
    """
    left = []
    for number, limit in enumerate(compiled.limits):
        level = (levels[number] if levels else limit.burst) * moment.share
        asked = engine.query(compiled.demand(rows, moment, number)).rows
        allowance, level = spend(limit, level, moment, asked)
        moment = replace(moment, allowances=(*moment.allowances, allowance))
        left.append(level)
    return moment, left


def spend(limit: Limit, level: float, moment: Moment, asked: list[list[float]]) -> tuple[dict[int, float], float]:
    """Return what each second may spend from a token bucket, and what is in it at the end of the pass.

    `level` is what is in it at the beginning; `asked` has, by second and in order, what the traces ask of it.
    """
    allowance: dict[int, float] = {}
    burst, rate, since = limit.burst * moment.share, limit.per_second * moment.share, moment.since
    for second, wanted in asked:
        level = min(burst, level + rate * (second - since))
        since = int(second)
        allowance[since] = level
        level -= min(level, wanted)
    return allowance, min(burst, level + rate * (moment.now - since))


def divide(batches: Iterable[tuple[int, int] | list[int]], most: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of runs of batches, each with at most so many spans or one batch.

    `batches` has the number of each and its spans, in order.
    """
    first = last = size = 0
    for batch, spans in batches:
        if size and size + spans > most:
            yield first, last
            size = 0
        first, last, size = batch if not size else first, batch, size + spans
    if size:
        yield first, last
