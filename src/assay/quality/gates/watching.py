"""Look at a release again and again while it rolls out, and be wrong about it no more often than with one look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.quality.baselines import Observed, Which, observe_minutes, other_side, parse_against
from assay.quality.comparison import Durations, Looked, Sample, Sequential, Share
from assay.quality.gates.comparing import which_of
from assay.quality.gates.criterion import Criterion, decide
from assay.quality.gates.document import Objective
from assay.quality.gates.evaluation import Evaluation
from assay.quality.gates.judging import Baseline
from assay.quality.gates.measuring import Subject
from assay.quality.gates.sources import ServiceMeasure

LATE_NS = 10_000_000_000
"""How long a minute is waited for after it has ended."""

_MINUTE = 60 * 1_000_000_000
_LONGEST_NS = 24 * 60 * _MINUTE
_LOOKS = 60

_Minutes = Mapping[int, Observed]
_Read = Callable[[Which], _Minutes]


@dataclass(frozen=True, slots=True)
class Looking:
    """An objective, what it is about, and what its earlier evaluations came to."""

    objective: Objective
    subject: Subject
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class WatchedObjective:
    """What the looks at one objective came to so far.

    `evidence` is by how much what was seen speaks for worse; at `needed` it is decided. Both are null for an objective that is
    judged at the end only. `p_value` holds however often was looked.
    """

    objective: str
    criteria: str
    looks: int
    evidence: float | None
    needed: float | None
    p_value: float | None
    is_worse: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What a watch came to so far: `evaluation` is null while it goes on. `minutes` is how many were looked at."""

    minutes: int
    objectives: list[WatchedObjective]
    evaluation: Evaluation | None


@dataclass(frozen=True, slots=True)
class _Watch:
    """A criterion that can be watched: against a `limit` on its own, or against another side."""

    criterion: Criterion
    limit: float | None = None
    other: Which | None = None


