from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.quality.comparison import Durations, spread

_DURATIONS = st.lists(st.floats(0, 1e4, allow_subnormal=False), min_size=1, max_size=60)


@given(_DURATIONS, _DURATIONS)
def test_every_duration_is_in_a_bin(candidate: list[float], baseline: list[float]) -> None:
    """The shares of each side add up to 1 in at most 48 bins that rise, whatever the durations are, unless all are 0."""
    found = spread(Durations.of(candidate), Durations.of(baseline))
    if found is None:
        assert max(candidate + baseline) == 0
        return
    assert len(found.bounds) - 1 == len(found.candidate) == len(found.baseline) <= 48
    assert all(one < other for one, other in pairwise(found.bounds))
    for shares in (found.candidate, found.baseline):
        assert sum(shares) == pytest.approx(1, abs=1e-4)


def test_a_side_that_is_slower_lies_further_right() -> None:
    """Bins and levels show which side is slower, and by how much; a side without durations has no distribution."""
    fast, slow = Durations.of([0.1] * 90 + [0.2] * 10), Durations.of([0.2] * 90 + [0.4] * 10)
    found = spread(slow, fast)
    assert found
    assert (found.baseline[0], found.candidate[0]) == (0.9, 0)
    assert (found.bounds[0], found.candidate[-1], found.baseline[-1]) == (0.1, 0.1, 0)
    middle = next(each for each in found.levels if each.level == 0.5)
    assert (middle.candidate, middle.baseline) == (0.2, 0.1)
    assert spread(Durations({}), fast) is None
