"""What a framework comes to in a window: its controls, the checks behind them, and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assay.core.ports import Engine
from assay.quality.compliance.check import Evidence, Outcome, measure
from assay.quality.compliance.framework import REPORTED, Control, Framework
from assay.quality.compliance.waivers import Waiver, WaiverState, state_of

FORMULAS = {
    "framework": (
        "score = 100 * controls that passed / controls that are assessed; failed, no_data and broken have not passed, "
        "and waived controls are left out"
    ),
    "control": "score = 100 * checks that passed / checks of the control, without those that are waived",
    "service": (
        "score = 100 * checks without a finding on the service / checks that looked at something of the service, "
        "without those where all that was found is waived"
    ),
}
"""How each score is computed, in words for people."""

_WORST_FIRST = ("broken", "failed", "no_data", "waived")
_NO_SCORE = ("not_assessed", "waived")


@dataclass(frozen=True, slots=True)
class Assessed:
    """What a control came to: the worst of its checks (`broken`, `failed`, `no_data`, `waived`, else `passed`).

    It is `not_assessed` without checks and reports, and `waived` too if somebody answers for all of it. `score` is the
    percentage of its checks that passed, without those that are waived; null if there are none. What services reported is
    among the checks, as `reported/<control>`.
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

    What has no data or is broken is assessed and did not pass; what is waived or not assessed counts neither way. `id` is that
    of the recorded assessment, empty if it was not recorded; `time` is when it was made; `seconds` how long its checks took.
    `waivers` are those about this framework, also the expired ones, which do not count. `document` is the version of the file
    of an owner's framework. `problems` are files that could not be used and reports about no control. `formulas` says how each
    score is computed.
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
    waivers: tuple[WaiverState, ...] = ()
    document: str = ""
    problems: tuple[str, ...] = ()
    formulas: Mapping[str, str] = field(default_factory=lambda: FORMULAS)

    def outcomes_of(self, control: Assessed) -> list[Outcome]:
        """Return what the checks of a control came to."""
        known = {outcome.check: outcome for outcome in self.outcomes}
        return [known[name] for name in control.checks]


@dataclass(frozen=True, slots=True)
class Ran:
    """What checks came to in a window, by name, and how many findings each waiver covers, by its place."""

    start_ns: int
    end_ns: int
    outcomes: Mapping[str, Outcome]
    covered: Mapping[str, int] = field(default_factory=dict)


def run_checks(
    engine: Engine,
    frameworks: Sequence[Framework],
    start_ns: int,
    end_ns: int,
    evidence: Evidence | None = None,
    *,
    waivers: Sequence[Waiver] = (),
    note: Callable[[int, int, str], None] = lambda _done, _of, _check: None,
) -> Ran:
    """Run each check of the frameworks once, over a window in nanoseconds since 1970.

    `note` is told before each how many of how many are done, and which one comes.
    """
    own = {name: statement for framework in frameworks for name, statement in framework.own.items()}
    wanted = {name for framework in frameworks for control in framework.controls for name in control.checks} - {REPORTED}
    outcomes: dict[str, Outcome] = {}
    covered: dict[str, int] = {}
    for done, name in enumerate(sorted(wanted)):
        note(done, len(wanted), name)
        about = [waiver for waiver in waivers if waiver.check == name and waiver.holds(end_ns)]
        outcomes[name], counts = measure(
            engine, own.get(name, name), start_ns, end_ns, evidence, own=name in own, waivers=about
        )
        covered |= dict(zip((each.place for each in about), counts, strict=True))
    return Ran(start_ns, end_ns, outcomes, covered)


def assess(
    framework: Framework,
    ran: Ran,
    time_ns: int,
    key: str = "",
    *,
    reports: Mapping[str, Outcome] | None = None,
    waivers: Sequence[Waiver] = (),
    problems: Sequence[str] = (),
) -> Assessment:
    """Add up what the checks of a framework came to, and what services reported of its controls; `key` is the id."""
    reports = reports or {}
    wanted = {name for control in framework.controls for name in control.checks} - {REPORTED}
    outcomes = {name: ran.outcomes[name] for name in sorted(wanted)} | {each.check: each for each in reports.values()}
    waived = {each.control: each for each in waivers if each.framework == framework.id and each.holds(ran.end_ns)}
    controls = tuple(_assess(control, outcomes, reports.get(control.id), waived) for control in framework.controls)
    results = [control.result for control in controls if control.result not in _NO_SCORE]
    covered = dict(ran.covered) | {
        waived[control.control].place: 1 for control in controls if control.result == "waived" and control.control in waived
    }
    about = [each for each in waivers if each.check in wanted or each.framework == framework.id]
    return Assessment(
        id=key,
        framework=framework.id,
        title=framework.title,
        time=format_time(time_ns),
        start_ns=ran.start_ns,
        end_ns=ran.end_ns,
        score=_percentage(results.count("passed"), len(results)),
        seconds=round(sum(outcome.seconds for outcome in outcomes.values()), 6),
        controls=controls,
        services=tuple(_services(outcomes.values())),
        outcomes=tuple(outcomes[name] for name in sorted(outcomes)),
        waivers=tuple(state_of(each, each.holds(ran.end_ns), covered.get(each.place, 0)) for each in about),
        document=framework.document.version if framework.document else "",
        problems=tuple(problems),
    )


def format_time(nanoseconds: int) -> str:
    """Return RFC 3339 in UTC with all nine digits, as all answers have it."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()}.{fraction:09d}Z"


def _assess(
    control: Control, outcomes: Mapping[str, Outcome], report: Outcome | None, waived: Mapping[str, Waiver]
) -> Assessed:
    checks = [name for name in control.checks if name != REPORTED] + ([report.check] if report else [])
    results = [outcomes[name].result for name in checks]
    result = _worst(results)
    if control.id in waived and result not in ("passed", "not_assessed"):
        result = "waived"
    score = _percentage(results.count("passed"), len(results) - results.count("waived"))
    return Assessed(control.id, control.title, result, score, tuple(checks))


def _worst(results: Sequence[str]) -> str:
    if not results:
        return "not_assessed"
    return next((result for result in _WORST_FIRST if result in results), "passed")


def _services(outcomes: Iterable[Outcome]) -> list[ServiceScore]:
    verdicts: dict[str, list[bool]] = {}
    for outcome in outcomes:
        for share in outcome.services:
            if share.service and (share.found or not share.waived):
                verdicts.setdefault(share.service, []).append(not share.found)
    return [
        ServiceScore(service, 100 * sum(each) / len(each), sum(each), len(each)) for service, each in sorted(verdicts.items())
    ]


def _percentage(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
