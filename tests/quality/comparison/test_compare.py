from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InvalidInput
from assay.quality.comparison import Durations, Rate, Rules, Sample, Share, compare

_ANY = Rules(least=1)


def _durations(seed: int, number: int, times: float = 1.0) -> Durations:
    random = Random(seed)
    return Durations.of([times * 0.1 * random.lognormvariate(0, 0.5) for _ in range(number)])


@pytest.mark.parametrize(
    ("candidate", "baseline", "tolerance", "outcome"),
    [
        (Share(50, 1000), Share(10, 1000), 0.0, "worse"),
        (Share(12, 1000), Share(10, 1000), 0.0, "not_worse"),
        (Share(10, 1000), Share(50, 1000), 0.0, "not_worse"),
        (Share(50, 1000), Share(30, 1000), 1.0, "not_worse"),
        (Share(40, 1000), Share(0, 1000), 0.0, "worse"),
        (Share(0, 1000), Share(0, 1000), 0.0, "not_worse"),
        (Share(3, 29), Share(0, 1000), 0.0, "too_few"),
        (Share(3, 1000), Share(0, 29), 0.0, "too_few"),
        (Share(0, 0), Share(0, 1000), 0.0, "no_data"),
        (Share(0, 1000), Share(0, 0), 0.0, "no_baseline"),
        (None, Share(0, 1000), 0.0, "no_data"),
        (Share(0, 1000), None, 0.0, "no_baseline"),
        (None, None, 0.0, "no_data"),
        (Rate(200, 60), Rate(100, 60), 0.0, "worse"),
        (Rate(200, 120), Rate(100, 60), 0.0, "not_worse"),
        (Rate(3, 60), Rate(2, 60), 0.0, "too_few"),
        (Rate(3, 0), Rate(200, 60), 0.0, "no_data"),
        (Durations.of([0.2] * 40), Durations.of([0.1] * 40), 0.0, "worse"),
        (Durations.of([0.1] * 40), Durations.of([0.1] * 40), 0.0, "not_worse"),
        (Durations.of([0.0] * 40), Durations.of([0.0] * 40), 0.0, "not_worse"),
        (Durations.of([0.1] * 40), Durations.of([0.0] * 40), 0.0, "worse"),
        (Durations.of([0.2] * 40), Durations.of([0.1] * 40), 1.5, "not_worse"),
        (Durations.of([0.2] * 29), Durations.of([0.1] * 40), 0.0, "too_few"),
        (Durations({}), Durations.of([0.1] * 40), 0.0, "no_data"),
        (Durations.of([0.1] * 40), Durations({}), 0.0, "no_baseline"),
    ],
)
def test_each_case_has_its_outcome(candidate: Sample | None, baseline: Sample | None, tolerance: float, outcome: str) -> None:
    """What is missing, nothing or too little is said as such and is never a pass; what is worse is found."""
    compared = compare(candidate, baseline, tolerance=tolerance)
    assert compared.outcome == outcome
    assert compared.reason
    assert (compared.p_value is None) == (outcome not in ("worse", "not_worse"))


def test_less_throughput_is_worse_where_that_is_asked() -> None:
    """A candidate that serves half as much is worse, and the ratio says how many times."""
    compared = compare(Rate(50, 60), Rate(100, 60), fewer_is_worse=True)
    assert compared.outcome == "worse"
    assert compared.ratio == pytest.approx(2)
    assert compare(Rate(100, 60), Rate(50, 60), fewer_is_worse=True).outcome == "not_worse"


def test_the_ratio_is_within_its_interval_and_finds_the_shift() -> None:
    """Durations that are half as long again are found to be, by few values and by the buckets of many."""
    for number in (30, 400):
        compared = compare(_durations(1, number, 1.5), _durations(2, number))
        assert compared.interval is not None
        assert compared.ratio is not None
        low, high = compared.interval
        assert low is not None
        assert high is not None
        assert low < compared.ratio < high
        assert low < 1.5 < high
        assert compared.effect is not None
        assert compared.effect > 0.5


def test_a_long_tail_is_found_where_a_percentile_is_asked_about() -> None:
    """One request in twenty ten times as slow hardly shows in the ranks, and does beyond the 95th percentile."""
    usual = _durations(3, 400)
    slow = Durations.of([value * (10 if place % 20 == 0 else 1) for place, value in enumerate(_durations(4, 400).values)])
    assert compare(slow, usual).outcome == "not_worse"
    assert compare(slow, usual, percentile=0.95).outcome == "worse"


@pytest.mark.parametrize(
    ("candidate", "baseline", "low", "high"),
    [
        (Share(0, 100), Share(0, 100), 0.0, None),
        (Share(0, 100), Share(10, 100), 0.0, 0.49),
        (Share(20, 100), Share(0, 100), 4.23, None),
        (Share(100, 100), Share(100, 100), 0.0, 1.0865),
        (Rate(0, 60), Rate(100, 60), 0.0, 0.0376),
        (Rate(100, 60), Rate(0, 60), 26.6, None),
    ],
)
def test_an_interval_has_no_end_where_nothing_bounds_it(
    candidate: Sample, baseline: Sample, low: float, high: float | None
) -> None:
    """A baseline without a single error says at least how many times worse the candidate is, and not at most how many."""
    found = compare(candidate, baseline).interval
    assert found is not None
    assert found[0] == pytest.approx(low, rel=0.01)
    assert found[1] == (high and pytest.approx(high, rel=0.01))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=25),
    st.lists(st.integers(0, 30), min_size=1, max_size=25),
    st.floats(0, 2),
)
def test_a_tolerance_never_makes_worse(candidate: list[int], baseline: list[int], tolerance: float) -> None:
    """Whatever the durations, what is allowed for makes the chance of such a difference no smaller."""
    strict = compare(Durations.of(candidate), Durations.of(baseline), rules=_ANY).p_value
    lenient = compare(Durations.of(candidate), Durations.of(baseline), tolerance=tolerance, rules=_ANY).p_value
    assert strict is not None
    assert lenient is not None
    assert lenient >= strict - 1e-12


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 4))
def test_the_exact_test_and_the_approximation_agree(seed: int, slower: int) -> None:
    """Durations of ten values and more have about the same p-value by the approximation, which is taken above 64 of them."""
    random = Random(seed)
    candidate, baseline = ([random.randint(0, 9) + more for _ in range(32)] for more in (slower, 0))
    exact = compare(Durations.of(candidate), Durations.of(baseline), rules=_ANY).p_value
    # A count that is not whole is none that can be drawn.
    weighted = {value: count + 1e-9 for value, count in Durations.of(candidate).counts.items()}
    assert compare(Durations(weighted), Durations.of(baseline), rules=_ANY).p_value == pytest.approx(exact, abs=0.02)


def test_sides_of_different_kinds_are_refused() -> None:
    """Errors are not compared with durations, and nothing may be better than the baseline by rule."""
    with pytest.raises(InvalidInput):
        compare(Share(1, 100), Durations.of([1.0] * 40))
    with pytest.raises(InvalidInput):
        compare(Share(1, 100), Share(1, 100), tolerance=-0.1)
