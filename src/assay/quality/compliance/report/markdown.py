"""An assessment in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.quality.compliance.assessment import Assessment
from assay.quality.compliance.check import Outcome
from assay.quality.compliance.report import content
from assay.quality.compliance.report.content import Table

_SPECIAL = re.compile(r"([\\`*{}\[\]<>#|~]|(?<!\w)_|_(?!\w))")


def render(assessment: Assessment) -> str:
    """Return the report; what somebody sent cannot change its form."""
    return "\n".join(_lines(assessment)) + "\n"


def text(value: str) -> str:
    """Return a text in one line, with every sign escaped that means something in Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(value.split()))


def _lines(assessment: Assessment) -> Iterator[str]:
    yield f"# {text(assessment.title)}"
    yield ""
    for name, value in content.facts(assessment):
        yield f"- **{name}:** {text(value)}"
    for problem in assessment.problems:
        yield f"- **Not used:** {text(problem)}"
    tables = content.summary, content.controls, content.services, content.waivers
    for table in (made(assessment) for made in tables):
        if table.rows:
            yield from _table(table)
    yield from ("", "## Evidence")
    for outcome in assessment.outcomes:
        yield from _evidence(outcome)
    if bare := content.gaps(assessment):
        yield from ("", "## Controls that are not assessed", "")
        yield from (f"- {text(each.control)} {text(each.title)}" for each in bare)


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield from ("", f"## {table.title}")
    yield from ("", f"| {' | '.join(table.columns)} |", "|---" * len(table.columns) + "|")
    yield from (f"| {' | '.join(map(text, row))} |" for row in table.rows)
    if table.note:
        yield from ("", text(table.note))


def _evidence(outcome: Outcome) -> Iterator[str]:
    yield from ("", f"### {text(outcome.check)}", "")
    if why := content.why(outcome):
        yield from (f"{text(why[0].upper() + why[1:])}.", "")
    yield f"- {text(content.counts(outcome))}"
    if step := content.next_step(outcome):
        yield f"- Next: {text(step)}"
    yield from (f"- {name}: {text(value)}" for name, value in content.evidence(outcome))
    if outcome.sample:
        yield from _table(content.findings(outcome))
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", outcome.sql)), default=0))
    yield from ("", f"{fence}sql", outcome.sql, fence)