def last_look(since_ns: int, until_ns: int, now_ns: int) -> int:
    """Return up to when a watch of this time can be looked at; looks are minutes, or a sixtieth of a time that is longer.

    Raises:
        InvalidInput: it is not of whole minutes, or not from one to 1,440 of them.
    """
    if since_ns % _MINUTE or until_ns % _MINUTE or not 0 < until_ns - since_ns <= _LONGEST_NS:
        raise InvalidInput("watch_invalid", "A watch is of whole minutes, from one to a day", "give such as 30m")
    if now_ns - LATE_NS >= until_ns:
        return until_ns
    step = _step(since_ns, until_ns)
    return max(since_ns, since_ns + (now_ns - LATE_NS - since_ns) // step * step)


def look(engine: Engine, looking: Sequence[Looking], until_ns: int, significance: float) -> list[WatchedObjective]:
    """Return what the looks at each objective came to, by the end of its subject in a watch that ends at `until_ns`.

    All criteria that are watched share the chance to be wrong. Watched are error rate, availability and latency, by all
    criteria but a test against a baseline that was taken.
    """
    read = cache(lambda which: observe_minutes(engine, which))
    watches = [list(_watches(each)) for each in looking]
    share = significance / max(1, sum(len(group) for groups in watches for group in groups))
    return [
        _conclude(each, [[(watch, _follow(watch, each, read, until_ns, share)) for watch in group] for group in groups], share)
        for each, groups in zip(looking, watches, strict=True)
    ]


def _step(since_ns: int, until_ns: int) -> int:
    return -(-(until_ns - since_ns) // _MINUTE // _LOOKS) * _MINUTE


def _watches(looking: Looking) -> Iterator[list[_Watch]]:
    """Give the criteria of each group that can be watched: those of the warning, if there is one, as it fails later."""
    target = looking.objective.warning or looking.objective.passing
    for group in target.groups if target else ():
        watched = (_watch(criterion, looking) for criterion in group)
        yield [each for each in watched if each is not None]


def _watch(criterion: Criterion, looking: Looking) -> _Watch | None:
    source = looking.objective.source
    if not isinstance(source, ServiceMeasure) or source.name == "throughput":
        return None
    if criterion.kind == "test":
        against = parse_against(criterion.against)
        return None if against.kind == "baseline" else _Watch(criterion, other=other_side(against, which_of(looking.subject)))
    wanted = (">", ">=") if source.name == "availability" else ("<", "<=")
    limit = decide(criterion, 1.0, looking.baseline.value, looking.objective.quantity).limit
    return _Watch(criterion, limit=limit) if criterion.operator in wanted and limit is not None else None


def _follow(watch: _Watch, looking: Looking, read: _Read, until_ns: int, significance: float) -> Looked:
    source, subject = looking.objective.source, looking.subject
    assert isinstance(source, ServiceMeasure)
    step = _step(subject.start_ns, until_ns)
    ours = _collect(read(which_of(subject)), subject.start_ns, step, source)
    if watch.other is None:
        assert watch.limit is not None
        test = Sequential(significance)
        allowed = {"error_rate": watch.limit, "availability": 1 - watch.limit}.get(source.name, 1 - source.quantile)
        for at in sorted(ours):
            test.look_at(_beyond(ours[at], watch.limit), allowed)
        return test.looked()
    test = Sequential(significance, watch.criterion.amount, source.quantile)
    theirs = _collect(read(watch.other), watch.other.start_ns, step, source)
    nothing: Sample = Durations({}) if source.quantile else Share(0, 0)
    for at in sorted({*ours, *theirs}):
        test.look(ours.get(at, nothing), theirs.get(at, nothing))
    return test.looked()


def _collect(minutes: _Minutes, since_ns: int, step: int, source: ServiceMeasure) -> dict[int, Sample]:
    """Return what came by the number of the look."""
    found: dict[int, Sample] = {}
    for minute in sorted(minutes):
        number = (minute - since_ns) // step
        more = minutes[minute].durations() if source.quantile else minutes[minute].share
        found[number] = _together(found[number], more) if number in found else more
    return found


def _together(one: Sample, other: Sample) -> Sample:
    if isinstance(one, Durations) and isinstance(other, Durations):
        values = {*one.counts, *other.counts}
        return Durations({value: one.counts.get(value, 0) + other.counts.get(value, 0) for value in values})
    assert isinstance(one, Share)
    assert isinstance(other, Share)
    return Share(one.hits + other.hits, one.of + other.of)


def _beyond(sample: Sample, limit: float) -> Share:
    """Return how many requests are not as the criterion wants: failed, or longer than the limit."""
    if isinstance(sample, Durations):
        return Share(min(sample.size, round(sample.above(limit))), sample.size)
    assert isinstance(sample, Share)
    return sample


def _conclude(looking: Looking, groups: Sequence[Sequence[tuple[_Watch, Looked]]], significance: float) -> WatchedObjective:
    """Conclude that an objective is worse if no group of its criteria can hold any more."""
    told = [each for group in groups for each in group]
    name, needed = looking.objective.name, 1 / significance
    if not told:
        criteria = str(looking.objective.passing or "")
        return WatchedObjective(name, criteria, 0, None, None, None, is_worse=False, reason="it is judged at the end")
    watch, most = max(told, key=lambda each: each[1].evidence)
    is_worse = all(any(looked.is_worse for _, looked in group) for group in groups)
    odds = f"{most.evidence:.3g}" if most.evidence < 1e6 else "more than a million"
    looks = f"{most.looks} {'look' if most.looks == 1 else 'looks'}"
    reason = f"{watch.criterion.text}: {odds} to 1 that it is worse, after {looks}; {needed:.4g} to 1 decide"
    criteria = " and ".join(each.criterion.text for each, _ in told)
    return WatchedObjective(name, criteria, most.looks, most.evidence, needed, most.p_value, is_worse, reason)
