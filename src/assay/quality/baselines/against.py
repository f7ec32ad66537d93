"""What a release is held against: another version, environment or time of the same requests, or a baseline that was taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Literal

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.quality.baselines.baseline import KINDS, Baseline
from assay.quality.baselines.keeper import Baselines
from assay.quality.baselines.observed import EXACT_UP_TO, SCALE, Observed, Which, observe, read_durations
from assay.quality.comparison import DEFAULT_RULES, Comparison, Durations, Rules, Sample, compare, spread

COUNTED = ("error_rate", "availability", "throughput")
EXAMPLES = "version 1.4.1, other versions, environment production, window 7d ago, or baseline release"

Read = Callable[[Which], Observed | None]

_MINUTE = 60 * 1_000_000_000
_UNITS = {"m": 60, "h": 3600, "d": 86400}
_AGO = re.compile(r"(window +)?(?P<number>\d{1,4}) ?(?P<unit>[mhd])( +ago)?")


@dataclass(frozen=True, slots=True)
class Against:
    """`kind` is `version`, `other versions`, `environment`, `ago` or `baseline`; `name` is which, `seconds` how long ago."""

    text: str
    kind: Literal["version", "other versions", "environment", "ago", "baseline"]
    name: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a comparison, None where nothing is known; `baseline` is the one that was taken, if it is one.

    `reason` says why a side is missing. `exact` reads the very durations of both, None if there are too many of them or not all
    are there any more; else they are compared by buckets of `scale`.
    """

    candidate: Observed | None
    other: Observed | None
    baseline: Baseline | None
    reason: str
    scale: int = SCALE
    exact: Callable[[], tuple[Durations, Durations] | None] = field(default=lambda: None, compare=False)


def parse_against(text: str) -> Against:
    """Read such as `version 1.4.1`, `other versions`, `environment production`, `window 7d ago` or `baseline release`.

    One of the words `window` and `ago` is enough.

    Raises:
        InvalidInput: it is none of these.
    """
    words = text.split()
    if words == ["other", "versions"]:
        return Against(text, "other versions")
    if len(words) > 1 and (match := _AGO.fullmatch(text.strip())):
        return Against(text, "ago", seconds=int(match["number"]) * _UNITS[match["unit"]])
    if len(words) == 2 and words[0] == "version":
        return Against(text, "version", words[1])
    if len(words) == 2 and words[0] == "environment":
        return Against(text, "environment", words[1])
    if len(words) == 2 and words[0] == "baseline" and words[1] in KINDS:
        return Against(text, "baseline", words[1])
    raise InvalidInput("against_invalid", f"{text!r} is nothing to compare with", f"write {EXAMPLES}")


def read_sides(baselines: Baselines, against: Against, which: Which, now_ns: int, read: Read | None = None) -> Sides:
    """Read both sides: the candidate that `which` describes, and what it is held against; baselines are those that hold now.

    `read` observes requests, for who has asked for some of them before.

    Raises:
        InvalidInput: `other versions` without a version of the candidate, or a side against itself.
    """
    read = read or partial(observe, baselines.engine, now_ns=now_ns)
    candidate = read(which)
    missing = "" if candidate else "no request of the candidate is known"
    if against.kind == "baseline":
        return _against_baseline(baselines, against, which, candidate, now_ns)
    beside = other_side(against, which)
    other = read(beside)
    exact = cache(lambda: _read_exact(baselines.engine, (which, candidate), (beside, other)))
    reason = missing or ("" if other else f"no request is known of {against.text}")
    return Sides(candidate, other, None, reason, exact=exact)


