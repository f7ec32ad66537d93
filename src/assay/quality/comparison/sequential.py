"""Looking again and again without crying wolf more often: evidence that may be read at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p

from assay.core.errors import InvalidInput
from assay.quality.comparison.compare import RANK_SHARE
from assay.quality.comparison.ranks import count_beyond, merge, normal_scores
from assay.quality.comparison.samples import Durations, Rate, Sample, Share
from assay.quality.comparison.tilts import log_mean_tilted

_TIMES_WORSE = tuple(2 ** (step / 4) for step in range(1, 21))
_TILTS = tuple(2 ** (step / 2) for step in range(-6, 5))
_LEAST_DURATIONS = 10
_CERTAIN = 500.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known after a look.

    `evidence` is by how much what was seen speaks for worse rather than not; `p_value` holds however often was looked;
    `is_worse` stays true once it was.
    """

    looks: int
    evidence: float
    p_value: float
    is_worse: bool


class Sequential:
    """A test over batches, each of what came since the last look; the chance of ever being wrong is `significance`.

    It is a mixture of likelihood ratios (Robbins 1970): while the candidate is not worse the evidence is a nonnegative
    supermartingale that begins at 1, so it ever reaches 1 / significance with a chance of that at most (Ville 1939), after
    however many looks, and whatever the counts, durations and ties are. Counts: given how many hits both sides have, the ratio
    of the binomial distribution, mixed over twenty ratios up to 32. Durations: given the durations of both sides, by how much
    likelier the candidate's ranks are if each has a weight that grows with its normal score, mixed over eleven such growths;
    with a percentile above 0.5 the weighted mean of that and of the evidence of the counts beyond it. Where a side has nothing
    yet, or less than ten durations, what came waits for the next batch.
    """

    def __init__(self, significance: float = 0.01, tolerance: float = 0.0, percentile: float = 0.0) -> None:
        self._significance = significance
        self._times = 1 + tolerance
        self._percentile = percentile
        self._of_counts = [0.0] * len(_TIMES_WORSE)
        self._of_ranks = [0.0] * len(_TILTS)
        self._rank_share = 0.0
        self._unmatched: list[float] = [0, 0, 0, 0]
        self._waiting = Durations({}), Durations({})
        self._looks = 0
        self._most = 1.0

    def look(self, candidate: Sample, baseline: Sample) -> Looked:
        """Add a batch of both sides, and say what is known now.

        Raises:
            InvalidInput: the sides are of different kinds.
        """
        self._looks += 1
        match candidate, baseline:
            case Share(), Share():
                self._count(candidate.hits, baseline.hits, candidate.of, baseline.of)
            case Rate(), Rate():
                self._count(candidate.events, baseline.events, candidate.seconds, baseline.seconds)
            case Durations(), Durations():
                self._rank(candidate, baseline.scaled(self._times))
            case _:
                raise InvalidInput(
                    "comparison_invalid", "The sides are of different kinds", "compare shares, rates or durations"
                )
        return self.looked()

    def look_at(self, share: Share, limit: float) -> Looked:
        """Add a batch that is held against a fixed share, such as `error_rate <= 1%`."""
        self._looks += 1
        if limit > 0:
            self._add(share.hits, share.of, limit)
        elif share.hits:
            self._of_counts = [_CERTAIN] * len(_TIMES_WORSE)
        return self.looked()

    def looked(self) -> Looked:
        """Return what is known after the looks so far."""
        evidence = self._rank_share * _mean(self._of_ranks) + (1 - self._rank_share) * _mean(self._of_counts)
        self._most = max(self._most, evidence)
        return Looked(self._looks, evidence, 1 / self._most, self._most >= 1 / self._significance)

    def _count(self, hits: float, others: float, exposure: float, other_exposure: float) -> None:
        waiting = self._unmatched = [
            sum(pair) for pair in zip(self._unmatched, (hits, others, exposure, other_exposure), strict=True)
        ]
        if min(waiting[2:]) <= 0:
            return
        hits, others, exposure, other_exposure = waiting
        self._unmatched = [0, 0, 0, 0]
        # Given how many events came in all, those of one side are binomial. Requests, hit once at most, are not; but the mean
        # of the ratio is at most 1 all the same while their share is at most so many times the other one, as 1 + x <= e^x.
        self._add(hits, hits + others, self._times * exposure / (self._times * exposure + other_exposure))

    def _add(self, hits: float, of: float, share: float) -> None:
        """Add the likelihood ratios of so many hits, of odds that are so many times those of the share."""
        for at, times in enumerate(_TIMES_WORSE):
            self._of_counts[at] += hits * log(times) - of * log1p(share * (times - 1))

    def _rank(self, candidate: Durations, baseline: Durations) -> None:
        self._rank_share = RANK_SHARE if self._percentile > 0.5 else 1.0
        candidate, baseline = merge(self._waiting[0], candidate), merge(self._waiting[1], baseline)
        if min(candidate.size, baseline.size) < _LEAST_DURATIONS:
            self._waiting = candidate, baseline
            return
        self._waiting = Durations({}), Durations({})
        together = merge(candidate, baseline)
        scores = normal_scores(together)
        pairs = [(score, together.counts[value]) for value, score in scores.items()]
        reached = sum(scores[value] * number for value, number in candidate.counts.items())
        for at, tilt in enumerate(_TILTS):
            self._of_ranks[at] += tilt * reached - log_mean_tilted(pairs, candidate.below[-1], tilt)
        if self._percentile > 0.5:
            above, others = count_beyond(candidate, baseline, self._percentile)
            self._add(above, above + others, candidate.size / (candidate.size + baseline.size))


def _mean(logs: Sequence[float]) -> float:
    return sum(exp(min(_CERTAIN, each)) for each in logs) / len(logs)
