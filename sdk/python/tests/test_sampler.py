"""Critical operations always; the rest by a rate that everybody can recompute from the trace id."""

from __future__ import annotations

import random
from importlib.metadata import entry_points

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Sampler, SamplingResult
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState, set_span_in_context

from assay_sdk.sampler import CRITICAL_OPERATIONS, QmsSampler, RateLimitingQmsSampler, qms_sampler

TRACE_IDS = st.integers(1, (1 << 128) - 1)
RATES = st.floats(0, 1)
CRITICAL: st.SearchStrategy[tuple[str, object]] = st.one_of(
    st.tuples(st.just("anything"), st.sampled_from(sorted(CRITICAL_OPERATIONS)).map(lambda value: {"qms.operation": value})),
    st.tuples(st.just("anything"), st.just({"error": True})),
    st.tuples(
        st.sampled_from(["qms.compliance.check", "qms.audit.process", "qms.quality_gate.evaluate", "qms.workflow.approve"]),
        st.just({}),
    ),
)


def parent(sampled: bool, state: str = "") -> Context:
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    context = SpanContext(1, 1, is_remote=True, trace_flags=flags, trace_state=TraceState.from_header([state] if state else []))
    return set_span_in_context(NonRecordingSpan(context), Context())


def decide(sampler: Sampler, trace_id: int, name: str = "GET", attributes: object = None, context: Context | None = None):  # type: ignore[no-untyped-def]  # short
    return sampler.should_sample(context or Context(), trace_id, name, attributes=attributes)  # type: ignore[arg-type]  # as given


def probability(result: SamplingResult) -> float:
    """Return the probability that the tracestate tells, by the rule of the specification."""
    assert result.trace_state is not None
    threshold = next(part[3:] for part in result.trace_state["ot"].split(";") if part.startswith("th:"))
    return 1 - int(threshold.ljust(14, "0"), 16) / (1 << 56)


@given(RATES, TRACE_IDS)
def test_a_root_is_sampled_by_its_trace_id_and_says_with_which_probability(rate: float, trace_id: int) -> None:
    """Sampled is who has at least the threshold of the rate in the last 56 bits, and the tracestate tells the rate."""
    result = decide(QmsSampler(rate), trace_id)
    assert result.decision.is_sampled() == ((trace_id & ((1 << 56) - 1)) >= (1 << 56) - round(rate * (1 << 56)))
    if result.decision.is_sampled():
        assert probability(result) == pytest.approx(rate, abs=1e-15)
    else:
        assert not result.trace_state


@given(RATES, RATES, TRACE_IDS)
def test_a_higher_rate_samples_all_that_a_lower_one_does(one: float, other: float, trace_id: int) -> None:
    """Services with different rates keep whole traces together: what the lower rate keeps, the higher one keeps too."""
    low, high = sorted([one, other])
    assert decide(QmsSampler(low), trace_id).decision.is_sampled() <= decide(QmsSampler(high), trace_id).decision.is_sampled()


@given(CRITICAL, TRACE_IDS, st.sampled_from([None, True, False]))
def test_critical_operations_and_errors_are_always_sampled(
    what: tuple[str, object], trace_id: int, sampled: bool | None
) -> None:
    """At rate 0 and under a parent that was not sampled too; they count once each (`th:0`)."""
    name, attributes = what
    context = None if sampled is None else parent(sampled, "vendor=1,ot=rv:abcdefabcdefab;th:8")
    for sampler in (QmsSampler(0.0), RateLimitingQmsSampler(0.0)):
        result = decide(sampler, trace_id, name, attributes, context)
        assert result.decision.is_sampled()
        assert probability(result) == 1
        assert result.trace_state is not None
        if sampled is not None:
            assert result.trace_state["vendor"] == "1"
            assert "rv:abcdefabcdefab" in result.trace_state["ot"]


@given(RATES, TRACE_IDS, st.booleans())
def test_other_spans_follow_their_parent(rate: float, trace_id: int, sampled: bool) -> None:
    """Whatever the rate here, a trace that another service has chosen is kept whole, with the probability it was chosen by."""
    result = decide(QmsSampler(rate), trace_id, context=parent(sampled, "ot=th:c"))
    assert result.decision.is_sampled() == sampled
    assert result.trace_state is not None
    assert result.trace_state["ot"] == "th:c"


@pytest.mark.parametrize("arrivals_per_second", [1, 100, 5_000])
def test_the_rate_limiting_variant_keeps_its_limit_and_the_weights_add_up(arrivals_per_second: int) -> None:
    """About ten traces per second are kept however many arrive, all of them below that, and their weights give the arrivals."""
    dice, now = random.Random(7), 0.0
    sampler = RateLimitingQmsSampler(10, clock=lambda: now)
    kept = weight = total = 0.0
    for number in range(arrivals_per_second * 60):
        now = number / arrivals_per_second
        result = decide(sampler, dice.getrandbits(128))
        if now >= 30 and result.decision.is_sampled():
            kept += 1
            weight += 1 / probability(result)
        total += now >= 30
    assert kept / 30 == pytest.approx(min(10, arrivals_per_second), rel=0.25)
    assert weight == pytest.approx(total, rel=0.25)


@pytest.mark.parametrize(
    ("argument", "rate"), [("0.25", 0.25), ("", 0.1), (None, 0.1), ("ten", 1.0), ("1.5", 1.0), ("nan", 1.0)]
)
def test_the_argument_is_the_rate(argument: str | None, rate: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument it is that of the guidelines; with one that is no rate everything is sampled, and a log says so."""
    monkeypatch.delenv("OTEL_TRACES_SAMPLER_ARG", raising=False)
    sampler = qms_sampler(argument)
    assert isinstance(sampler, QmsSampler)
    assert sampler.rate == rate


@pytest.mark.parametrize("group", ["opentelemetry_traces_sampler", "opentelemetry_sampler"])
def test_both_groups_of_entry_points_have_the_samplers(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment finds them in one group, the declarative file in the other, which passes no argument."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    found = {entry.name: entry.load()() for entry in entry_points(group=group) if entry.name.startswith("qms")}
    assert found["qms"].rate == 0.5
    assert found["qms_rate_limiting"].traces_per_second == 0.5
