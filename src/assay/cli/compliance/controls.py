from __future__ import annotations

from typing import Any

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, print_json, table, text
from assay.cli.gate.validate import told
from assay.core.errors import NotFound


@click.command("controls")
@click.option("--framework", help="Name of a framework: list its controls.  [default: list the frameworks]")
@click.option("--all", "also_bare", is_flag=True, help="List controls without checks too.")
@asking
def command(client: Client, as_json: bool, framework: str | None, also_bare: bool) -> None:
    """List frameworks, or the controls of one with the checks that speak for them, and waivers.

    What cannot be used of the owners' documents is told with file, line and hint, and the exit code is 1 then.
    """
    answer = client.get("/compliance/frameworks")
    if as_json:
        print_json(answer)
    elif framework:
        _print_controls(_find(answer, framework), also_bare)
    else:
        _print_frameworks(answer)
    if not as_json:
        _print_waivers(answer["waivers"])
        for problem in answer["problems"]:
            click.echo(told(problem), err=True)
    click.get_current_context().exit(1 if answer["problems"] else 0)


def _find(answer: dict[str, Any], name: str) -> dict[str, Any]:
    known = {each["framework"]: each for each in answer["frameworks"]}
    if name not in known:
        raise NotFound("framework_unknown", f"There is no framework {name!r}", f"known are {', '.join(known)}")
    found: dict[str, Any] = known[name]
    return found


def _print_frameworks(answer: dict[str, Any]) -> None:
    listed = table("=framework", ">controls", ">with checks", "title", "file")
    for each in answer["frameworks"]:
        with_checks = sum(bool(control["checks"]) for control in each["controls"])
        counts = str(len(each["controls"])), str(with_checks)
        listed.add_row(text(each["framework"]), *counts, text(each["title"]), text(each["file"] or "comes with Assay"))
    console().print(listed)


def _print_controls(framework: dict[str, Any], also_bare: bool) -> None:
    listed = table("=control", "title", "checks")
    for each in framework["controls"]:
        if each["checks"] or also_bare:
            listed.add_row(text(each["control"]), text(each["title"]), text(", ".join(each["checks"])))
    console().print(listed)


def _print_waivers(waivers: list[dict[str, Any]]) -> None:
    if not waivers:
        return
    listed = table("waived", "=expires", "owner", "reason")
    for each in waivers:
        about = each["check"] or f"{each['framework']} {each['control']}"
        place = " ".join(filter(None, (each[name] for name in ("service", "environment", "subject"))))
        until = f"{each['expires']} (expired)" if each["expired"] else each["expires"]
        said = f"{about} of {place}" if place else about
        listed.add_row(text(said), text(until, "red" if each["expired"] else ""), text(each["owner"]), text(each["reason"]))
    console().print()
    console().print(listed)
