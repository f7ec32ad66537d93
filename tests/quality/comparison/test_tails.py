from __future__ import annotations

from itertools import combinations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.comparison.tails import Drawn, find_odds, rank_sum_tail

_sizes = st.integers(1, 25)


@given(_sizes, _sizes, st.floats(0.1, 10), st.data())
def test_a_draw_with_limits_is_what_counting_gives(first: int, second: int, odds: float, data: st.DataObject) -> None:
    """The tails of Fisher's noncentral distribution are those of the sums of its weights, whatever the odds."""
    total = data.draw(st.integers(0, first + second))
    least, most = max(0, total - second), min(total, first)
    observed = data.draw(st.integers(least, most))
    weights = {hits: comb(first, hits) * comb(second, total - hits) * odds**hits for hits in range(least, most + 1)}
    whole = sum(weights.values())
    drawn = Drawn(observed, total, first, second)
    assert drawn.upper_tail(odds) == pytest.approx(sum(weights[hits] for hits in weights if hits >= observed) / whole)
    assert drawn.lower_tail(odds) == pytest.approx(sum(weights[hits] for hits in weights if hits <= observed) / whole)


@given(st.integers(0, 40), st.floats(0.05, 20), st.data())
def test_a_draw_of_events_is_binomial(total: int, odds: float, data: st.DataObject) -> None:
    """Events over time fall to a side with its share of the odds."""
    observed = data.draw(st.integers(0, total))
    share = odds / (1 + odds)
    tail = sum(comb(total, hits) * share**hits * (1 - share) ** (total - hits) for hits in range(observed, total + 1))
    assert Drawn(observed, total).upper_tail(odds) == pytest.approx(tail)


def test_large_counts_stay_exact() -> None:
    """A hundred thousand errors of two million requests: the tails on both sides of the middle add up to one and the middle."""
    drawn = Drawn(100_000, 200_000, 2_000_000, 2_000_000)
    both = drawn.upper_tail(1.0) + drawn.lower_tail(1.0)
    assert both - 1 == pytest.approx(Drawn(100_000, 200_000, 2_000_000, 2_000_000).upper_tail(1.0) * 2 - 1, rel=1e-6)
    assert 0 < both - 1 < 0.01


def test_fishers_tea_is_what_he_served() -> None:
    """Eight cups, three of four told right: 17 of 70 draws are as good (Fisher 1935)."""
    assert Drawn(3, 4, 4, 4).upper_tail(1.0) == pytest.approx(17 / 70)


@given(st.lists(st.integers(1, 6), min_size=2, max_size=9), st.data())
def test_rank_sums_are_what_counting_gives(ranks: list[int], data: st.DataObject) -> None:
    """The chance of a sum is the share of all draws that have it, with ties and without."""
    chosen = data.draw(st.integers(1, len(ranks) - 1))
    limit = data.draw(st.integers(0, sum(ranks)))
    sums = [sum(draw) for draw in combinations(ranks, chosen)]
    assert rank_sum_tail(tuple(ranks), chosen, limit) == pytest.approx(sum(each >= limit for each in sums) / len(sums))


def test_odds_are_found_where_a_tail_has_a_level() -> None:
    """The odds at which three of four cups are no surprise any more are those at which the tail is one half."""
    drawn = Drawn(3, 4, 4, 4)
    assert drawn.upper_tail(find_odds(drawn.upper_tail, 0.5, rises=True)) == pytest.approx(0.5, rel=1e-4)
