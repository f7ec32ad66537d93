"""Policies as SQL: what to remember of a trace, and what to say of it when it is due."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assay.policies.sampling import model
from assay.policies.sampling.literals import quote
from assay.policies.sampling.verdicts import RANDOM, Compilation, Limit, Verdict


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that is remembered of a trace: its name, what it is of a span, and how those of the spans are put together."""

    name: str
    of_span: str
    together: str


_NO_ROOT = "toDateTime64('2100-01-01', 6, 'UTC')"
# Consistent probability sampling: the randomness is the last 56 bits of the trace id, or what the trace state says under ot=rv
# (OpenTelemetry, TraceState: Probability Sampling). Bit 56 marks that it was said.
_STATED = "if(TraceState = '', 0, reinterpretAsUInt64(reverse(unhex(concat('01', extract(TraceState, {}))))))".format(
    quote("(?:^|,)[ ]*ot=(?:[^,]*;)?rv:([0-9a-f]{14})(?:[;,]|$)")
)
_BYTES = (
    "toUInt64(60 + length(SpanName) + length(TraceState) + length(StatusMessage) + {span} "
    "+ arraySum(a -> 20 + {event}, Events.Attributes) + arraySum(n -> length(n), Events.Name))"
).format(**{
    name: f"arraySum((k, v) -> 8 + length(k) + length(v), mapKeys({column}), mapValues({column}))"
    for name, column in (("span", "SpanAttributes"), ("event", "a"))
})  # fmt: skip
_SIZE = Column("Bytes", _BYTES, "sum(r.Bytes)")
# The operation of the root, or without one of the span that began first, in the lower half of a number that orders them so.
_OPERATION = "bitAnd(cityHash64(ServiceName) + 31 * cityHash64(SpanName), 4294967295)"
_ENTRY = f"bitShiftLeft(if(ParentSpanId = '', 0, toUInt64(toUnixTimestamp(Timestamp))), 32) + {_OPERATION}"

