from __future__ import annotations

import math
import random
import statistics
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.ports import Engine

_RESAMPLES = 4000


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_quantiles_are_interpolated(engine: Engine, values: list[int]) -> None:
    """They are those of Python's statistics module by its inclusive method, which is the same definition."""
    ((found,),) = engine.query(
        "SELECT assay_quantiles(arraySort({values:Array(Float64)}), [0., 0.25, 0.5, 0.75, 1.])", {"values": values}
    ).rows
    assert found[2] == pytest.approx(statistics.median(values))
    if len(values) > 1:
        assert found == pytest.approx([min(values), *statistics.quantiles(values, n=4, method="inclusive"), max(values)])


@pytest.mark.parametrize("size", [2, 3, 5, 8, 15, 30, 63, 64, 65, 151, 400])
def test_the_interval_of_a_median_is_that_of_many_resamples(engine: Engine, size: int) -> None:
    """Drawing resamples comes to the same ranks, but for one rank that chance or an even size may make."""
    chance = random.Random(size)
    values = [float(rank) for rank in range(1, size + 1)]
    ((found,),) = engine.query("SELECT assay_median_interval({values:Array(Float64)})", {"values": values}).rows
    medians = sorted(statistics.median(chance.choices(values, k=size)) for _ in range(_RESAMPLES))
    drawn = medians[int(0.025 * _RESAMPLES)], medians[math.ceil(0.975 * _RESAMPLES) - 1]
    assert found == [pytest.approx(drawn[0], abs=1.01), pytest.approx(drawn[1], abs=1.01)]


def test_the_ranks_of_few_values_are_exact(engine: Engine) -> None:
    """Each bound is the first value at which the probability of the bootstrap, in whole fractions, reaches its level."""
    ranks = "SELECT n, assay_median_interval(arrayMap(i -> i + 1, range(n))) FROM (SELECT number + 2 AS n FROM numbers(63))"
    for n, found in engine.query(ranks).rows:
        halves = ((n + 1) // 2, Fraction(25, 1000)), (n // 2 + 1, Fraction(975, 1000))
        assert found == [next(k for k in range(1, n + 1) if _tail(n, half, k) >= level) for half, level in halves]


def _tail(n: int, least: int, k: int) -> Fraction:
    return Fraction(sum(comb(n, hits) * k**hits * (n - k) ** (n - hits) for hits in range(least, n + 1)), n**n)


@pytest.mark.parametrize(
    ("hits", "n", "interval"), [(0, 10, [0.0, 0.2775]), (5, 10, [0.2366, 0.7634]), (10, 10, [0.7225, 1.0]), (0, 0, [])]
)
def test_the_interval_of_a_share_is_wilsons(engine: Engine, hits: int, n: int, interval: list[float]) -> None:
    """It stays within 0 and 1 and is not empty where nothing failed."""
    ((found,),) = engine.query("SELECT assay_share_interval({hits:UInt64}, {n:UInt64})", {"hits": hits, "n": n}).rows
    assert found == pytest.approx(interval, abs=1e-3)