def other_side(against: Against, which: Which) -> Which:
    """Return the requests that those of `which` are held against.

    Raises:
        InvalidInput: they are the same ones, or nobody can tell which are the other versions.
    """
    match against.kind:
        case "version":
            other = replace(which, version=against.name)
        case "other versions":
            if not which.version:
                raise InvalidInput("version_missing", "It is not said which version the others are others of", "give a version")
            other = replace(which, version="", other_than=which.version)
        case "environment":
            other = replace(which, environment=against.name, version="")
        case _:
            back = against.seconds * 1_000_000_000
            # Of the minute that has just begun the candidate has seen a part only, and the other one all.
            end = max((which.end_ns - back) // _MINUTE * _MINUTE, which.start_ns - back + _MINUTE)
            other = replace(which, start_ns=which.start_ns - back, end_ns=end, version="")
    if other == which:
        raise InvalidInput("against_itself", f"{against.text!r} is the candidate itself", "compare with another one")
    return other


def compare_sides(measure: str, sides: Sides, *, tolerance: float = 0.0, rules: Rules = DEFAULT_RULES) -> Comparison:
    """Compare `error_rate`, `availability`, `throughput` or `latency_pNN` of two sides; durations are in seconds.

    `availability` is compared by the errors that are left of it, so `ratio` is how many times as many they are.

    Raises:
        InvalidInput: the measure is none of these.
    """
    ours, theirs = _samples(measure, sides)
    percentile = 0.0 if measure in COUNTED else read_percentile(measure)
    compared = compare(
        ours, theirs, tolerance=tolerance, percentile=percentile, fewer_is_worse=measure == "throughput", rules=rules
    )
    if measure == "availability":
        value, baseline = (None if each is None else 1 - each for each in (compared.value, compared.baseline))
        compared = replace(compared, value=value, baseline=baseline)
    if isinstance(ours, Durations) and isinstance(theirs, Durations):
        compared = replace(compared, spread=spread(ours, theirs))
    return replace(compared, reason=sides.reason) if compared.outcome in ("no_data", "no_baseline") else compared


def measure_side(measure: str, side: Observed) -> float | None:
    """Return the value of a measure of one side: a share of 1, requests per second, or seconds; None without requests.

    Raises:
        InvalidInput: the measure is none of those that `compare_sides` knows.
    """
    if measure == "throughput":
        return side.rate.value
    if measure in COUNTED:
        share = side.errors / side.requests if side.requests else None
        return None if share is None else share if measure == "error_rate" else 1 - share
    return side.sketch.durations().quantile(read_percentile(measure))


def read_percentile(measure: str) -> float:
    """Return the share of all that a measure such as `latency_p95` names.

    Raises:
        InvalidInput: it names none.
    """
    match = re.fullmatch(r"latency_p(\d{1,2}(\.\d{1,3})?)", measure, re.ASCII)
    if match is None or not float(match[1]):
        hint = "use error_rate, availability, throughput, or a latency such as latency_p95"
        raise InvalidInput("measure_unknown", f"{measure!r} cannot be compared", hint)
    return float(match[1]) / 100


def _against_baseline(baselines: Baselines, against: Against, which: Which, candidate: Observed | None, now_ns: int) -> Sides:
    if which.operation_matching:
        reason = "there are baselines of operations and of all together, and none of those that match a pattern"
        return Sides(candidate, None, None, reason)
    found = baselines.find(against.name, which, now_ns)
    other = found.baseline.at(which.start_ns) if found.baseline else None
    reason = "" if candidate else "no request of the candidate is known"
    if not other:
        reason = reason or found.reason or "the baseline has seen nothing at that hour of the week"
    return Sides(candidate, other, found.baseline, reason, other.sketch.scale if other else SCALE)


def _read_exact(
    engine: Engine, ours: tuple[Which, Observed | None], theirs: tuple[Which, Observed | None]
) -> tuple[Durations, Durations] | None:
    if not ours[1] or not theirs[1] or max(ours[1].received, theirs[1].received) > EXACT_UP_TO:
        return None
    one = read_durations(engine, ours[0], ours[1].received)
    other = read_durations(engine, theirs[0], theirs[1].received) if one else None
    return (one, other) if one and other else None


def _samples(measure: str, sides: Sides) -> tuple[Sample | None, Sample | None]:
    if measure not in COUNTED and (exact := sides.exact()):
        return exact
    return _sample(measure, sides.candidate, sides.scale), _sample(measure, sides.other, sides.scale)


def _sample(measure: str, side: Observed | None, scale: int) -> Sample | None:
    if side is None:
        return None
    if measure == "throughput":
        return side.rate
    return side.share if measure in COUNTED else side.durations(scale)
