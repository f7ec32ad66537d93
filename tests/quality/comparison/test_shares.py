from __future__ import annotations

from functools import cache
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.comparison import Share
from assay.quality.comparison.shares import SharePair

_FIRST, _SECOND = 14, 18


def _chance(hits: int, of: int, share: float) -> float:
    return comb(of, hits) * share**hits * (1 - share) ** (of - hits)


@cache
def _p_value(hits: int, others: int, times: float, significance: float) -> float:
    return SharePair(Share(hits, _FIRST), Share(others, _SECOND)).p_value(times, significance)


@pytest.mark.parametrize("times", [1.0, 1.1, 1.5, 2.0])
@pytest.mark.parametrize("significance", [0.01, 0.1])
def test_no_more_is_called_worse_than_the_significance_allows(times: float, significance: float) -> None:
    """Whatever the baseline's share is, a candidate that has just so many times that is called worse as seldom as said."""
    refused = [
        (hits, others)
        for hits in range(_FIRST + 1)
        for others in range(_SECOND + 1)
        if _p_value(hits, others, times, significance) < significance
    ]
    assert refused
    for step in range(1, 40):
        share = step / 40 / times
        wrong = sum(_chance(hits, _FIRST, times * share) * _chance(others, _SECOND, share) for hits, others in refused)
        assert wrong < significance


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.4, 2.5])
def test_the_interval_covers_the_true_ratio(ratio: float) -> None:
    """In 90 of 100 cases at least it has the true ratio of the shares within, whatever these are."""
    pairs = [
        (hits, others, SharePair(Share(hits, _FIRST), Share(others, _SECOND)).interval(0.9))
        for hits in range(_FIRST + 1)
        for others in range(_SECOND + 1)
    ]
    for step in range(1, 20):
        share = step / 20 / max(1, ratio)
        covered = sum(
            _chance(hits, _FIRST, ratio * share) * _chance(others, _SECOND, share)
            for hits, others, (low, high) in pairs
            if (low or 0) <= ratio and (high is None or ratio <= high)
        )
        assert covered >= 0.9


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_test_and_interval_agree(first: int, second: int, data: st.DataObject) -> None:
    """The ratio lies within its interval, and a tolerance that the interval's lower end exceeds is one that is broken."""
    candidate = Share(data.draw(st.integers(1, first)), first)
    baseline = Share(data.draw(st.integers(1, second)), second)
    pair = SharePair(candidate, baseline)
    low, high = pair.interval(0.95)
    assert pair.ratio is not None
    assert low is not None
    assert low <= pair.ratio * (1 + 1e-4)
    assert high is None or pair.ratio <= high * (1 + 1e-4)
    if low > 1:
        assert pair.p_value(low * 0.999, 0.025) <= 0.025
        assert pair.p_value(low * 1.001, 0.025) >= 0.025 * 0.99


def test_a_tolerance_is_of_the_share_and_not_of_its_odds() -> None:
    """Where half of all requests fail, 70 % are 1.4 times as many; twice as many is all that there is."""
    pair = SharePair(Share(7000, 10_000), Share(5000, 10_000))
    assert pair.p_value(1.3, 0.01) < 0.01
    assert pair.p_value(1.5, 0.01) > 0.9
    assert SharePair(Share(100, 100), Share(100, 100)).p_value(2.0, 0.01) == 1
