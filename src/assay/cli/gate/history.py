from __future__ import annotations

from typing import Any

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, local, number, print_json, table, text
from assay.cli.gate._words import judgement

_STYLES = {"passed": "green", "failed": "red", "warning": "yellow"}


@click.command("history")
@click.argument("gate", required=False)
@click.option("--service", help="Name of the service.")
@click.option("--environment", help="Environment.")
@click.option("--result", type=click.Choice(["passed", "warning", "failed"]), help="Only what came to this.")
@click.option("--limit", type=int, help="How many to list.  [default: 20]")
@asking
def command(client: Client, as_json: bool, **asked: Any) -> None:
    """List what the gate GATE, or all gates, have said, the newest first."""
    answer = client.get("/gate-evaluations", **asked)
    if as_json:
        print_json(answer)
        return
    listed = table("=time", "=gate", "=result", ">score", "service", "version", "environment", "=evaluation", "why")
    for each in answer["evaluations"]:
        listed.add_row(
            text(local(each["time"])),
            text(each["gate"]),
            text(judgement(each), _STYLES.get(each["result"], "")),
            "-" if each["score"] is None else f"{number(round(each['score'], 1))}%",
            text(each["service"]),
            text(each["version"]),
            text(each["environment"]),
            text(each["id"]),
            text(each["reasons"][0] if each["reasons"] else ""),
        )
    console().print(listed)
