"""How the durations of two sides are distributed, few enough numbers to be kept with what they led to."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import ceil, exp, log

from assay.quality.comparison.samples import Durations

_MOST_BINS = 48
# A tenth longer: wider than the buckets of every sketch, which would show as a comb.
_LEAST_STEP = log(1.1)
_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Level:
    """The duration that the share `level` of each side does not exceed."""

    level: float
    candidate: float
    baseline: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The distributions of both sides, in the unit of the durations.

    `bounds` are the ends of bins, each longer than the one before by the same factor, one more than there are bins; `candidate`
    and `baseline` have the share of that side in each bin. What is shorter than the first bound is in the first bin.
    """

    bounds: list[float]
    candidate: list[float]
    baseline: list[float]
    levels: list[Level]


def spread(candidate: Durations, baseline: Durations) -> Spread | None:
    """Return the distributions of two sides; None if one has no durations, or there is none above 0."""
    if not candidate.values or not baseline.values:
        return None
    positive = [value for side in (candidate, baseline) for value in side.values if value > 0]
    if not positive:
        return None
    first, reach = log(min(positive)), log(max(positive)) - log(min(positive))
    bins = min(_MOST_BINS, max(1, ceil(reach / _LEAST_STEP)))
    step = max(_LEAST_STEP, reach / bins)
    bounds = [exp(first + each * step) for each in range(bins + 1)]
    levels = [Level(each, candidate.quantile(each) or 0.0, baseline.quantile(each) or 0.0) for each in _LEVELS]
    kept = [float(f"{each:.6g}") for each in bounds]
    return Spread(kept, _shares(candidate, bounds), _shares(baseline, bounds), levels)


def _shares(side: Durations, bounds: list[float]) -> list[float]:
    bins = [0.0] * (len(bounds) - 1)
    for value, count in side.counts.items():
        bins[min(max(0, bisect_right(bounds, value) - 1), len(bins) - 1)] += count
    return [round(each / side.below[-1], 6) for each in bins]
