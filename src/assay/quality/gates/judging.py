"""Judge what was measured: each objective by its criteria, and the gate by its objectives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import fmean, median

from assay.quality.gates.criterion import Held, Target, combine, decide
from assay.quality.gates.document import UNDECIDED, BaselineRule, Objective, Score
from assay.quality.gates.measuring import Measured

PASSED, WARNING, FAILED, IGNORED, INFO = "passed", "warning", "failed", "ignored", "info"
BROKEN = "broken_query"

_CONSEQUENCES = {"fail": FAILED, "warn": WARNING, "ignore": IGNORED}
_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {"mean": fmean, "median": median, "min": min, "max": max}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an objective is compared with: `value` is null while too few evaluations have passed."""

    value: float | None
    evaluations: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What an objective came to.

    `outcome` is `passed`, `warning`, `failed`, `info` (no criteria) or, if it cannot be decided, one of `UNDECIDED`.
    `counts_as` is what the gate makes of that: the same, or for what is undecided `failed`, `warning` or `ignored`, as the
    document says. `notes` say what was left out.
    """

    outcome: str
    counts_as: str
    reason: str
    criteria: list[Held] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate came to.

    `result` is `passed`, `warning` or `failed`. It is not `decided` if it failed only because something could not be told.
    `score` is the percentage of the weights that passed, a warning for half, null if nothing counts.
    """

    result: str
    decided: bool
    score: float | None
    reasons: list[str]


def aggregate(values: Sequence[float], rule: BaselineRule) -> Baseline:
    """Return the baseline that earlier values make."""
    enough = len(values) >= rule.minimum
    return Baseline(_AGGREGATES[rule.aggregate](values) if enough else None, len(values))


def judge(objective: Objective, measured: Measured, baseline: Baseline, tested: Mapping[str, Held] | None = None) -> Judged:
    """Judge one objective; `tested` has what its tests came to, by the text of the criterion."""
    if objective.passing is None:
        return Judged(measured.outcome or INFO, INFO, measured.reason or "it has no criteria")
    if measured.outcome:
        return _undecided(objective, measured.outcome, measured.reason)
    assert measured.value is not None
    decided = partial(_hold, objective=objective, value=measured.value, baseline=baseline, tested=tested or {})
    passing, notes = decided(objective.passing)
    warning, more = decided(objective.warning) if objective.warning else ([], [])
    criteria, notes = [held for group in passing for held in group], list(dict.fromkeys([*notes, *more]))
    decisive = combine(_kept(passing, objective))
    if decisive is None:
        judged = Judged(criteria[0].outcome, IGNORED, criteria[0].reason)
    elif decisive.holds is False:
        judged = _below(objective, decisive, combine(_kept(warning, objective)))
    elif decisive.holds:
        judged = Judged(PASSED, PASSED, decisive.reason)
    else:
        judged = _undecided(objective, decisive.outcome, decisive.reason)
    return replace(judged, criteria=criteria, notes=notes)


def _below(objective: Objective, decisive: Held, second: Held | None) -> Judged:
    """Judge what does not pass by what is left of its criteria for a warning."""
    if second is None:
        return Judged(FAILED, FAILED, decisive.reason)
    if second.holds is False:
        return Judged(FAILED, FAILED, f"{decisive.reason}; {second.reason}")
    if second.holds:
        return Judged(WARNING, WARNING, f"{decisive.reason}, but {second.reason}")
    return _undecided(objective, second.outcome, f"{decisive.reason}, and whether that is a warning: {second.reason}")


def conclude(judged: Sequence[tuple[Objective, Judged]], score: Score | None) -> Verdict:
    """Judge the gate: as Keptn does with a score, else as good as its worst objective. With nothing that counts it fails."""
    counted = [(each, one.counts_as) for each, one in judged if one.counts_as not in (INFO, IGNORED) and each.weight > 0]
    total = sum(each.weight for each, _ in counted)
    points = sum(each.weight * {PASSED: 1.0, WARNING: 0.5, FAILED: 0.0}[as_] for each, as_ in counted)
    reached = 100 * points / total if total else None
    reasons = [f"{each.name}: {one.reason}" for each, one in judged if one.counts_as in (FAILED, WARNING)]
    reasons += [f"{each.name}: left out ({one.outcome}): {one.reason}" for each, one in judged if one.counts_as == IGNORED]
    reasons += [f"{each.name}: {note}" for each, one in judged for note in one.notes]
    key = any(each.is_key and one.counts_as == FAILED for each, one in judged)
    # It is a mistake and no measurement, and a score that makes up for it would hide that nobody looked.
    broken = any(one.outcome == BROKEN and one.counts_as == FAILED for _, one in judged)
    if reached is None:
        return Verdict(FAILED, False, None, [*reasons, "no objective is left that counts, so nothing shows that it is good"])
    result = _result(reached, {as_ for _, as_ in counted}, score)
    if (key or broken) and result != FAILED:
        result, reasons = FAILED, [*reasons, "a key objective failed" if key else "no score makes up for a query that fails"]
    decided = result != FAILED or any(one.outcome == FAILED and (each.weight > 0 or each.is_key) for each, one in judged)
    return Verdict(result, decided, reached, reasons)


def _result(reached: float, counted: set[str], score: Score | None) -> str:
    if score is None:
        return next(each for each in (FAILED, WARNING, PASSED) if each in counted)
    if reached >= score.passing - 1e-9:
        return PASSED
    return WARNING if reached >= score.warning - 1e-9 else FAILED


def _hold(
    target: Target, objective: Objective, value: float, baseline: Baseline, tested: Mapping[str, Held]
) -> tuple[list[list[Held]], list[str]]:
    held = [
        [
            tested[each.text] if each.kind == "test" else decide(each, value, baseline.value, objective.quantity)
            for each in group
        ]
        for group in target.groups
    ]
    notes = [
        f"{each.text} was left out ({each.outcome}): {each.reason}"
        for group in held
        for each in group
        if each.holds is None and objective.undecided[each.outcome] == "ignore"
    ]
    return held, notes


def _kept(held: Sequence[Sequence[Held]], objective: Objective) -> list[list[Held]]:
    return [
        [each for each in group if each.holds is not None or objective.undecided[each.outcome] != "ignore"] for group in held
    ]


def _undecided(objective: Objective, outcome: str, reason: str) -> Judged:
    assert outcome in UNDECIDED
    return Judged(outcome, _CONSEQUENCES[objective.undecided[outcome]], reason)
