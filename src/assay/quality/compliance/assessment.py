"""What a framework comes to in a window: its controls, the checks behind them, and scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assay.core.ports import Engine
from assay.quality.compliance.check import Evidence, Outcome, run
from assay.quality.compliance.framework import Control, Framework

FORMULAS = {
    "framework": "score = 100 * controls that passed / controls that are assessed; failed, no_data and broken have not passed",
    "control": "score = 100 * checks that passed / checks of the control",
    "service": "score = 100 * checks without a finding on the service / checks that looked at something of the service",
}
"""How each score is computed, in words for people."""

_WORST_FIRST = ("broken", "failed", "no_data")


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a control came to: the worst of its checks (`broken`, `failed`, `no_data`, else `passed`), or `not_assessed`.

    `score` is the percentage of its checks that passed, null without checks.
    """

    control: str
    title: str
    result: str
    score: float | None
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceScore:
    """How many of the checks that looked at something of a service found nothing wrong; `score` is the percentage."""

    service: str
    score: float
    passed: int
    checks: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """A framework in a window. `score` is the percentage of assessed controls that passed, null if none is assessed.

    What has no data or is broken is assessed and did not pass; what is not assessed counts neither way. `id` is that of the
    recorded assessment, empty if it was not recorded; `time` is when it was made; `seconds` how long its checks took.
    `formulas` says how each score is computed.
    """

    id: str
    framework: str
    title: str
    time: str
    start_ns: int
    end_ns: int
    score: float | None
    seconds: float
    controls: tuple[Assessed, ...]
    services: tuple[ServiceScore, ...]
    outcomes: tuple[Outcome, ...]
    formulas: Mapping[str, str] = field(default_factory=lambda: FORMULAS)

    def outcomes_of(self, control: Assessed) -> list[Outcome]:
        """Return what the checks of a control came to."""
        known = {outcome.check: outcome for outcome in self.outcomes}
        return [known[name] for name in control.checks]


def run_checks(
    engine: Engine, frameworks: Iterable[Framework], start_ns: int, end_ns: int, evidence: Evidence | None = None
) -> dict[str, Outcome]:
    """Run each check of the frameworks once, over a window in nanoseconds since 1970; return what each came to, by name."""
    wanted = sorted({name for framework in frameworks for control in framework.controls for name in control.checks})
    return {name: run(engine, name, start_ns, end_ns, evidence) for name in wanted}


def assess(
    framework: Framework, outcomes: Mapping[str, Outcome], within: tuple[int, int], time_ns: int, key: str = ""
) -> Assessment:
    """Add up what the checks of a framework came to within a window; `key` is the id of the assessment."""
    wanted = sorted({name for control in framework.controls for name in control.checks})
    used = tuple(outcomes[name] for name in wanted)
    controls = tuple(_assess(control, outcomes) for control in framework.controls)
    results = [control.result for control in controls if control.result != "not_assessed"]
    return Assessment(
        id=key,
        framework=framework.id,
        title=framework.title,
        time=format_time(time_ns),
        start_ns=within[0],
        end_ns=within[1],
        score=_percentage(results.count("passed"), len(results)),
        seconds=round(sum(outcome.seconds for outcome in used), 6),
        controls=controls,
        services=tuple(_services(used)),
        outcomes=used,
    )


def format_time(nanoseconds: int) -> str:
    """Return RFC 3339 in UTC with all nine digits, as all answers have it."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()}.{fraction:09d}Z"


def _assess(control: Control, outcomes: Mapping[str, Outcome]) -> Assessed:
    results = [outcomes[name].result for name in control.checks]
    score = _percentage(results.count("passed"), len(results))
    return Assessed(control.id, control.title, _worst(results), score, control.checks)


def _worst(results: Sequence[str]) -> str:
    if not results:
        return "not_assessed"
    return next((result for result in _WORST_FIRST if result in results), "passed")


def _services(outcomes: Iterable[Outcome]) -> list[ServiceScore]:
    verdicts: dict[str, list[bool]] = {}
    for outcome in outcomes:
        for share in outcome.services:
            if share.service:
                verdicts.setdefault(share.service, []).append(not share.found)
    return [
        ServiceScore(service, 100 * sum(each) / len(each), sum(each), len(each)) for service, each in sorted(verdicts.items())
    ]


def _percentage(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
