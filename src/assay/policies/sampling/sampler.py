"""The sampler: a thread that follows what the loader has stored and decides which traces are kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from assay.core import metrics
from assay.core.errors import AssayError
from assay.core.ports import Engine, SegmentQueue
from assay.core.signals import Signal
from assay.policies.sampling import model
from assay.policies.sampling.passes import Outcome, Passes
from assay.policies.sampling.reading import compile_sampling
from assay.policies.sampling.window import drop_old, slide

_LONGEST_WAIT_SECONDS = 30.0
_DROP_OLD_SECONDS = 3600.0
# What was acknowledged so long ago is in a sealed segment.
_SEALED_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Sampler:
    """Do passes until it is stopped; the policies can be changed while it runs."""

    def __init__(
        self,
        engine: Engine,
        segments: SegmentQueue,
        sampling: model.Sampling,
        traces_days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Follow the journal `segments`; decisions are kept for `traces_days`; `clock` gives Unix seconds."""
        self._engine = engine
        self._segments = segments
        self._traces_days = traces_days
        self._clock = clock
        self._sampling = sampling
        self._passes = Passes(engine)
        self._drop_old_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sample")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def alive(self) -> bool:
        """Say whether it still decides."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End after the pass that runs; traces that are open then are decided after the next start."""
        self._stopping.set()
        self._thread.join()

    def change(self, sampling: model.Sampling) -> None:
        """Decide by other policies from the next pass on; traces that are still open are looked at again under them.

        Raises:
            PolicyRefused: the engine refuses one of them; the ones before stay in force.
        """
        compile_sampling(sampling, self._engine)
        self._sampling = sampling

    def step(self) -> Outcome | None:
        """Do one pass if there is something to do, then let go what is old; any thread but only one."""
        began = time.perf_counter()
        sampling, now = self._sampling, self._clock()
        committed, idle_since = self._follow(now)
        outcome = self._passes.run(sampling, committed, idle_since)
        if outcome:
            metrics.SAMPLING_PASS_SECONDS.observe(time.perf_counter() - began)
            _count(outcome)
        window = slide(self._engine, sampling, self._passes, now)
        metrics.HOT_WINDOW_BYTES.set(window.bytes)
        metrics.HOT_WINDOW_SECONDS.set(max(0, now - window.since) if window.since else 0)
        metrics.HOT_WINDOW_SHORTENED.inc(window.dropped_early)
        metrics.SAMPLING_LAG_SECONDS.set(max(0, now - self._passes.open.next_due) if self._passes.open.traces else 0)
        if now >= self._drop_old_at:
            drop_old(self._engine, self._traces_days, now)
            self._drop_old_at = now + _DROP_OLD_SECONDS
        return outcome

    def _follow(self, now: float) -> tuple[int, float | None]:
        """Return the last batch that is stored with all before it, and since when nothing else waits, if so."""
        committed = self._segments.committed(Signal.TRACES)
        waiting = self._segments.sealed(Signal.TRACES, committed)
        return committed, None if waiting else now - _SEALED_SECONDS

    def _run(self) -> None:
        wait_seconds = 0.0
        while not self._stopping.wait(wait_seconds):
            try:
                outcome = self.step()
            except AssayError as error:
                metrics.SAMPLING_FAILURES.labels(error.code).inc()
                log.warning("sampling_postponed", reason=str(error))
                wait_seconds = min(max(1.0, wait_seconds * 2), _LONGEST_WAIT_SECONDS)
            except Exception:
                metrics.SAMPLING_FAILURES.labels("unforeseen").inc()
                log.exception("sampling_failed")
                wait_seconds = _LONGEST_WAIT_SECONDS
            else:
                wait_seconds = 0.0 if outcome and outcome.behind else self._sampling.pass_interval


def _count(outcome: Outcome) -> None:
    for (policy, kept, reason), (traces, spans) in outcome.decided.items():
        metrics.SAMPLING_TRACES.labels(policy, _WORDS[kept], reason).inc(traces)
        metrics.SAMPLING_SPANS.labels(_WORDS[kept]).inc(spans)
    for kept, spans in outcome.late.items():
        metrics.SAMPLING_SPANS.labels(_WORDS[kept]).inc(spans)
        metrics.SAMPLING_LATE_SPANS.labels(_WORDS[kept]).inc(spans)


_WORDS = {True: "kept", False: "sampled_out"}
