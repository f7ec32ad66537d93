from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.policies.sampling.spans import BEGAN, no_faults, put, value
from tests.store.alone import alone, opened

from assay.policies.sampling import Outcome, Passes, Sampling, dry_run, read, why
from assay.policies.sampling.plan import Plan
from assay.store import EmbeddedEngine, migrate

ERRORS = {"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}}
ALL = {"name": "all", "type": "always_sample"}
HALF = {"name": "half", "type": "probabilistic", "probabilistic": {"sampling_percentage": 50}}


def _policies(*policies: dict[str, Any], **options: Any) -> Sampling:
    return read({"policies": list(policies), **options})


def _kept(outcome: Outcome | None) -> int:
    assert outcome
    return sum(traces for (_, kept, _), (traces, _) in outcome.decided.items() if kept)


def _decide_with_and_without_root(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        passes = Passes(engine)
        sampling = _policies(ALL, decision_wait=30, decision_wait_after_root_received=6)
        put(engine, 1, 0, 10)
        put(engine, 2, 0, 5, first=100, root=False)
        put(engine, 3, 0, 10, first=50, root=False)
        put(engine, 4, 0, 10, first=50, spans=1)
        first = passes.run(sampling, 4, BEGAN + 5)
        assert first and not first.decided and passes.open.traces == 25
        assert passes.run(sampling, 4, BEGAN + 5) is None, "nothing is due and nothing is new"
        second = passes.run(sampling, 4, BEGAN + 6)
        assert second and second.decided == {("all", True, "root"): (20, 90)}
        # Copied are the batches before the first with an open trace.
        assert value(engine, "SELECT count() FROM otel_traces") == 40
        third = passes.run(sampling, 4, BEGAN + 30)
        assert third and third.decided == {("all", True, "wait"): (5, 20)}
        assert no_faults(engine)


def test_a_trace_is_decided_when_its_root_has_been_there_for_a_while_or_it_has_waited(tmp_path: Path) -> None:
    """With its root it is decided after the grace, without one after the decision wait, and not before."""
    assert alone(_decide_with_and_without_root, tmp_path) == 0


def _follow_decisions(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        passes = Passes(engine)
        sampling = _policies(ERRORS)
        put(engine, 1, 0, 20, error_every=2)
        passes.run(sampling, 1, BEGAN + 10)
        # The late spans of traces that were not kept have errors, those of kept ones have none.
        put(engine, 2, 12, 20, root=False, columns={"StatusCode": "if(trace % 2 = 1, 'Error', 'Unset')"})
        outcome = passes.run(sampling, 2, BEGAN + 13)
        assert outcome and outcome.late == {True: 40, False: 40} and not outcome.decided
        put(engine, 3, 14, 20, root=False)
        outcome = passes.run(sampling, 3, BEGAN + 60)
        assert outcome and outcome.late == {True: 40, False: 40} and not outcome.decided
        assert value(engine, "SELECT count() FROM assay_sampling_decisions") == 20
        assert value(engine, "SELECT count() FROM otel_traces") == 120
        assert engine.query("SELECT DISTINCT SamplingPolicy FROM otel_traces").rows == [["errors"]]
        assert no_faults(engine)


def test_late_spans_follow_the_decision(tmp_path: Path) -> None:
    """Spans that come after the decision are copied if their trace was kept, and not if not, whatever they are themselves."""
    assert alone(_follow_decisions, tmp_path) == 0


def _change_policies(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        passes = Passes(engine)
        put(engine, 1, 0, 10)
        assert _kept(passes.run(_policies(HALF, ERRORS), 1, BEGAN + 10)) < 10
        decided = engine.query("SELECT TraceId, Kept, Policy FROM assay_sampling_decisions ORDER BY TraceId").rows
        put(engine, 2, 11, 10, first=100, columns={"SpanAttributes": "map('tenant', if(trace % 2 = 0, 'alpha', 'beta'))"})
        passes.run(_policies(HALF, ERRORS), 2, BEGAN + 12)
        assert passes.open.traces == 10
        alpha = {"name": "alpha", "type": "string_attribute", "string_attribute": {"key": "tenant", "values": ["alpha"]}}
        put(engine, 3, 13, 10, first=100, root=False)
        outcome = passes.run(_policies(alpha), 3, BEGAN + 20)
        assert outcome and outcome.decided == {("alpha", True, "root"): (5, 40), ("", False, "root"): (5, 40)}
        condition = "WHERE Pass <= 1 ORDER BY TraceId"
        assert engine.query(f"SELECT TraceId, Kept, Policy FROM assay_sampling_decisions {condition}").rows == decided
        assert no_faults(engine)


def test_changed_policies_decide_what_is_open_and_leave_what_is_decided(tmp_path: Path) -> None:
    """Open traces are looked at again, from their first span, under the new policies; decisions stay; nothing is doubled."""
    assert alone(_change_policies, tmp_path) == 0


def _balance(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        for batch in range(1, 21):
            names = {"SpanName": "concat('operation-', toString(trace % 1000))"}
            put(engine, batch, batch, 1250, first=batch * 1250, spans=8, error_every=50, columns=names)
        passes = Passes(engine, spans_of_a_pass=30_000, traces_of_a_slice=2_000)
        sampling = read({})
        kept = out = 0
        while outcome := passes.run(sampling, 20, BEGAN + 100):
            kept += sum(spans for (_, is_kept, _), (_, spans) in outcome.decided.items() if is_kept)
            out += sum(spans for (_, is_kept, _), (_, spans) in outcome.decided.items() if not is_kept)
        assert passes.last.slices > 1 and passes.last.number > 6
        assert kept + out == 200_000
        assert value(engine, "SELECT count() FROM otel_traces") == kept
        # What is kept stands for what was sent: within five standard deviations of a tenth of 25,000 traces.
        assert abs(value(engine, "SELECT sum(AdjustedCount) FROM otel_traces") - 200_000) < 5 * 8 * 10 * (25_000 * 0.09) ** 0.5
        assert no_faults(engine)


def test_what_is_received_is_kept_or_sampled_out(tmp_path: Path) -> None:
    """Each of 200,000 spans is kept or sampled out, over many passes and slices; the adjusted counts add up to about all."""
    assert alone(_balance, tmp_path) == 0


def _limit_over_passes(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        passes = Passes(engine)
        sampling = _policies({"name": "ten", "type": "rate_limiting", "rate_limiting": {"spans_per_second": 10}})
        kept = []
        for second in range(14):
            if second < 8:
                put(engine, second + 1, second, 100, first=second * 100, spans=1)
            outcome = passes.run(sampling, min(8, second + 1), BEGAN + second)
            if outcome and outcome.decided:
                kept.append(_kept(outcome))
        assert kept == [20, 10, 10, 10, 10, 10, 10, 10]
        assert no_faults(engine)


def test_limits_hold_over_passes(tmp_path: Path) -> None:
    """A bucket begins full, twice the rate, and from then on no pass brings more than the rate."""
    assert alone(_limit_over_passes, tmp_path) == 0


def _busy_operations(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        passes = Passes(engine)
        sampling = read({})
        put(engine, 1, 0, 20_000, spans=1, columns={"SpanName": "'poll'"})
        put(engine, 2, 0, 5_000, first=50_000, spans=1, columns={"SpanName": "'order'"})
        outcome = passes.run(sampling, 2, BEGAN + 10)
        assert outcome
        busy, _ = outcome.decided["high-volume", True, "root"]
        rest, _ = outcome.decided["rest", True, "root"]
        assert 100 < busy < 320 and 350 < rest < 650
        assert no_faults(engine)


def test_operations_of_high_volume_are_found_by_their_rate(tmp_path: Path) -> None:
    """Of an operation with more than 100 spans a second 1 % are kept, of another 10 %."""
    assert alone(_busy_operations, tmp_path) == 0


def _fail(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        passes = Passes(engine)
        put(engine, 1, 0, 5, columns={"SpanAttributes": "map('size', if(trace = 3, 'large', '7'))"})
        condition = "if(mapContains(SpanAttributes, 'size'), toInt64(SpanAttributes['size']) > 5, 0)"
        sampling = _policies({"name": "large", "type": "sql_condition", "sql_condition": {"span": condition}})
        outcome = passes.run(sampling, 1, BEGAN + 10)
        assert outcome and outcome.decided == {("policies-failed", True, "root"): (5, 20)}
        put(engine, 2, 11, 5, first=100, columns={"SpanAttributes": "map('size', '7')"})
        outcome = passes.run(sampling, 2, BEGAN + 20)
        assert outcome and outcome.decided == {("large", True, "root"): (5, 20)}
        assert no_faults(engine)


def test_a_condition_that_fails_loses_nothing(tmp_path: Path) -> None:
    """Where a condition of the policies fails on some span, the pass keeps what it decides, under a name that says so."""
    assert alone(_fail, tmp_path) == 0


def _go_on(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        batch, moment = 0, BEGAN
        for table in STEPS:
            for after in (False, True):
                put(engine, batch + 1, moment - BEGAN, 10, first=batch * 10)
                put(engine, batch + 2, moment - BEGAN, 10, first=max(0, batch - 2) * 10, spans=1, root=False)
                batch, moment = batch + 2, moment + 10
                Interrupted(engine, table, after).interrupt(_policies(ALL), batch, moment)
                plan = Plan.last(engine)
                assert not plan.done
                # Whatever the policies are now, the pass that was interrupted is done as it was begun.
                outcome = Passes(engine).run(_policies(ERRORS), batch, moment + 1)
                assert outcome and outcome.plan == plan and _kept(outcome) == 10
                assert no_faults(engine), f"interrupted at {table}"


STEPS = (
    "assay_trace_summaries",
    "assay_sampling_operations",
    "assay_sampling_late",
    "assay_sampling_decisions",
    "otel_traces",
)


class Interrupted:
    """An engine that fails at one step of a pass, before it is done or just after."""

    def __init__(self, engine: EmbeddedEngine, table: str, after: bool) -> None:
        self._engine, self._table, self._after = engine, table, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        here = sql.startswith(f"INSERT INTO {self._table} ")
        if not here or self._after:
            self._engine.execute(sql, parameters)
        if here:
            raise InterruptedError

    def interrupt(self, sampling: Sampling, committed: int, now: float) -> None:
        with pytest.raises(InterruptedError):
            Passes(self).run(sampling, committed, now)


def test_an_interrupted_pass_is_finished_as_it_was_begun(tmp_path: Path) -> None:
    """Interrupted before or after any of its steps, the same pass is done to its end, even if the policies have changed."""
    assert alone(_go_on, tmp_path) == 0


def _ask(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        passes = Passes(engine)
        put(engine, 1, 0, 10, error_every=5)
        put(engine, 2, 8, 1, first=100)
        passes.run(_policies(ERRORS), 2, BEGAN + 9)
        ids = [value(engine, f"SELECT lower(hex(sipHash128(toUInt64({trace}))))") for trace in (0, 1, 100, 200)]
        kept, out, waiting, unknown = (why(engine, trace_id) for trace_id in ids)
        assert kept and (kept.state, kept.policy, kept.reason, kept.at, kept.spans) == ("kept", "errors", "root", BEGAN + 9, 4)
        assert out and (out.state, out.policy) == ("sampled_out", "")
        assert waiting and (waiting.state, waiting.reason, waiting.at) == ("waiting", "root", BEGAN + 14)
        assert unknown is None
        told = dry_run(engine, _policies(ALL), BEGAN - 1, BEGAN + 20)
        assert [(effect.policy, effect.kept, effect.traces, effect.spans) for effect in told.effects] == [("all", True, 11, 44)]
        assert told.share_kept == 1 and told.added.traces == 8 and told.removed.traces == 0
        assert told.effects[0].bytes > 44 * 60 and ids[1] in {*told.added.examples, ids[1]}
        told = dry_run(engine, _policies(HALF, drop_of_errors()), BEGAN - 1, BEGAN + 20)
        assert told.removed.traces == 2 and 0 < told.share_kept < 1


def drop_of_errors() -> dict[str, Any]:
    return {"name": "no errors", "type": "drop", "drop": {"drop_sub_policy": [ERRORS]}}


def test_one_can_ask_why_and_what_if(tmp_path: Path) -> None:
    """A trace is kept, sampled out, waiting or unknown; a dry run counts what other policies would keep, and the difference."""
    assert alone(_ask, tmp_path) == 0
