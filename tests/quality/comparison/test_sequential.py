from __future__ import annotations

from itertools import product
from math import comb, prod
from random import Random

import pytest

from assay.core.errors import InvalidInput
from assay.quality.comparison import Durations, Rate, Sequential, Share

_LOOKS = 40
_WATCHES = 100


def _errors(random: Random, share: float) -> Share:
    return Share(sum(random.random() < share for _ in range(50)), 50)


def _durations(random: Random, times: float) -> Durations:
    return Durations.of([times * random.lognormvariate(0, 0.5) for _ in range(10)])


@pytest.mark.parametrize("tolerance", [0.0, 0.5])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_what_counts_say_is_no_more_than_one_in_the_mean(tolerance: float, share: float) -> None:
    """Evidence of all that requests may come to, weighted by its chance, does not add up to more than it began with.

    That it does not, batch by batch, is what bounds the chance that it ever gets high.
    """
    first, second = 7, 11

    def chance(hits: int, of: int, failing: float) -> float:
        return comb(of, hits) * failing**hits * (1 - failing) ** (of - hits)

    mean = sum(
        chance(hits, first, (1 + tolerance) * share)
        * chance(others, second, share)
        * Sequential(tolerance=tolerance).look(Share(hits, first), Share(others, second)).evidence
        for hits in range(first + 1)
        for others in range(second + 1)
    )
    assert mean <= 1
    limited = sum(chance(hits, first, share) * Sequential().look_at(Share(hits, first), share).evidence for hits in range(8))
    assert limited == pytest.approx(1)


@pytest.mark.parametrize("percentile", [0.0, 0.9])
@pytest.mark.parametrize(
    ("counts", "candidates"),
    [
        ({1: 90, 2: 10}, 50),
        ({1: 490, 2: 10}, 25),
        ({1: 490, 2: 10}, 475),
        ({1: 80, 2: 15, 3: 5}, 20),
        ({1: 5, 2: 15, 3: 80}, 50),
        ({1: 14, 2: 9, 3: 5, 4: 2}, 15),
    ],
)
def test_what_durations_say_is_no_more_than_one_in_the_mean(
    counts: dict[float, int], candidates: int, percentile: float
) -> None:
    """The same holds for durations, however they are tied and however few are slow, if which are the candidate's is chance."""
    draws = comb(sum(counts.values()), candidates)
    mean = chance = 0.0
    for slower in product(*(range(min(count, candidates) + 1) for count in list(counts.values())[1:])):
        ours = dict(zip(counts, (candidates - sum(slower), *slower), strict=True))
        theirs = {value: count - ours[value] for value, count in counts.items()}
        if min(*ours.values(), *theirs.values()) >= 0:
            likely = prod(comb(count, ours[value]) for value, count in counts.items()) / draws
            sides = (Durations({value: count for value, count in side.items() if count}) for side in (ours, theirs))
            chance += likely
            mean += likely * Sequential(percentile=percentile).look(*sides).evidence
    assert chance == pytest.approx(1)
    assert 0.7 < mean <= 1


def test_looking_often_cries_wolf_no_more_often() -> None:
    """Of 100 watches of 40 looks each at a release that is not worse, no more are stopped than a chance of 5 % allows."""
    random = Random(7)
    errors = durations = 0
    for _ in range(_WATCHES):
        of_errors, of_durations = Sequential(0.05), Sequential(0.05)
        for _ in range(_LOOKS):
            last = of_errors.look(_errors(random, 0.05), _errors(random, 0.05))
            slow = of_durations.look(_durations(random, 1.0), _durations(random, 1.0))
        errors += last.is_worse
        durations += slow.is_worse
    # 5 are expected at most; 12 and more come with a chance below 1 %.
    assert errors < 12
    assert durations < 12


@pytest.mark.parametrize("times", [2.0, 4.0])
def test_a_bad_release_is_stopped(times: float) -> None:
    """One that is slower or fails more often is found within the looks, the sooner the worse it is."""
    random = Random(8)
    watched = Sequential()
    for _ in range(_LOOKS):
        if watched.look(_durations(random, times), _durations(random, 1.0)).is_worse:
            break
    else:
        pytest.fail("not found")


def test_errors_are_counted_against_a_fixed_limit_too() -> None:
    """`error_rate <= 1%` is a limit that a release with 5 % breaks soon, and one with 1 % hardly ever."""
    assert Sequential().look_at(Share(0, 5000), 0.01).evidence < 1
    watched = Sequential()
    assert [watched.look_at(Share(5, 100), 0.01).is_worse for _ in range(5)][-1]
    assert Sequential().look_at(Share(1, 100), 0.0).is_worse


def test_what_was_found_stays_found() -> None:
    """A release that was worse once is not cleared by what comes later, and the p-value only falls."""
    watched = Sequential()
    worse = watched.look(Share(60, 100), Share(1, 100))
    later = watched.look(Share(0, 1000), Share(50, 1000))
    assert (worse.is_worse, later.is_worse, later.looks) == (True, True, 2)
    assert later.p_value == worse.p_value
    assert later.evidence < worse.evidence


def test_nothing_is_no_evidence() -> None:
    """A look without errors, or at too few durations, neither clears nor accuses; what was too little waits."""
    watched = Sequential()
    assert watched.look(Share(0, 100), Share(0, 100)).evidence == 1
    assert Sequential().look(Durations.of([9.0] * 4), Durations.of([1.0] * 100)).evidence == 1
    assert Sequential().look(Rate(0, 60), Rate(0, 60)).evidence == 1
    waiting, whole = Sequential(), Sequential()
    for at in range(2):
        waited = waiting.look(Durations.of([9.0 + at] * 5), Durations.of([1.0 + at] * 5)).evidence
    assert waited == pytest.approx(whole.look(Durations.of([9.0, 10.0] * 5), Durations.of([1.0, 2.0] * 5)).evidence)
    assert waited > 1
    failing = Sequential()
    assert failing.look(Share(9, 10), Share(0, 0)).evidence == 1
    assert failing.look(Share(0, 0), Share(0, 10)).evidence == Sequential().look(Share(9, 10), Share(0, 10)).evidence > 1


def test_sides_of_different_kinds_are_refused() -> None:
    """Errors are not compared with rates."""
    with pytest.raises(InvalidInput):
        Sequential().look(Share(1, 100), Rate(1, 60))
