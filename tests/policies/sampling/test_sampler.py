from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from tests.policies.sampling.spans import BEGAN, no_faults, put, value
from tests.store.alone import alone, opened

from assay.core import metrics
from assay.core.ports import SegmentQueue
from assay.core.signals import Signal
from assay.policies.sampling import PolicyRefused, Sampler, read
from assay.store import migrate

ERRORS = {"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}}


class Segments:
    """A journal of which so many segments are stored and so many wait."""

    def __init__(self) -> None:
        self.stored, self.waiting = 0, 0

    def committed(self, signal: Signal) -> int:
        assert signal is Signal.TRACES
        return self.stored

    def sealed(self, signal: Signal, after: int) -> list[int]:
        assert signal is Signal.TRACES and after == self.stored
        return list(range(self.waiting))


def _wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _metric(metric: Any, **labels: str) -> float:
    return float(metric.labels(**labels)._value.get())


def _follow(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        segments, now = Segments(), [float(BEGAN)]
        sampler = Sampler(engine, cast(SegmentQueue, segments), read({"policies": [ERRORS]}), 30, clock=lambda: now[0])
        put(engine, 1, 0, 10, error_every=2)
        put(engine, 2, 1, 10, first=100)
        segments.stored, segments.waiting = 1, 1
        assert sampler.step()
        # While something waits to be stored the time stands still at what is stored: a trace may still lack its spans.
        now[0] += 600
        assert sampler.step() is None
        segments.stored, segments.waiting = 2, 0
        outcome = sampler.step()
        assert outcome and len(outcome.decided) == 2
        assert _metric(metrics.SAMPLING_TRACES, policy="errors", decision="kept", reason="root") == 5
        assert _metric(metrics.SAMPLING_SPANS, decision="kept") == 20
        assert _metric(metrics.SAMPLING_SPANS, decision="sampled_out") == 60
        put(engine, 3, 601, 10, root=False, spans=1)
        segments.stored = 3
        sampler.step()
        assert _metric(metrics.SAMPLING_LATE_SPANS, decision="kept") == 5
        assert no_faults(engine)


def test_time_stands_still_while_spans_wait_to_be_stored(tmp_path: Path) -> None:
    """Traces become due by the clock only while nothing waits, else by what is stored; what is decided is counted."""
    assert alone(_follow, tmp_path) == 0


def _change(folder: Path) -> None:
    with opened(folder) as engine:
        migrate(engine)
        segments = Segments()
        sampling = read({"policies": [ERRORS], "pass_interval": "20ms", "decision_wait_after_root_received": "100ms"})
        sampler = Sampler(engine, cast(SegmentQueue, segments), sampling, 30, clock=lambda: BEGAN + time.monotonic() - began)
        began = time.monotonic()
        sampler.start()
        try:
            put(engine, 1, 0, 10)
            segments.stored = 1
            _wait_for(lambda: value(engine, "SELECT count() FROM assay_sampling_decisions") == 10)
            bad = read({"policies": [{"name": "bad", "type": "sql_condition", "sql_condition": {"span": "NoColumn = 1"}}]})
            with pytest.raises(PolicyRefused):
                sampler.change(bad)
            sampler.change(
                sampling.model_copy(
                    update={"policies": read({"policies": [{"name": "all", "type": "always_sample"}]}).policies}
                )
            )
            put(engine, 2, time.monotonic() - began, 10, first=100)
            segments.stored = 2
            _wait_for(lambda: value(engine, "SELECT count() FROM otel_traces") == 40)
            assert sampler.alive()
        finally:
            sampler.stop()
        assert not sampler.alive()


def test_policies_change_while_it_runs(tmp_path: Path) -> None:
    """Other policies hold from the next pass on; those that the engine refuses leave the ones before in force."""
    assert alone(_change, tmp_path) == 0
