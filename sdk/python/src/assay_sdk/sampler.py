"""The QMS sampler: critical operations always, the rest by a rate that is decided from the trace id.

The probability travels in the tracestate as `ot=th:…`, so that whoever counts the spans later can weigh them. Source:
https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceFlags, TraceState, get_current_span
from opentelemetry.util.types import Attributes, AttributeValue
from typing_extensions import override

CRITICAL_OPERATIONS: Final = frozenset({"compliance_check", "audit_trail", "quality_gate", "workflow_approval"})
"""Values of `qms.operation` that are always sampled."""

CRITICAL_NAMES: Final = ("qms.compliance.", "qms.audit.", "qms.quality_gate.", "qms.workflow.approve")
"""Beginnings of span names that are always sampled: the attribute is often set too late for a sampler to see."""

DEFAULT_RATE: Final = 0.1
DEFAULT_TRACES_PER_SECOND: Final = 10.0

_MAX_THRESHOLD: Final = 1 << 56
_RANDOMNESS: Final = _MAX_THRESHOLD - 1
_ALWAYS: Final = "th:0"
_ARRIVALS_PER_UPDATE: Final = 64
_SECONDS_PER_UPDATE: Final = 0.1
_log = logging.getLogger("assay_sdk")


class QmsSampler(Sampler):
    """Sample critical operations and errors always, other roots at `rate`, and other spans as their parent was.

    `rate` is between 0 and 1. Whether a root is sampled depends on its trace id alone, so all services with the same rate
    choose the same traces. A critical operation is sampled even where its parent was not.
    """

    def __init__(self, rate: float = DEFAULT_RATE) -> None:
        self._critical_state = TraceState([("ot", _ALWAYS)])
        self.rate = -1.0
        self._set_rate(rate)

    def _set_rate(self, rate: float) -> None:
        if rate == self.rate:
            return
        self.rate = rate
        threshold, member = _threshold(rate)
        # One value, so that a thread never sees the threshold of one rate with the tracestate of another.
        self._roots = threshold, TraceState([("ot", member)])

    @override
    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide about one span. `trace_state` is that of the parent's context; the argument is never filled by the SDK."""
        parent = get_current_span(parent_context).get_span_context()
        if name.startswith(CRITICAL_NAMES) or (attributes and _is_critical(attributes)):
            state = with_member(parent.trace_state, _ALWAYS) if parent.is_valid else self._critical_state
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, state)
        if parent.is_valid:
            decision = Decision.RECORD_AND_SAMPLE if parent.trace_flags & TraceFlags.SAMPLED else Decision.DROP
            return SamplingResult(decision, attributes, parent.trace_state)
        return self._sample_root(trace_id, attributes)

    def _sample_root(self, trace_id: int, attributes: Attributes) -> SamplingResult:
        threshold, state = self._roots
        if threshold <= trace_id & _RANDOMNESS:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, state)
        return SamplingResult(Decision.DROP)

    def get_description(self) -> str:
        """Return the name and the rate."""
        return f"QmsSampler{{{self.rate}}}"


class RateLimitingQmsSampler(QmsSampler):
    """Sample critical operations and errors always, and about `traces_per_second` other roots.

    The rate is the limit divided by the recent rate of arrivals (exponentially smoothed over `adaptation_seconds`), and the
    decision is made from the trace id, so the counts can be weighed as with a fixed rate. Source of the formula: the
    consistent rate limiting sampler of OTEP 250 and its implementation in OpenTelemetry Java contrib.
    """

    def __init__(
        self,
        traces_per_second: float = DEFAULT_TRACES_PER_SECOND,
        *,
        adaptation_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(1.0)
        self.traces_per_second = traces_per_second
        self._adaptation_seconds = adaptation_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._last, self._new = clock(), 0
        # As if nothing had come for a while: the first trace of a service is one to see.
        self._seconds, self._arrivals = adaptation_seconds, 0.0
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._unlock)

    def _unlock(self) -> None:
        self._lock = threading.Lock()

    @override
    def _sample_root(self, trace_id: int, attributes: Attributes) -> SamplingResult:
        # Two threads may count as one here, which a smoothed rate does not notice, and a lock would cost every span.
        self._new += 1
        # Not at every arrival: making a tracestate takes a fifth of the time of a span.
        if self._new >= _ARRIVALS_PER_UPDATE or self._clock() - self._last >= _SECONDS_PER_UPDATE:
            with self._lock:
                if self._new:
                    self._adapt()
        return super()._sample_root(trace_id, attributes)

    def _adapt(self) -> None:
        now = self._clock()
        passed = max(0.0, now - self._last)
        decay = math.exp(-passed / self._adaptation_seconds)
        self._seconds = self._seconds * decay + passed
        self._arrivals = self._arrivals * decay + self._new
        self._last, self._new = now, 0
        self._set_rate(min(1.0, self._seconds * self.traces_per_second / self._arrivals))

    def get_description(self) -> str:
        """Return the name and the limit."""
        return f"RateLimitingQmsSampler{{{self.traces_per_second}/s}}"


def qms_sampler(argument: str | None = None) -> Sampler:
    """Make the sampler `qms`; `argument` is its rate, without one OTEL_TRACES_SAMPLER_ARG, without that 0.1.

    The declarative file passes no argument. One that is not a rate is logged, and everything is sampled: too much is noticed
    at once, too little when it is needed.
    """
    return QmsSampler(_number(argument, DEFAULT_RATE, fallback=1.0, at_most=1.0))


def qms_rate_limiting_sampler(argument: str | None = None) -> Sampler:
    """Make the sampler `qms_rate_limiting`; `argument` is the traces per second, otherwise as `qms_sampler`, and else 10."""
    return RateLimitingQmsSampler(_number(argument, DEFAULT_TRACES_PER_SECOND, fallback=DEFAULT_TRACES_PER_SECOND, at_most=1e6))


def with_member(state: TraceState, threshold: str) -> TraceState:
    """Return `state` with this `th:…` in its member `ot`; what else the member says is kept."""
    kept = [part for part in (state.get("ot") or "").split(";") if part and not part.startswith("th:")]
    value = ";".join([threshold, *kept])
    return state.update("ot", value) if "ot" in state else state.add("ot", value)


def _is_critical(attributes: Mapping[str, AttributeValue]) -> bool:
    return attributes.get("qms.operation") in CRITICAL_OPERATIONS or attributes.get("error") is True


def _threshold(rate: float) -> tuple[int, str]:
    """Return the least randomness that is sampled at `rate`, as a number and as `th:…`."""
    threshold = _MAX_THRESHOLD - round(rate * _MAX_THRESHOLD)
    return threshold, f"th:{f'{threshold:014x}'.rstrip('0') or '0'}"


def _number(argument: str | None, default: float, fallback: float, at_most: float) -> float:
    text = os.environ.get("OTEL_TRACES_SAMPLER_ARG", "") if argument is None else argument
    if not text.strip():
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if 0.0 <= number <= at_most:
        return number
    _log.warning("OTEL_TRACES_SAMPLER_ARG=%r is not a number from 0 to %g: %g is used", text, at_most, fallback)
    return fallback
