"""What a blind draw can say in the mean for its own being slow: the yardstick of evidence from ranks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from math import exp, lgamma, log, log1p, pi

_STEPS = 60
_LARGE = 20.0


def log_mean_tilted(scores: Sequence[tuple[float, float]], chosen: float, tilt: float) -> float:
    """Return the log of the mean of e^(`tilt` * the sum of `chosen` scores drawn blindly), or up to a few percent more than it.

    `scores` are pairs of a score and how many have it, the lowest first; some are drawn and some are not. The mean is a
    coefficient of the polynomial with a factor 1 + x e^(tilt * score) for each, over the number of draws, and a coefficient is
    an integral around a circle (Cauchy). Here that goes through the saddle point x, and a factor of which the part p is the
    term of the draw is nowhere on it more than e^(-p (1 - p) (1 - cos)) of what it is at x: the bound holds for any scores.
    """
    both = sum(number for _, number in scores)
    at = _saddle(scores, both, chosen, tilt)
    variance = height = 0.0
    for score, number in scores:
        odds = at + tilt * score
        share = _share(odds)
        variance += number * share * (1 - share)
        height += number * (log1p(exp(-abs(odds))) + max(0.0, odds))
    draws = lgamma(both + 1) - lgamma(chosen + 1) - lgamma(both - chosen + 1)
    return height - chosen * at + log_bessel(variance) - draws


def log_bessel(at: float) -> float:
    """Return the log of e^-x I0(x), no lower than it is: the mean of e^(-x (1 - cos)) around the circle."""
    if at > _LARGE:
        # The terms of this series fall by more than six times here, so the last one, taken twice, stands for all that follow.
        return log1p(1 / (8 * at) + 9 / (128 * at**2) + 2 * 225 / (3072 * at**3)) - log(2 * pi * at) / 2
    term = total = 1.0
    for power in count(1):
        term *= (at / 2 / power) ** 2
        total += term
        if term < 1e-17 * total:
            break
    return log(total) - at


def _saddle(scores: Sequence[tuple[float, float]], both: float, chosen: float, tilt: float) -> float:
    """Return the log of the odds to be drawn of a score of 0 with which as many are drawn as were; any would give a bound."""
    plain = log(chosen / (both - chosen))
    low, high = sorted(plain - tilt * score for score in (scores[0][0], scores[-1][0]))
    at = (low + high) / 2
    for _ in range(_STEPS):
        shares = [(number, _share(at + tilt * score)) for score, number in scores]
        surplus = sum(number * share for number, share in shares) - chosen
        if abs(surplus) < 1e-6 * chosen:
            break
        low, high = (low, at) if surplus > 0 else (at, high)
        slope = sum(number * share * (1 - share) for number, share in shares)
        at = at - surplus / slope if slope else low
        if not low < at < high:
            at = (low + high) / 2
    return at


def _share(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds)) if log_odds > 0 else exp(log_odds) / (1 + exp(log_odds))
