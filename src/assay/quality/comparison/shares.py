"""Whether a share is more than so many times another one."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from assay.quality.comparison.samples import Share
from assay.quality.comparison.tails import Drawn, find_odds

_SPENT = 0.01
"""Part of a significance that is spent on not knowing the baseline's own share."""


@dataclass(frozen=True, slots=True)
class SharePair:
    """A share of the candidate beside one of the baseline, both of at least one request.

    Whether shares are equal is told by Fisher's exact test, however large they are. Whether one is more than `times` the other
    depends on how large the other is. So the tail is taken at the least favourable share that the baseline's exact interval
    (Clopper and Pearson 1934) allows, and the chance that its share lies elsewhere is added (Berger and Boos 1994).
    """

    candidate: Share
    baseline: Share

    def p_value(self, times: float, significance: float) -> float:
        """Return how likely so many hits or more are if the candidate's share is at most `times`, 1 or more, the baseline's."""
        if times == 1:
            return self._drawn.upper_tail(1.0)
        spent = _SPENT * significance
        return min(1.0, self._upper_tail(times, self._bound(spent, upper=True)) + spent)

    @property
    def ratio(self) -> float | None:
        """How many times the baseline's share the candidate's is; None if the baseline has no hits."""
        ours, theirs = self.candidate.value, self.baseline.value
        return ours / theirs if ours is not None and theirs else None

    def interval(self, level: float) -> list[float | None]:
        """Return between what the ratio lies with this chance, by the same test as the p-value; None where there is no end."""
        chance = (1 - level) / 2
        left, spent = (1 - _SPENT) * chance, _SPENT * chance
        least, most = self._bound(spent, upper=False), self._bound(spent, upper=True)
        # The odds that go with a ratio rise with the baseline's share above a ratio of 1, and fall with it below.
        low = find_odds(lambda times: self._upper_tail(times, most if times > 1 else least), left, rises=True)
        high = find_odds(lambda times: self._lower_tail(times, least if times > 1 else most), left, rises=False)
        return [low, None if high == inf else high]

    @property
    def _drawn(self) -> Drawn:
        hits = self.candidate.hits
        return Drawn(hits, hits + self.baseline.hits, self.candidate.of, self.baseline.of)

    def _upper_tail(self, times: float, share: float) -> float:
        odds = _odds(times, share)
        return 1.0 if odds == inf else self._drawn.upper_tail(odds) if odds else float(not self.candidate.hits)

    def _lower_tail(self, times: float, share: float) -> float:
        odds = _odds(times, share)
        return 0.0 if odds == inf else self._drawn.lower_tail(odds) if odds else 1.0

    def _bound(self, chance: float, *, upper: bool) -> float:
        """Return the share that the baseline's true one is above, or below, with no more than this chance."""
        drawn = Drawn(self.baseline.hits, self.baseline.of)
        odds = find_odds(drawn.lower_tail if upper else drawn.upper_tail, chance, rises=not upper)
        return 1.0 if odds == inf else odds / (1 + odds)


def _odds(times: float, share: float) -> float:
    """Return how many times the odds of a share those of `times` as much are."""
    if times == 1:
        return 1.0
    left = 1 - times * share
    return times * (1 - share) / left if left > 0 else inf
