"""Exact tails of the two distributions that counts have once their total is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, lgamma, log, log1p

_NEGLIGIBLE = 1e-17
_PRECISE = 1e-5
_REACH = 9 * log(10)


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many of `total` hits fell to the first side, `observed`, if its odds were `odds` times those of the second.

    With `first` and `second` the sizes of the sides it is Fisher's noncentral hypergeometric distribution (Fisher 1935): each
    request is hit once at most. Without them hits are events over time, and the distribution is the binomial one
    (Przyborowski and Wilenski 1940); `odds` then is that of one event to fall to the first side.
    """

    observed: int
    total: int
    first: int = 0
    second: int = 0

    @property
    def is_limited(self) -> bool:
        return self.first + self.second > 0

    @property
    def least(self) -> int:
        return max(0, self.total - self.second) if self.is_limited else 0

    @property
    def most(self) -> int:
        return min(self.total, self.first) if self.is_limited else self.total

    def upper_tail(self, odds: float) -> float:
        """Return the probability of at least as many hits on the first side as were observed."""
        return self._tail(odds, self.observed, self.most)

    def lower_tail(self, odds: float) -> float:
        """Return the probability of at most as many hits on the first side as were observed."""
        return self._tail(odds, self.least, self.observed)

    def _tail(self, odds: float, lowest: int, highest: int) -> float:
        total, mode = self._log_total(odds)
        nearest = min(max(mode, lowest), highest)
        summed = self._sum(odds, nearest, lowest, highest)
        return min(1.0, exp(self._log_weight(nearest, odds) - total) * summed)

    def _log_total(self, odds: float) -> tuple[float, int]:
        mode = self._mode(odds)
        if not self.is_limited:
            return self.total * log1p(odds), mode
        return self._log_weight(mode, odds) + log(self._sum(odds, mode, self.least, self.most)), mode

    def _sum(self, odds: float, start: int, lowest: int, highest: int) -> float:
        """Add the weights from `start` outward, as multiples of its own, until they no longer count."""
        summed = 1.0
        for step, last in ((1, highest), (-1, lowest)):
            weight, at = 1.0, start
            while at != last:
                weight *= self._growth(at, odds) if step == 1 else 1 / self._growth(at - 1, odds)
                at += step
                summed += weight
                if weight < _NEGLIGIBLE * summed:
                    break
        return summed

    def _growth(self, at: int, odds: float) -> float:
        """Return by what the weight grows from `at` to `at + 1`."""
        growth = odds * (self.total - at) / (at + 1)
        return growth * (self.first - at) / (self.second - self.total + at + 1) if self.is_limited else growth

    def _log_weight(self, at: int, odds: float) -> float:
        if not self.is_limited:
            return _log_choose(self.total, at) + at * log(odds)
        return _log_choose(self.first, at) + _log_choose(self.second, self.total - at) + at * log(odds)

    def _mode(self, odds: float) -> int:
        low, high = self.least, self.most
        while low < high:
            middle = (low + high) // 2
            if self._growth(middle, odds) > 1:
                low = middle + 1
            else:
                high = middle
        return low


def find_odds(tail: Callable[[float], float], level: float, *, rises: bool) -> float:
    """Return for which odds a tail that rises, or else falls, with them is `level`, to a hundred-thousandth of them.

    0 if it is above it, or inf if it is below it, for all from 1e-9 to 1e9 and rises; the other way round if it falls.
    """
    low, high = -_REACH, _REACH
    while high - low > _PRECISE:
        middle = (low + high) / 2
        if (tail(exp(middle)) < level) == rises:
            low = middle
        else:
            high = middle
    return 0.0 if low == -_REACH else inf if high == _REACH else exp((low + high) / 2)


# Who watches a rollout, or lists many operations, asks for the same draws again.
@lru_cache(maxsize=2048)
def rank_sum_tail(ranks: tuple[int, ...], chosen: int, least_sum: int) -> float:
    """Return the chance that `chosen` of the ranks, drawn blindly, add up to `least_sum` or more; ties make no difference."""
    fewer = min(chosen, len(ranks) - chosen)
    by_sum = _rank_sums(ranks, fewer)
    if fewer < chosen:
        return sum(by_sum[: max(0, sum(ranks) - least_sum + 1)]) / sum(by_sum)
    return sum(by_sum[max(0, least_sum) :]) / sum(by_sum)


# Without ties the ranks of as many durations are always the same.
@lru_cache(maxsize=8)
def _rank_sums(ranks: tuple[int, ...], chosen: int) -> list[int]:
    """Return by sum how many of the draws have it (Streitberg and Röhmel 1986), all at once: a long number per size of draw."""
    bits = len(ranks) + 1
    counts = [1] + [0] * chosen
    for number, rank in enumerate(ranks, 1):
        for size in range(min(number, chosen), 0, -1):
            counts[size] += counts[size - 1] << (bits * rank)
    whole, mask = counts[chosen], (1 << bits) - 1
    return [(whole >> at) & mask for at in range(0, whole.bit_length(), bits)]


def _log_choose(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
