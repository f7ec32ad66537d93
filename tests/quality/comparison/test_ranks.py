from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.comparison import Durations
from assay.quality.comparison.ranks import pairs_above, rank_test, shift, superiority, tail_test

_values = st.lists(st.integers(0, 12), min_size=1, max_size=20)


@given(_values, _values, st.sampled_from([0.5, 1.0, 2.0]))
def test_pairs_are_those_that_counting_gives(candidate: list[int], baseline: list[int], factor: float) -> None:
    """Each pair counts once, and half if it is tied, whatever the baseline is multiplied by."""
    counted = sum((one > factor * other) + (one == factor * other) / 2 for one in candidate for other in baseline)
    ours, theirs = Durations.of(candidate), Durations.of(baseline)
    assert pairs_above(ours, theirs, factor) == counted
    assert superiority(ours, theirs.scaled(factor)) == pytest.approx(counted / len(candidate) / len(baseline))


@pytest.mark.parametrize("values", [range(10), [1, 1, 1, 2, 2, 3, 3, 3, 3, 9], [0] * 9 + [5], [7] * 10])
def test_no_more_is_called_slower_than_the_significance_allows(values: list[int]) -> None:
    """If it is chance alone which durations are the candidate's, a p-value of so much or less comes no more often than that."""
    draws = list(combinations(range(10), 4))
    ranked, tails = [], []
    for draw in draws:
        candidate = Durations.of([values[at] for at in draw])
        baseline = Durations.of([values[at] for at in range(10) if at not in draw])
        ranked.append(rank_test(candidate, baseline))
        tails.append(tail_test(candidate, baseline, 0.7))
    for p_values in (ranked, tails):
        for limit in p_values:
            assert sum(each <= limit + 1e-12 for each in p_values) / len(draws) <= limit + 1e-12


@given(st.lists(st.integers(1, 10**6), min_size=5, max_size=30), st.floats(0.2, 5))
def test_durations_that_are_so_many_times_as_long_have_that_shift(values: list[int], factor: float) -> None:
    """The factor is found, and its interval has it within."""
    usual = Durations.of(values)
    found = shift(usual.scaled(factor), usual, 0.95)
    assert found is not None
    ratio, (low, high) = found
    assert low * 0.999 <= factor <= high * 1.001
    assert low <= ratio <= high
