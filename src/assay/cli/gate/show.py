from __future__ import annotations

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, local, number, print_json, table, text
from assay.cli.gate._words import judgement


@click.command("show")
@click.argument("name")
@asking
def command(client: Client, as_json: bool, name: str) -> None:
    """Show the gate NAME as its file is now, and what it said last."""
    gate = client.get_path("/gates", name)
    if as_json:
        print_json(gate)
        return
    out = console()
    of = ", ".join(filter(None, [gate["service"], gate["environment"], gate["stage"] and f"stage {gate['stage']}"]))
    out.print(text(gate["name"] + (f": {gate['description']}" if gate["description"] else ""), "bold"))
    out.print(text(f"{of or 'any service'}; the last {gate['window_seconds'] // 60} min; {gate['file']} ({gate['document']})"))
    listed = table("=objective", "measures", "must be", "warning", ">weight", "key")
    for each in gate["objectives"]:
        cells = (each["name"], each["measure"], each["passing"] or "-", each["warning"] or "-", number(each["weight"]))
        listed.add_row(*(text(cell) for cell in cells), "yes" if each["key"] else "")
    out.print(listed)
    if last := gate["last"]:
        out.print(text(f"Last: {judgement(last)} at {local(last['time'])}, evaluation {last['id']}"))
