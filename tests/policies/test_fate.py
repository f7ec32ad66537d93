from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import pytest
from tests.conftest import Store
from tests.otlp_requests import span, traces

from assay.core.errors import NotFound
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.policies import tell_fate

_HOT_WINDOW = 3600.0


@pytest.fixture
def decide(engine: Engine) -> Iterator[partial[None]]:
    """Write down a decision as a pass does."""

    def write(trace_id: str, kept: bool, policy: str, received: float) -> None:
        engine.execute(
            "INSERT INTO assay_sampling_decisions "
            "(TraceId, Kept, Policy, Reason, AdjustedCount, DecidedAt, FirstReceivedAt, Pass) "
            f"SELECT '{trace_id}', {int(kept)}, '{policy}', 'wait', 4, toDateTime({int(received) + 30}), {received}, 1"
        )

    yield partial(write)
    engine.execute("TRUNCATE TABLE assay_sampling_decisions")


def _recent(engine: Engine, trace_id: str, received: int) -> None:
    engine.execute(
        f"INSERT INTO otel_traces_recent (TraceId, ReceivedAt, Batch) SELECT '{trace_id}', toDateTime64({received}, 6), 7"
    )


def test_what_no_policy_keeps_can_be_seen_for_the_hot_window(engine: Engine, decide: partial[None]) -> None:
    """Until when is said to the five minutes in which the window moves; afterwards it is gone."""
    trace_id, received = uuid4().hex, int(time.time())
    decide(trace_id, False, "", received)
    assert tell_fate(engine, trace_id, _HOT_WINDOW).gone
    _recent(engine, trace_id, received)
    fate = tell_fate(engine, trace_id, _HOT_WINDOW)
    assert (fate.state, fate.policy, fate.reason, fate.at, fate.gone) == ("sampled_out", "", "wait", received + 30, False)
    assert fate.visible_until is not None
    assert _HOT_WINDOW <= fate.visible_until - received <= _HOT_WINDOW + 300
    engine.execute(f"ALTER TABLE otel_traces_recent DELETE WHERE TraceId = '{trace_id}' SETTINGS mutations_sync = 2")


def test_what_waits_says_that_it_waits(engine: Engine) -> None:
    """A trace that no pass has looked at yet waits, and can be seen for the hot window at least."""
    trace_id = uuid4().hex
    _recent(engine, trace_id, int(time.time()))
    fate = tell_fate(engine, trace_id, _HOT_WINDOW)
    assert (fate.state, fate.reason, fate.at) == ("waiting", "none", None)
    assert fate.visible_until
    engine.execute(f"ALTER TABLE otel_traces_recent DELETE WHERE TraceId = '{trace_id}' SETTINGS mutations_sync = 2")


def test_what_is_kept_names_its_policy(engine: Engine, store: Store, decide: partial[None]) -> None:
    """A kept trace stands for as many as the policy says; without sampling a trace is kept and no policy named."""
    trace_id = uuid4().hex
    store(Signal.TRACES, traces("fate", [span(trace_id, 1, start_ns=time.time_ns())]))
    unsampled = tell_fate(engine, trace_id, _HOT_WINDOW)
    assert (unsampled.state, unsampled.policy, unsampled.reason, unsampled.visible_until) == ("kept", "", "none", None)
    decide(trace_id, True, "rest", time.time())
    kept = tell_fate(engine, trace_id, _HOT_WINDOW)
    assert (kept.state, kept.policy, kept.adjusted_count, kept.visible_until, kept.gone) == ("kept", "rest", 4.0, None, False)


def test_an_unknown_trace_is_told(engine: Engine) -> None:
    """There is no fate of what never came in."""
    with pytest.raises(NotFound):
        tell_fate(engine, uuid4().hex, _HOT_WINDOW)
