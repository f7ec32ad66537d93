"""Hold what an objective measures against what runs beside it, ran before it, or was taken as a baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from assay.core.errors import AssayError, InvalidInput
from assay.quality.baselines import (
    DEFAULT_RULES,
    Against,
    Baselines,
    Sides,
    Which,
    compare_sides,
    measure_side,
    observe,
    other_side,
    parse_against,
    read_sides,
    resolve,
)
from assay.quality.comparison import Comparison
from assay.quality.gates.criterion import MISSING, Criterion, Held
from assay.quality.gates.document import Objective
from assay.quality.gates.measuring import Resolved, Subject
from assay.quality.gates.sources import ServiceMeasure

_OUTCOMES = {"no_data": "no_data", "no_baseline": MISSING, "too_few": "too_few_requests", "worse": "", "not_worse": ""}


@dataclass(frozen=True, slots=True)
class Tested:
    """What a test came to, and the statement behind the other side, null if that is a baseline that was taken."""

    held: Held
    resolved: Resolved | None


class Comparer:
    """Test objectives against others; any thread may call."""

    def __init__(self, baselines: Baselines) -> None:
        self._baselines = baselines

    def test(self, objectives: Sequence[tuple[Objective, Subject]], now_ns: int) -> list[Mapping[str, Tested]]:
        """Return what the tests among the criteria of each objective came to, by their texts; the same is asked for once.

        Raises:
            InvalidInput: a criterion compares the candidate with itself, or with others of an unknown version.
        """
        read = cache(partial(observe, self._baselines.engine, now_ns=now_ns))
        sides = cache(lambda against, which: read_sides(self._baselines, against, which, now_ns, read))
        return [self._test(*each, sides) for each in objectives]

    def _test(self, objective: Objective, subject: Subject, sides: Callable[[Against, Which], Sides]) -> Mapping[str, Tested]:
        tested = {}
        for criterion in tests_of(objective):
            against, which = parse_against(criterion.against), which_of(subject)
            try:
                held = _hold(criterion, objective, sides(against, which))
            except AssayError as error:
                if isinstance(error, InvalidInput) and error.code in ("against_itself", "version_missing"):
                    raise
                held = Held(criterion.text, None, "broken_query", None, str(error))
            tested[criterion.text] = Tested(held, _resolved(against, which))
        return tested


def tests_of(objective: Objective) -> Iterator[Criterion]:
    """Give the criteria of an objective that are tests."""
    for target in (objective.passing, objective.warning):
        yield from (criterion for criterion in target or () if criterion.kind == "test")


def which_of(subject: Subject) -> Which:
    """Return the requests that an objective is about."""
    return Which(
        service=subject.service,
        start_ns=subject.start_ns,
        end_ns=subject.end_ns,
        operation=subject.operation,
        environment=subject.environment,
        version=subject.version,
        operation_matching=subject.operation_matching,
    )


def _hold(criterion: Criterion, objective: Objective, sides: Sides) -> Held:
    assert isinstance(objective.source, ServiceMeasure)
    rules = replace(DEFAULT_RULES, least=max(1, objective.minimum_requests))
    compared = compare_sides(objective.source.name, sides, tolerance=criterion.amount, rules=rules)
    outcome = _OUTCOMES[compared.outcome]
    holds = None if outcome else compared.outcome == "not_worse"
    limit = measure_side(objective.source.name, sides.other) if sides.other else None
    said = f"{criterion.text}: {compared.reason}"
    if holds is not None:
        shown = "" if limit is None else f", {objective.quantity.show(limit)} there,"
        said = f"{criterion.text}{shown} {'holds' if holds else 'does not hold'}: {_say(compared)}"
    return Held(criterion.text, holds, outcome, limit, said, compared)


def _say(comparison: Comparison) -> str:
    times = ""
    if comparison.ratio is not None:
        times = f"{comparison.ratio:.3g} times as bad"
        if comparison.interval:
            low, high = comparison.interval
            times += f" ({low:.3g} {'and more' if high is None else f'to {high:.3g}'})"
        times += ", "
    return f"{times}{comparison.n} and {comparison.n_baseline} requests; {comparison.reason}"


def _resolved(against: Against, which: Which) -> Resolved | None:
    return None if against.kind == "baseline" else Resolved(*resolve(other_side(against, which)))
