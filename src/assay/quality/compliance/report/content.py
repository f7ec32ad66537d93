"""What a report says, whatever its form."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from assay.core.statement import load
from assay.quality.compliance.assessment import Assessed, Assessment, format_time
from assay.quality.compliance.check import FOLDER, Finding, Outcome, names
from assay.quality.compliance.framework import REPORTED
from assay.quality.compliance.waivers import WaiverState

WORDS = {
    "passed": "passed",
    "failed": "failed",
    "no_data": "no data",
    "broken": "check broken",
    "waived": "waived",
    "not_assessed": "not assessed",
}
"""Results as people read them."""


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def percentage(score: float | None) -> str:
    """Return a score rounded down, so that 100 % is all of it, or a dash."""
    return "-" if score is None else f"{math.floor(score)} %"


def facts(assessment: Assessment) -> list[tuple[str, str]]:
    """Return what the report is about, as pairs."""
    assessed = [each for each in assessment.controls if each.result != "not_assessed"]
    return [
        ("Score", f"{percentage(assessment.score)} ({assessment.formulas['framework']})"),
        ("Framework", assessment.framework + (f", version {assessment.document} of its file" if assessment.document else "")),
        ("Controls", f"{len(assessed)} of {len(assessment.controls)} are assessed by Assay; of the others this says nothing"),
        ("Window", f"{_minute(format_time(assessment.start_ns))} to {_minute(format_time(assessment.end_ns))}"),
        ("Assessed", _minute(assessment.time)),
        ("Assessment", assessment.id or "was not kept"),
    ]


def summary(assessment: Assessment) -> Table:
    """Return how many controls came to what."""
    results = [each.result for each in assessment.controls]
    rows = [(word, str(results.count(result))) for result, word in WORDS.items() if result in results]
    return Table("Summary", ("result", "controls"), rows)


def controls(assessment: Assessment) -> Table:
    """Return what each assessed control came to."""
    rows = [
        (each.control, each.title, WORDS[each.result], percentage(each.score), ", ".join(each.checks))
        for each in assessment.controls
        if each.result != "not_assessed"
    ]
    return Table("Controls", ("control", "title", "result", "score", "checks"), rows, assessment.formulas["control"])


def services(assessment: Assessment) -> Table:
    """Return the score of each service."""
    rows = [(each.service, percentage(each.score), str(each.passed), str(each.checks)) for each in assessment.services]
    return Table("Services", ("service", "score", "passed", "checks"), rows, assessment.formulas["service"])


def waivers(assessment: Assessment) -> Table:
    """Return the waivers, also those that have expired."""
    states = {"in_force": "in force", "expired": "expired, does not count", "unused": "covers nothing"}
    rows = [
        (about(each), each.owner, each.reason, each.expires, states[each.state], str(each.findings))
        for each in assessment.waivers
    ]
    return Table("Waivers", ("waived", "owner", "reason", "until", "state", "findings"), rows)


def gaps(assessment: Assessment) -> list[Assessed]:
    """Return the controls without evidence: Assay does not look at them, and nobody reported."""
    return [each for each in assessment.controls if each.result == "not_assessed"]


def findings(outcome: Outcome) -> Table:
    """Return the sample of what a check found."""
    rows = [(each.service, each.environment, each.subject, each.finding) for each in outcome.sample]
    more = outcome.found - len(outcome.sample)
    note = f"and {more} more" if more > 0 else ""
    return Table("", ("service", "environment", "subject", "finding"), rows, note)


def words(finding: Finding) -> str:
    """Return a finding in one line."""
    return " ".join(filter(None, (finding.service, finding.environment, finding.subject, finding.finding)))


def why(outcome: Outcome) -> str:
    """Return what a check is for; empty for one whose statement is not here any more."""
    if outcome.check.startswith(f"{REPORTED}/"):
        return "what services report of a control counts"
    return load(FOLDER, outcome.check).header["why"] if outcome.check in names() else ""


def next_step(outcome: Outcome) -> str:
    """Return what to do about what a check found; empty if it found nothing, or if nothing is known."""
    if outcome.result != "failed" or outcome.check not in names():
        return ""
    return load(FOLDER, outcome.check).header["next"]


def counts(outcome: Outcome) -> str:
    """Return what a check came to in one line."""
    told = f"{WORDS[outcome.result]}: {outcome.looked_at} looked at, {outcome.found} found, {outcome.waived} waived"
    return f"{told}; {outcome.reason}" if outcome.reason else told


def evidence(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Give what is needed to do a check again and to prove what it came to."""
    yield "SHA-256", outcome.content_hash
    yield "Parameters", orjson.dumps(outcome.parameters, option=orjson.OPT_SORT_KEYS).decode()


def about(waiver: WaiverState) -> str:
    """Return what a waiver is about."""
    what = waiver.check or f"control {waiver.control}"
    place = " ".join(filter(None, (waiver.service, waiver.environment, waiver.subject)))
    return f"{what} of {place}" if place else what


def _minute(time: str) -> str:
    return f"{time[:16].replace('T', ' ')} UTC"
