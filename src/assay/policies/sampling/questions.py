"""What can be asked of the sampling: why a trace was kept, what a policy is in SQL, what other policies would have kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, cast

from assay.core import statement
from assay.core.ports import Engine
from assay.policies.sampling import model
from assay.policies.sampling.compiled import Moment
from assay.policies.sampling.passes import allow
from assay.policies.sampling.reading import compile_sampling, policies_of

State = Literal["kept", "sampled_out", "waiting"]

_WHY = statement.load("assay.policies.sampling", "why")
_EXAMPLES = 3
# More is answered from a part of the traces, for memory.
_SPANS = 4_000_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a trace, or when it will be if `state` is waiting.

    `reason` is `root` (its root had ended) or `wait` (it had been waited for long enough); `at` is in Unix seconds.
    """

    state: State
    policy: str
    reason: str
    at: int
    adjusted_count: float
    spans: int
    duration_nano: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What one policy keeps, or what none keeps if `kept` is false; `policy` is empty where no policy sampled."""

    policy: str
    kept: bool
    traces: int
    spans: int
    bytes: int
    examples: list[str]


@dataclass(frozen=True, slots=True)
class Change:
    """Traces that were decided otherwise than the policies would decide them now."""

    traces: int
    examples: list[str]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What policies would have kept of the spans of the hot window.

    Counts are of one in `one_in` traces; bytes are estimated. `added` and `removed` compare with the decisions that were made.
    """

    effects: list[Effect]
    one_in: int
    added: Change
    removed: Change

    @property
    def spans(self) -> int:
        return sum(effect.spans for effect in self.effects)

    @property
    def share_kept(self) -> float:
        """The part of the spans that is kept, 0 to 1; 0 if there are none."""
        return sum(effect.spans for effect in self.effects if effect.kept) / self.spans if self.spans else 0.0


def why(engine: Engine, trace_id: str) -> Decision | None:
    """Return the last decision on a trace, or that it is waited for; None if the sampler has not seen it."""
    rows = engine.query(_WHY, {"trace_id": trace_id.lower()}).rows
    if not rows:
        return None
    state, *rest = rows[0]
    return Decision(cast(State, state), *rest)


def explain(sampling: model.Sampling) -> str:
    """Return the SQL that the policies are, for people to read; it runs as it is.

    Raises:
        PolicyRefused: one of them cannot be translated.
    """
    compiled = compile_sampling(sampling)
    lines = [f"-- {policy.name}: {policy.type}" for policy in policies_of(sampling)]
    lines += ["--", "-- Hits has a bit for each of:"]
    lines += [f"--   {bit}: {condition}" for bit, condition in enumerate(compiled.conditions)]
    rows = compiled.traces(compiled.spans("FROM otel_traces_recent"))
    return "\n".join([*lines, "", compiled.decide(rows, Moment(0, 1 << 31))])


def dry_run(engine: Engine, sampling: model.Sampling, since: int, until: int) -> DryRun:
    """Say what the policies would have kept of the spans that were received from `since` to `until` (Unix seconds).

    It is the SQL of the sampler's passes over what the hot window still has, every trace taken as complete.

    Raises:
        PolicyRefused: a policy cannot be translated, or the engine refuses it.
    """
    compiled = compile_sampling(sampling, engine).with_bytes()
    source = (
        f"FROM otel_traces_recent\nWHERE ReceivedAt >= fromUnixTimestamp64Micro({since * 1_000_000}) "
        f"AND ReceivedAt < fromUnixTimestamp64Micro({until * 1_000_000})"
    )
    one_in = math.ceil(engine.query(f"SELECT count() {source}").rows[0][0] / _SPANS) or 1
    if one_in > 1:
        source += f" AND cityHash64(TraceId) % {one_in} = 0"
    rows = compiled.traces(compiled.spans(source))
    moment, _ = allow(engine, compiled, rows, Moment(since, until, 1 / one_in), ())
    judged = compiled.decide(rows, moment)
    effects = engine.query(
        f"SELECT Policy, Kept, count(), sum(Spans), sum(Bytes), groupArraySample({_EXAMPLES}, 1)(TraceId) FROM (\n{judged}\n) "
        f"GROUP BY Policy, Kept ORDER BY Kept DESC, count() DESC"
    ).rows
    return DryRun(
        [Effect(policy, bool(kept), *counts) for policy, kept, *counts in effects],
        one_in,
        _compare(engine, judged, since, kept=True),
        _compare(engine, judged, since, kept=False),
    )


def _compare(engine: Engine, judged: str, since: int, *, kept: bool) -> Change:
    otherwise = f"FROM assay_sampling_decisions WHERE DecidedAt >= fromUnixTimestamp({since}) AND Kept = {int(not kept)}"
    traces, examples = engine.query(
        f"SELECT count(), groupArraySample({_EXAMPLES}, 1)(TraceId) FROM (\n{judged}\n)\n"
        f"WHERE Kept = {int(kept)} AND TraceId IN (SELECT TraceId {otherwise})"
    ).rows[0]
    return Change(traces, examples)
