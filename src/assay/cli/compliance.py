from __future__ import annotations

from typing import Any

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, print_json, table, text

_STYLES = {"passed": "green", "failed": "red", "broken": "red", "no_data": "yellow", "not_assessed": "dim"}


@click.group("compliance")
def command() -> None:
    """Assess the controls of a framework by what telemetry and events prove."""


@command.command("check")
@click.option("--framework", help="Name of the framework.  [default: qms-phase-4]")
@click.option("--since", metavar="TIME", help="Start of the time range: a duration ago or an RFC 3339 time.  [default: 30d]")
@click.option("--until", metavar="TIME", help="End of the time range, as --since.  [default: now]")
@asking
def check(client: Client, as_json: bool, framework: str | None, since: str | None, until: str | None) -> None:
    """Run the checks of a framework now: exit 0 if all passed, 1 if one failed or had no data, 2 if one is broken.

    The score is the percentage of assessed controls that passed; what has no data or is broken has not passed.
    """
    answer = client.get("/compliance", framework=framework, start=since, end=until)
    if as_json:
        print_json(answer)
    else:
        _print(answer)
    results = {control["result"] for control in answer["controls"]} - {"passed", "not_assessed"}
    click.get_current_context().exit(2 if "broken" in results else 1 if results or answer["score"] is None else 0)


def _print(answer: dict[str, Any]) -> None:
    out = console()
    outcomes = {each["check"]: each for each in answer["outcomes"]}
    score = "-" if answer["score"] is None else f"{answer['score']:.0f} %"
    assessed = sum(control["result"] != "not_assessed" for control in answer["controls"])
    out.print(text(f"{answer['title']}: {score} of assessed controls passed"))
    out.print(f"{assessed} of {len(answer['controls'])} controls are assessed by Assay")
    listed = table("=control", "=result", "=check", "=outcome", ">looked at", ">found", "first finding")
    for control in answer["controls"]:
        for number, name in enumerate(control["checks"] or [""]):
            one = outcomes.get(name, {"result": "", "looked_at": "", "found": "", "sample": [], "reason": ""})
            said = [" ".join(filter(None, each.values())) for each in one["sample"][:1]] or [one["reason"]]
            head = (control["control"], control["result"]) if number == 0 else ("", "")
            cells = (*head, name, one["result"], str(one["looked_at"]), str(one["found"]), said[0])
            listed.add_row(*(text(cell, _STYLES.get(cell, "")) for cell in cells))
    out.print(listed)
