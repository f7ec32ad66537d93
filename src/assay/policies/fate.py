"""What becomes of a trace: kept by which policy, or until when it can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.core.errors import NotFound
from assay.core.ports import Engine
from assay.core.statement import load
from assay.policies.sampling import why

# The hot window is dropped in parts of five minutes (store/schema/0022_otel_traces_recent.sql).
_PART_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Fate:
    """What was decided on a trace. Times are Unix seconds.

    `reason` says why it was decided at `at`, or will be: the root had ended (root), or it had been waited for long enough
    (wait); none if nothing was to be decided. `policy` is empty if none sampled it, or if nothing was sampled when it came in.
    `visible_until` is None for what is kept as long as retention says; `gone`: its spans are no longer here.
    """

    state: Literal["kept", "sampled_out", "waiting"]
    policy: str
    reason: Literal["root", "wait", "none"]
    at: int | None
    adjusted_count: float
    visible_until: int | None
    gone: bool


def tell_fate(engine: Engine, trace_id: str, hot_window_seconds: float) -> Fate:
    """Return what was decided on a trace, or when it will be.

    Raises:
        NotFound: there is no span and no decision of it.
    """
    recent, first_part, kept = engine.query(load("assay.policies", "fate"), {"trace_id": trace_id}).rows[0]
    until = int(first_part + _PART_SECONDS + hot_window_seconds) if recent else None
    decision = why(engine, trace_id)
    if decision is None:
        if not recent and not kept:
            raise NotFound(
                "trace_unknown", f"There is no trace {trace_id}", "what was just sent is visible after about a second"
            )
        return Fate("waiting" if recent else "kept", "", "none", None, 1.0, until, gone=False)
    return Fate(
        decision.state,
        decision.policy,
        "root" if decision.reason == "root" else "wait",
        decision.at,
        decision.adjusted_count,
        None if decision.state == "kept" else until,
        gone=not recent and not kept,
    )
