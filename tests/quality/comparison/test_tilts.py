from __future__ import annotations

from itertools import combinations
from math import cos, exp, fsum, log, pi

from hypothesis import given
from hypothesis import strategies as st

from assay.quality.comparison.tilts import log_bessel, log_mean_tilted


def test_the_bound_is_close_to_what_counting_gives() -> None:
    """Where all draws of seven of twelve scores can be counted, the bound is a little above their mean and never below."""
    scores = [(-2.0, 1.0), (-0.7, 5.0), (0.1, 3.0), (1.5, 3.0)]
    each = [score for score, number in scores for _ in range(int(number))]
    for tilt in (0.0, 0.3, 1.0, 3.0):
        draws = [exp(tilt * sum(draw)) for draw in combinations(each, 7)]
        assert 0 <= log_mean_tilted(scores, 7, tilt) - log(sum(draws) / len(draws)) < 0.15


@given(st.floats(0.001, 1000))
def test_the_mean_around_a_circle_is_what_adding_up_gives(at: float) -> None:
    """It is never below, and above by no more than a hundred-thousandth."""
    turns = [2 * pi * step / 2000 for step in range(2000)]
    mean = fsum(exp(-at * (1 - cos(turn))) for turn in turns) / len(turns)
    assert -1e-12 <= log_bessel(at) - log(mean) < 1e-5 + 0.04 / at**3 * (at > 20)
