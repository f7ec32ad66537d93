"""An assessment as one HTML page that needs nothing beside it and can be printed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from assay.quality.compliance.assessment import Assessment
from assay.quality.compliance.check import Outcome
from assay.quality.compliance.report import content
from assay.quality.compliance.report.content import Table

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; }
th { border-bottom: 2px solid #666; } td { border-bottom: 1px solid #ddd; overflow-wrap: break-word; }
td:last-child { overflow-wrap: anywhere; }
dt { font-weight: 600; float: left; clear: left; width: 8rem; } dd { margin: 0 0 .3rem 8.5rem; overflow-wrap: anywhere; }
pre { background: #f4f4f4; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; }
.passed { color: #116329; } .failed, .check.broken { color: #a40e26; font-weight: 600; } .waived, .no.data { color: #7a4d00; }
.note { color: #555; font-size: .85rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } h2, h3 { break-after: avoid; } }
@media print { tr { break-inside: avoid; } }
"""


def render(assessment: Assessment) -> str:
    """Return the page; all that somebody sent is escaped, and it neither loads nor runs anything."""
    return "\n".join(_lines(assessment)) + "\n"


def _lines(assessment: Assessment) -> Iterator[str]:
    title = escape(assessment.title)
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{title}</h1><dl>"
    yield from (f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in content.facts(assessment))
    yield from (f"<dt>Not used</dt><dd>{escape(problem)}</dd>" for problem in assessment.problems)
    yield "</dl>"
    tables = content.summary, content.controls, content.services, content.waivers
    for table in (made(assessment) for made in tables):
        if table.rows:
            yield from _table(table)
    yield "<h2>Evidence</h2>"
    for outcome in assessment.outcomes:
        yield from _evidence(outcome)
    if bare := content.gaps(assessment):
        yield "<h2>Controls that are not assessed</h2><ul>"
        yield from (f"<li>{escape(each.control)} {escape(each.title)}</li>" for each in bare)
        yield "</ul>"
    yield "</body></html>"


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"<h2>{table.title}</h2>"
    yield "<table><thead><tr>" + "".join(f"<th>{column}</th>" for column in table.columns) + "</tr></thead><tbody>"
    yield from (f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    yield "</tbody></table>"
    if table.note:
        yield f'<p class="note">{escape(table.note)}</p>'


def _cell(value: str) -> str:
    shown = f' class="{value}"' if value in content.WORDS.values() else ""
    return f"<td{shown}>{escape(value)}</td>"


def _evidence(outcome: Outcome) -> Iterator[str]:
    yield f"<h3>{escape(outcome.check)}</h3>"
    if why := content.why(outcome):
        yield f"<p>{escape(why[0].upper() + why[1:])}.</p>"
    yield f"<p>{escape(content.counts(outcome))}</p>"
    if step := content.next_step(outcome):
        yield f"<p>Next: {escape(step)}.</p>"
    if outcome.sample:
        yield from _table(content.findings(outcome))
    yield "<dl>"
    yield from (f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in content.evidence(outcome))
    yield f"</dl><pre>{escape(outcome.sql)}</pre>"
