from __future__ import annotations

from typing import Any

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, local, print_json, sparkline, table, text
from assay.cli.compliance.check import percentage


@click.command("score")
@click.option("--framework", help="Name of the framework.  [default: all that were assessed]")
@click.option("--control", help="Id of a control: its scores.")
@click.option("--service", help="Name of a service: its scores.")
@click.option("--since", metavar="TIME", help="Start of the time range: a duration ago or an RFC 3339 time.  [default: 365d]")
@click.option("--until", metavar="TIME", help="End of the time range, as --since.  [default: now]")
@asking
def command(client: Client, as_json: bool, **asked: str | None) -> None:
    """Show the latest score of each framework that was assessed, and how it went.

    With one framework its services and controls are shown too, as they were assessed last.
    """
    since, until = asked.pop("since"), asked.pop("until")
    answer = client.get("/compliance/scores", start=since, end=until, **asked)
    if as_json:
        print_json(answer)
        return
    out = console()
    if not answer["points"]:
        out.print("Nothing was assessed in that time; `assay compliance check` does it now.")
        return
    out.print(_frameworks(answer["points"]))
    out.print(text(answer["formula"], "dim"))
    if asked["framework"] and not asked["control"] and not asked["service"]:
        _print_parts(client, answer["points"][0]["assessment"])


def _frameworks(points: list[dict[str, Any]]) -> Any:
    listed = table("=framework", ">score", ">passed", ">assessed", ">controls", "=when", "history, oldest first")
    for framework in sorted({point["framework"] for point in points}):
        of_it = [point for point in points if point["framework"] == framework]
        last = of_it[0]
        counts = (str(last[name]) for name in ("passed", "assessed", "of"))
        line = sparkline([point["score"] for point in reversed(of_it[:60])])
        cells = (framework, percentage(last["score"]), *counts, local(last["time"]), line)
        listed.add_row(*map(text, cells))
    return listed


def _print_parts(client: Client, key: str) -> None:
    assessment = client.get_path("/compliance/assessments", key)
    out = console()
    services = table("=service", ">score", ">passed", ">checks")
    for each in assessment["services"]:
        services.add_row(text(each["service"]), percentage(each["score"]), str(each["passed"]), str(each["checks"]))
    controls = table("=control", ">score", "=result", "title")
    for each in assessment["controls"]:
        if each["result"] != "not_assessed":
            controls.add_row(text(each["control"]), percentage(each["score"]), each["result"], text(each["title"]))
    for title, listed in (("service", services), ("control", controls)):
        out.print()
        out.print(listed)
        out.print(text(assessment["formulas"][title], "dim"))
