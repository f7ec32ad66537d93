"""Tests of durations that ask only for their order, so that no shape of the distribution has to be believed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from itertools import pairwise
from math import erfc, exp, log, sqrt
from statistics import NormalDist

from assay.quality.comparison.samples import Durations
from assay.quality.comparison.tails import Drawn, rank_sum_tail

_EXACT_UP_TO = 64
_STEPS = 40
_PRECISE = 1e-5
_NORMAL = NormalDist()


def superiority(candidate: Durations, baseline: Durations) -> float:
    """Return the chance that one of the candidate is longer than one of the baseline, ties counted half."""
    return pairs_above(candidate, baseline) / (candidate.below[-1] * baseline.below[-1])


def rank_test(candidate: Durations, baseline: Durations) -> float:
    """Return how likely the candidate's ranks would be at least so high if it were no slower.

    The test of van der Waerden (1952): ranks are weighted as those of a normal distribution, which finds longer durations more
    often than their plain sum does. Exact with its ties up to 64 durations in all; above, by the normal distribution.
    """
    together = merge(candidate, baseline)
    both, scores = together.below[-1], normal_scores(together)
    if both <= _EXACT_UP_TO and _is_whole(candidate) and _is_whole(baseline):
        return _exact(candidate, together, scores)
    mean = sum(scores[value] * count for value, count in together.counts.items()) / both
    squares = sum((scores[value] - mean) ** 2 * count for value, count in together.counts.items())
    if squares == 0:
        return 1.0
    deviation = sqrt(candidate.below[-1] * baseline.below[-1] / both / (both - 1) * squares)
    surplus = sum((scores[value] - mean) * count for value, count in candidate.counts.items())
    # Half of the least step that the sum can take, as it takes no values in between.
    step = min(high - low for low, high in pairwise(scores[value] for value in together.values))
    return erfc((surplus - step / 2) / deviation / sqrt(2)) / 2


def normal_scores(durations: Durations) -> dict[float, float]:
    """Return for each duration what a normal distribution has at its rank, ties at the middle of their ranks."""
    below, counts = durations.below, durations.counts
    return {
        value: _NORMAL.inv_cdf((below[at] + (counts[value] + 1) / 2) / (below[-1] + 1))
        for at, value in enumerate(durations.values)
    }


def tail_test(candidate: Durations, baseline: Durations, percentile: float) -> float:
    """Return how likely so many of the candidate would be beyond the common percentile if its tail were no longer.

    The exact test of Fisher on how many of each side exceed it; it sees what the ranks of all hardly do, a few that got slow.
    """
    above, others = count_beyond(candidate, baseline, percentile)
    return Drawn(above, above + others, candidate.size, baseline.size).upper_tail(1.0)


def count_beyond(candidate: Durations, baseline: Durations, percentile: float) -> tuple[int, int]:
    """Return how many of each side are longer than the percentile of both together."""
    limit = merge(candidate, baseline).quantile(percentile)
    return (0, 0) if limit is None else (round(candidate.above(limit)), round(baseline.above(limit)))


def shift(candidate: Durations, baseline: Durations, level: float) -> tuple[float, list[float]] | None:
    """Return by what factor the candidate is slower (Hodges and Lehmann 1963) and its interval, which covers with `level`.

    None if no factor can be told, as with durations of nothing but zero.
    """
    if not candidate.values or not baseline.values or candidate.values[-1] <= 0 or baseline.values[-1] <= 0:
        return None
    half = candidate.below[-1] * baseline.below[-1] / 2
    reach = _NORMAL.inv_cdf((1 + level) / 2) * _deviation(candidate, baseline)
    low, middle, high = (
        _cross(lambda factor: pairs_above(candidate, baseline, factor), half + slack) for slack in (reach, 0.0, -reach)
    )
    return middle, [low, high]


def merge(candidate: Durations, baseline: Durations) -> Durations:
    """Return the durations of both sides together."""
    counts = dict(candidate.counts)
    for value, count in baseline.counts.items():
        counts[value] = counts.get(value, 0) + count
    return Durations(counts)


def _exact(candidate: Durations, together: Durations, scores: Mapping[float, float]) -> float:
    least = scores[together.values[0]]
    steps = {value: round(_STEPS * (score - least)) for value, score in scores.items()}
    ranks = tuple(steps[value] for value in together.values for _ in range(round(together.counts[value])))
    observed = sum(steps[value] * round(count) for value, count in candidate.counts.items())
    return rank_sum_tail(ranks, candidate.size, observed)


def pairs_above(candidate: Durations, baseline: Durations, factor: float = 1.0) -> float:
    """Return in how many pairs the candidate is longer than the baseline made `factor` times as long, ties counted half."""
    pairs = 0.0
    values, below = baseline.values, baseline.below
    for value in candidate.values:
        equal = value if factor == 1 else value / factor
        at = bisect_left(values, equal)
        tied = baseline.counts[values[at]] if at < len(values) and values[at] == equal else 0
        pairs += candidate.counts[value] * (below[at] + tied / 2)
    return pairs


def _deviation(candidate: Durations, baseline: Durations) -> float:
    first, second = candidate.below[-1], baseline.below[-1]
    both = first + second
    ties = sum(count**3 - count for count in merge(candidate, baseline).counts.values())
    return sqrt(max(0.0, first * second / 12 * (both + 1 - ties / (both * (both - 1))))) if both > 1 else 0.0


def _is_whole(durations: Durations) -> bool:
    return all(count == round(count) for count in durations.counts.values())


def _cross(falling: Callable[[float], float], level: float) -> float:
    low, high = log(1e-4), log(1e4)
    while high - low > _PRECISE:
        middle = (low + high) / 2
        if falling(exp(middle)) > level:
            low = middle
        else:
            high = middle
    return exp((low + high) / 2)