VOLUME_SECONDS = 120
"""Over how long the rate of an operation is measured."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a pass decides: `now` and the end of the pass before it, in Unix seconds.

    `share` is the part of all traces that it has before it; rates are divided accordingly. `allowances` has for each limit what
    a second may spend; a second that is not in it may spend the rate.
    """

    since: int
    now: int
    share: float = 1
    allowances: tuple[Mapping[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """Sampling policies as SQL; `version` changes whenever they do."""

    version: int
    columns: tuple[Column, ...]
    conditions: tuple[str, ...]
    limits: tuple[Limit, ...]
    salts: tuple[str, ...]
    volumes: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    decision_wait: float
    grace: float

    def with_bytes(self) -> Compiled:
        """Return it so that it counts the bytes of traces, whether or not a policy asks for them."""
        return self if _SIZE in self.columns else replace(self, columns=(*self.columns, _SIZE))

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def spans(self, source: str) -> str:
        """Return the statement that gives, for each span of `source` (FROM and WHERE), what is remembered of its trace."""
        listed = _listed([f"{column.of_span} AS {column.name}" for column in self.columns])
        return f"SELECT\n    TraceId,\n    {listed}\n{source}"

    def traces(self, rows: str) -> str:
        """Return the statement that puts rows of `spans` (or of earlier answers of this one) together by trace, with `DueAt`.

        A trace is due when its root has been there for the grace, or its first span for the decision wait.
        """
        # An alias that is also a column of the rows would be put in the place of that column.
        listed = _listed([f"{column.together} AS {column.name}" for column in self.columns])
        inner = f"SELECT\n    TraceId,\n    {listed}\nFROM\n(\n{_indent(rows)}\n) AS r\nGROUP BY TraceId"
        due = f"FirstReceivedAt + toIntervalMillisecond({round(self.decision_wait * 1000)})"
        if self.grace:
            due = f"least({due}, RootReceivedAt + toIntervalMillisecond({round(self.grace * 1000)}))"
        return _select(["*", f"{due} AS DueAt"], inner)

    def decide(self, rows: str, moment: Moment) -> str:
        """Return the statement that adds Kept, Policy and Adjusted (how many traces one stands for) to rows of `traces`."""
        ordinary = [verdict for verdict in self.verdicts if not verdict.drops and not verdict.inverted]
        vetoes = [(verdict.sampled, verdict) for verdict in self.verdicts if verdict.drops]
        vetoes += [(f"NOT ({verdict.sampled})", verdict) for verdict in self.verdicts if verdict.inverted]
        samples = ordinary
        if not ordinary and not any(verdict.drops for verdict in self.verdicts):
            samples = [verdict for verdict in self.verdicts if verdict.inverted]
        reasons = [f"{condition}, (0, {quote(verdict.name)})" for condition, verdict in vetoes]
        reasons += [f"{verdict.sampled}, (1, {verdict.label or quote(verdict.name)})" for verdict in samples]
        chances = [f"if({verdict.sampled}, {verdict.probability or '1.'}, 0.)" for verdict in samples]
        otherwise = "(0, '')"
        judged = _select(
            [
                "*",
                f"multiIf({_listed([*reasons, otherwise])}) AS Reason",
                f"arrayMax([{_listed(chances or ['1.'])}]) AS Chance",
            ],
            self._limited(rows, moment, len(self.limits)),
        )
        kept = ["* EXCEPT (Reason, Chance)", "Reason.1 AS Kept", "Reason.2 AS Policy", "if(Kept, 1 / Chance, 1.) AS Adjusted"]
        return _select(kept, judged)

    def demand(self, rows: str, moment: Moment, limit: int) -> str:
        """Return the statement that gives, by second, what the traces ask of a limit."""
        asked = _select(["Tick", f"sum({self._cost(limit, moment)}) AS Demand"], self._limited(rows, moment, limit))
        return f"{asked}\nGROUP BY Tick ORDER BY Tick"

    def _limited(self, rows: str, moment: Moment, limits: int) -> str:
        sql = self._known(rows, moment)
        for number in range(limits):
            sql = self._limit(sql, moment, number)
        return sql

    def _known(self, rows: str, moment: Moment) -> str:
        listed = ["*", "intDiv(EndNano - StartNano, 1000000) AS Milliseconds"]
        own = "reinterpretAsUInt64(reverse(unhex(right(TraceId, 14))))"
        listed += [
            f"if(bitTest(Randomness, 56), bitAnd(Randomness, {RANDOM - 1}), {own}) AS Random",
            f"toUInt64((1 - 1 / HeadCount) * {RANDOM}) AS Head",
            # What a sender has sampled already has its randomness above the threshold of that: stretched, it is even again.
            f"if(HeadCount > 1 AND Random >= Head, least({RANDOM - 1}, toUInt64((Random - Head) * HeadCount)), Random) AS Rank",
        ]
        for number, salt in enumerate(self.salts):
            listed.append(f"bitShiftRight(sipHash64({quote(salt)}, TraceId), 8) AS Rank_{number}")
        for number, rate in enumerate(self.volumes):
            busy = (
                f"SELECT {_OPERATION} FROM assay_sampling_operations "
                f"WHERE At > fromUnixTimestamp({moment.now - VOLUME_SECONDS}) AND At <= fromUnixTimestamp({moment.now}) "
                f"GROUP BY ServiceName, SpanName HAVING sum(Spans) > {rate} * {VOLUME_SECONDS}"
            )
            listed.append(f"bitAnd(Entry, 4294967295) IN ({busy}) AS Busy_{number}")
        if self.limits:
            listed.append(f"least({moment.now}, greatest({moment.since + 1}, toUnixTimestamp(DueAt))) AS Tick")
        return _select(listed, rows)

    def _cost(self, number: int, moment: Moment) -> str:
        limit = self.limits[number]
        return f"if(({limit.candidate}) AND {limit.size} <= {limit.burst * moment.share:.17g}, {limit.size}, 0)"

    def _limit(self, sql: str, moment: Moment, number: int) -> str:
        limit = self.limits[number]
        allowed = f"{limit.per_second * moment.share:.17g}"
        if number < len(moment.allowances) and (allowance := moment.allowances[number]):
            values = ", ".join(f"{tokens:.17g}" for tokens in allowance.values())
            allowed = f"transform(Tick, [{', '.join(map(str, allowance))}], [{values}], {allowed})"
        # The traces with the most randomness come first, so that what is kept is a fair sample, and the same one elsewhere.
        order = "PARTITION BY Tick ORDER BY Rank DESC, TraceId ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
        sql = _select(["*", f"{self._cost(number, moment)} AS Cost_{number}"], sql)
        sql = _select(["*", f"sum(Cost_{number}) OVER ({order}) AS Used_{number}"], sql)
        sql = _select(["*", f"Cost_{number} > 0 AND Used_{number} <= {allowed} AS Within_{number}"], sql)
        within, asked = (
            f"greatest(1, countIf({condition}) OVER (PARTITION BY Tick))" for condition in (f"Within_{number}", limit.candidate)
        )
        return _select(["*", f"{within} / {asked} AS Chance_{number}"], sql)


def compile_policies(sampling: model.Sampling, policies: Sequence[model.Policy]) -> Compiled:
    """Compile policies; whether the engine takes their regular expressions and SQL conditions is asked elsewhere.

    Raises:
        PolicyRefused: one cannot be translated.
    """
    compilation = Compilation()
    verdicts: list[Verdict] = []
    asked: list[str] = []
    for index, policy in enumerate(policies):
        when = " AND ".join(asked)
        verdict = compilation.compile(policy, ["policies", index], when)
        if when:
            verdict = Verdict(
                verdict.name, f"({when} AND {verdict.sampled})", verdict.probability, verdict.label, drops=verdict.drops
            )
        verdicts.append(verdict)
        if sampling.sample_on_first_match and not verdict.drops:
            asked.append(f"NOT ({verdict.sampled})")
    if sampling.maximum_trace_size_bytes:
        compilation.needs_bytes = True
        verdicts.append(Verdict("maximum_trace_size_bytes", f"Bytes > {sampling.maximum_trace_size_bytes}", drops=True))
    columns = _columns(compilation)
    wait, grace = sampling.decision_wait, sampling.decision_wait_after_root_received
    text = repr((columns, compilation, verdicts, wait, grace))
    return Compiled(
        int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"), columns, tuple(compilation.conditions),
        tuple(compilation.limits), tuple(compilation.salts), tuple(compilation.volumes), tuple(verdicts), wait, grace,
    )  # fmt: skip


def _columns(compilation: Compilation) -> tuple[Column, ...]:
    """Return what is remembered of a trace: little, for there are many traces, and only what is asked for."""
    hits = [f"bitShiftLeft(toUInt64({sql}), {bit})" for bit, sql in enumerate(compilation.conditions)]
    columns = [
        Column("FirstReceivedAt", "ReceivedAt", "min(r.FirstReceivedAt)"),
        Column("RootReceivedAt", f"if(ParentSpanId = '', ReceivedAt, {_NO_ROOT})", "min(r.RootReceivedAt)"),
        Column("StartNano", "toUnixTimestamp64Nano(Timestamp)", "min(r.StartNano)"),
        Column("EndNano", "toUnixTimestamp64Nano(Timestamp) + toInt64(Duration)", "max(r.EndNano)"),
        Column("Spans", "toUInt64(1)", "sum(r.Spans)"),
        Column("HeadCount", "toFloat32(AdjustedCount)", "min(r.HeadCount)"),
        Column("Randomness", _STATED, "groupBitOr(r.Randomness)"),
        Column("Hits", "\n        + ".join(hits) or "toUInt64(0)", "groupBitOr(r.Hits)"),
        Column("FirstBatch", "Batch", "min(r.FirstBatch)"),
    ]
    if compilation.volumes:
        columns.append(Column("Entry", _ENTRY, "min(r.Entry)"))
    if compilation.needs_bytes:
        columns.append(_SIZE)
    return tuple(columns)


def _select(expressions: Sequence[str], rows: str) -> str:
    return f"SELECT\n    {_listed(expressions)}\nFROM\n(\n{_indent(rows)}\n)"


def _listed(expressions: Sequence[str]) -> str:
    return ",\n    ".join(expressions)


def _indent(sql: str) -> str:
    return "\n".join("    " + line for line in sql.splitlines())
