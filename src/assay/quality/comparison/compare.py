"""Whether one side is worse than the other, by the test that fits the data."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, TypedDict

from assay.core.errors import InvalidInput
from assay.quality.comparison.ranks import rank_test, shift, superiority, tail_test
from assay.quality.comparison.samples import Durations, Rate, Sample, Share
from assay.quality.comparison.shares import SharePair
from assay.quality.comparison.spread import Spread
from assay.quality.comparison.tails import Drawn, find_odds

Outcome = Literal["not_worse", "worse", "too_few", "no_data", "no_baseline"]

RANK_SHARE = 0.8
"""Share of the significance that the test of all ranks has, beside that of the tail, where a percentile is asked about."""

_INTERVAL = 0.95


@dataclass(frozen=True, slots=True)
class Rules:
    """How sure a comparison has to be.

    `significance` is the chance of calling a side worse that is not; `least` is how many requests each side needs.
    """

    significance: float = 0.01
    least: int = 30


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison came to. Only `not_worse` is a pass, and it needs enough of both sides.

    `p_value` is the chance of such a difference or a larger one if the candidate were worse by just the tolerance. `ratio` says
    how many times worse it is: how many times as many requests fail, as many events come (as few, where fewer are worse), or as
    long they take; null where there is nothing to divide by. `interval` has it with a chance of 95 %; an end that is null is
    none. `effect` is the chance that a request of the candidate takes longer than one of the baseline: 0.5 is no difference.
    `spread` has the distributions of durations, where somebody looks at them.
    """

    outcome: Outcome
    method: str
    reason: str
    value: float | None
    baseline: float | None
    n: int
    n_baseline: int
    p_value: float | None = None
    ratio: float | None = None
    interval: list[float | None] | None = None
    effect: float | None = None
    tolerance: float = 0.0
    spread: Spread | None = None


def compare(
    candidate: Sample | None,
    baseline: Sample | None,
    *,
    tolerance: float = 0.0,
    percentile: float = 0.0,
    fewer_is_worse: bool = False,
    rules: Rules = DEFAULT_RULES,
) -> Comparison:
    """Ask whether the candidate is worse than the baseline by more than `tolerance` (0.1 is 10 %).

    Shares: Fisher's exact test, and with a tolerance that of Berger and Boos. Rates: the conditional binomial test, in which
    `fewer_is_worse` for throughput. Durations: the rank test of van der Waerden against the baseline made longer by the
    tolerance; with a `percentile` above 0.5, also an exact test of what lies beyond it. None stands for a side of which nothing
    is known.

    Raises:
        InvalidInput: the sides are of different kinds, or the tolerance is below 0.
    """
    if tolerance < 0:
        raise InvalidInput("tolerance_invalid", f"A tolerance of {tolerance:g} is below 0", "write 0.1 for 10 %")
    early = _without_test(candidate, baseline, percentile, rules)
    if early is not None or candidate is None or baseline is None:
        return early or _missing("no_data", candidate, baseline, percentile, "nothing to compare")
    match candidate, baseline:
        case Durations(), Durations():
            found = _test_durations(candidate, baseline, tolerance, percentile)
        case Share(), Share():
            found = _test_shares(candidate, baseline, tolerance, rules)
        case Rate(), Rate():
            found = _test_rates(*((baseline, candidate) if fewer_is_worse else (candidate, baseline)), tolerance)
        case _:
            raise InvalidInput("comparison_invalid", "The sides are of different kinds", "compare shares, rates or durations")
    outcome, reason = _judge(found["p_value"], tolerance, rules)
    return Comparison(
        outcome=outcome,
        reason=reason,
        value=_value(candidate, percentile),
        baseline=_value(baseline, percentile),
        n=candidate.size,
        n_baseline=baseline.size,
        tolerance=tolerance,
        **found,
    )


def durations_p_value(candidate: Durations, baseline: Durations, tolerance: float, percentile: float) -> float:
    """Return the p-value of durations: of the rank test, or with a percentile above 0.5 of both tests together."""
    longer = baseline.scaled(1 + tolerance)
    of_ranks = rank_test(candidate, longer)
    if percentile <= 0.5:
        return of_ranks
    return min(1.0, of_ranks / RANK_SHARE, tail_test(candidate, longer, percentile) / (1 - RANK_SHARE))


