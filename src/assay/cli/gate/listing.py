from __future__ import annotations

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, local, print_json, table, text
from assay.cli.gate._words import judgement
from assay.cli.gate.validate import told


@click.command("list")
@asking
def command(client: Client, as_json: bool) -> None:
    """List the gates, what each said last, and the files that cannot be used."""
    answer = client.get("/gates")
    if as_json:
        print_json(answer)
        return
    out = console()
    listed = table("=gate", "stage", "service", ">objectives", "last result", "=at", "file")
    for gate in answer["gates"]:
        last = gate["last"]
        listed.add_row(
            text(gate["name"]),
            text(gate["stage"]),
            text(gate["service"]),
            str(len(gate["objectives"])),
            text(judgement(last) if last else "never evaluated"),
            local(last["time"]) if last else "-",
            text(gate["file"]),
        )
    out.print(listed)
    if not answer["gates"]:
        out.print(text(f"No gate is in {answer['directory']}; docs/gates.md shows how to write one."))
    for problem in answer["problems"]:
        out.print(text(told(problem), "red"))
