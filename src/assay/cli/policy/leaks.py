from __future__ import annotations

import click

from assay.cli._client import Client, asking
from assay.cli._render import console, count, local, print_json, table, text


@click.command("leaks")
@click.option("--service", help="Name of the service.  [default: all]")
@click.option("--window", metavar="DURATION", default="1d", show_default=True, help="How far back, such as 1h or 7d.")
@asking
def command(client: Client, as_json: bool, service: str | None, window: str) -> None:
    """Say which services put what into which attributes, from what scrubbing had to change."""
    answer = client.get("/policies/scrubbing/coverage", service=service, start=window)
    if as_json:
        print_json(answer)
        return
    found = table("service", "signal", "place", "rule", ">values", "=last seen")
    for leak in answer["leaks"]:
        names = (text(leak[name]) for name in ("service", "signal", "place", "rule"))
        found.add_row(*names, count(leak["items"]), local(leak["last_seen"]))
    console().print(found if answer["leaks"] else "Scrubbing had nothing to change in that time.")