def _without_test(candidate: Sample | None, baseline: Sample | None, percentile: float, rules: Rules) -> Comparison | None:
    if candidate is None or _requests(candidate) == 0:
        return _missing("no_data", candidate, baseline, percentile, "nothing is known of the candidate")
    if baseline is None or _requests(baseline) == 0:
        return _missing("no_baseline", candidate, baseline, percentile, "nothing is known of the baseline")
    for name, side in (("candidate", candidate), ("baseline", baseline)):
        if not isinstance(side, Rate) and side.size < rules.least:
            reason = f"the {name} has {side.size} requests; {rules.least} are needed to tell a difference"
            return _missing("too_few", candidate, baseline, percentile, reason)
    if isinstance(candidate, Rate) and candidate.size + baseline.size < rules.least:
        reason = f"both sides have {candidate.size + baseline.size} events; {rules.least} are needed to tell a difference"
        return _missing("too_few", candidate, baseline, percentile, reason)
    return None


def _requests(side: Sample) -> float:
    return side.seconds if isinstance(side, Rate) else side.size


def _missing(outcome: Outcome, candidate: Sample | None, baseline: Sample | None, percentile: float, reason: str) -> Comparison:
    return Comparison(
        outcome, "none", reason, _value(candidate, percentile), _value(baseline, percentile), _size(candidate), _size(baseline)
    )


def _value(side: Sample | None, percentile: float) -> float | None:
    if side is None:
        return None
    return side.quantile(percentile or 0.5) if isinstance(side, Durations) else side.value


def _size(side: Sample | None) -> int:
    return side.size if side else 0


class _Found(TypedDict):
    method: str
    p_value: float
    ratio: float | None
    interval: list[float | None] | None
    effect: float | None


def _test_durations(candidate: Durations, baseline: Durations, tolerance: float, percentile: float) -> _Found:
    slower = shift(candidate, baseline, _INTERVAL)
    return _Found(
        method="rank_and_tail" if percentile > 0.5 else "rank",
        p_value=durations_p_value(candidate, baseline, tolerance, percentile),
        ratio=slower[0] if slower else None,
        interval=[*slower[1]] if slower else None,
        effect=superiority(candidate, baseline),
    )


def _test_shares(candidate: Share, baseline: Share, tolerance: float, rules: Rules) -> _Found:
    pair = SharePair(candidate, baseline)
    return _Found(
        method="berger_boos" if tolerance else "fisher_exact",
        p_value=pair.p_value(1 + tolerance, rules.significance),
        ratio=pair.ratio,
        interval=pair.interval(_INTERVAL),
        effect=None,
    )


def _test_rates(more: Rate, less: Rate, tolerance: float) -> _Found:
    """Ask whether the first rate is more than the second one; both have gone on for some time."""
    drawn, exposure = Drawn(more.events, more.events + less.events), more.seconds / less.seconds
    side = (1 - _INTERVAL) / 2
    low, high = find_odds(drawn.upper_tail, side, rises=True), find_odds(drawn.lower_tail, side, rises=False)
    return _Found(
        method="conditional_binomial",
        p_value=drawn.upper_tail((1 + tolerance) * exposure),
        ratio=more.events / less.events / exposure if less.events else None,
        interval=[low / exposure, None if high == inf else high / exposure],
        effect=None,
    )


def _judge(p_value: float, tolerance: float, rules: Rules) -> tuple[Outcome, str]:
    outcome: Outcome = "worse" if p_value < rules.significance else "not_worse"
    without = f"if it were {100 * tolerance:.4g} % worse" if tolerance else "without a difference"
    share = f"{100 * p_value:.3g} %" if p_value > 1e-6 else "less than a millionth"
    return (
        outcome,
        f"{without}, as much or more comes in {share} of all cases; below {100 * rules.significance:g} % it is worse",
    )
