from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, print_json, table, text

_STYLES = {"passed": "green", "failed": "red", "broken": "red", "no_data": "yellow", "waived": "yellow", "not_assessed": "dim"}
_STATES = {"in_force": "covers {findings}", "expired": "expired, does not count", "unused": "covers nothing"}
_NO_OUTCOME: dict[str, Any] = {"result": "", "looked_at": "", "found": "", "waived": "", "sample": [], "reason": ""}
_FINE = {"passed", "waived", "not_assessed"}


@click.command("check")
@click.option("--framework", "frameworks", multiple=True, help="Name of a framework; repeatable.  [default: qms-phase-4]")
@click.option("--since", metavar="TIME", help="Start of the time range: a duration ago or an RFC 3339 time.  [default: 30d]")
@click.option("--until", metavar="TIME", help="End of the time range, as --since.  [default: now]")
@click.option("--dry-run", is_flag=True, help="Only look: what the checks came to is not kept.")
@asking
def command(
    client: Client, *, as_json: bool, frameworks: Sequence[str], since: str | None, until: str | None, dry_run: bool
) -> None:
    """Run the checks of frameworks now and keep what they came to.

    Exit 0 if all passed or are waived, 1 if one failed or had no data, 2 if one is broken. The score is the percentage of
    assessed controls that passed; what has no data or is broken has not passed, what is waived is left out.
    """
    wanted = list(frameworks) or ["qms-phase-4"]
    if dry_run:
        assessments = [client.get("/compliance", framework=name, start=since, end=until) for name in wanted]
    else:
        body = {"frameworks": wanted, "start": since, "end": until}
        assessments = client.post("/compliance/assessments", body)["assessments"]
    if as_json:
        print_json({"assessments": assessments})
    else:
        for each in assessments:
            _print(each)
            _print_next(client, each)
    click.get_current_context().exit(max(exit_code(each) for each in assessments))


def exit_code(assessment: dict[str, Any]) -> int:
    """Return 0 if all that is assessed passed, 2 if a check is broken, else 1; also 1 if nothing is assessed."""
    results = {control["result"] for control in assessment["controls"]} - _FINE
    return 2 if "broken" in results else 1 if results or assessment["score"] is None else 0


def percentage(score: float | None) -> str:
    """Return a score in words; rounded down, so that 100 % is all of it."""
    return "-" if score is None else f"{int(score)} %"


def _print_next(client: Client, answer: dict[str, Any]) -> None:
    """Say what to do about what failed, check by check."""
    failed = [each["check"] for each in answer["outcomes"] if each["result"] == "failed"]
    if not failed:
        return
    steps = {each["name"]: each["next"] for each in client.get("/compliance/frameworks")["checks"]}
    listed = table("=failed", "what to do next")
    for name in failed:
        if step := steps.get(name):
            listed.add_row(text(name, "red"), text(step))
    console().print(listed)


def _print(answer: dict[str, Any]) -> None:
    out = console()
    outcomes = {each["check"]: each for each in answer["outcomes"]}
    assessed = sum(control["result"] != "not_assessed" for control in answer["controls"])
    out.print(text(f"{answer['title']}: {percentage(answer['score'])} of assessed controls passed"))
    out.print(f"{assessed} of {len(answer['controls'])} controls are assessed by Assay")
    if answer["id"]:
        out.print(text(f"kept as assessment {answer['id']}"))
    listed = table("=control", "=result", "=check", "=outcome", ">looked at", ">found", ">waived", "first finding")
    for control in answer["controls"]:
        for number, name in enumerate(control["checks"] or [""]):
            one = outcomes.get(name, _NO_OUTCOME)
            said = [" ".join(filter(None, each.values())) for each in one["sample"][:1]] or [one["reason"]]
            head = (control["control"], control["result"]) if number == 0 else ("", "")
            counts = (str(one[key]) for key in ("looked_at", "found", "waived"))
            cells = (*head, name, one["result"], *counts, said[0])
            listed.add_row(*(text(cell, _STYLES.get(cell, "")) for cell in cells))
    out.print(listed)
    for each in answer["waivers"]:
        about = each["check"] or each["control"]
        line = f"waiver of {about} by {each['owner']} until {each['expires']}: {_STATES[each['state']].format(**each)}"
        out.print(text(line, "red" if each["state"] == "expired" else ""))
    for problem in answer["problems"]:
        click.echo(f"warning: {problem}", err=True)
