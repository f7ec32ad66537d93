from __future__ import annotations

import click

from assay.cli._client import Client, asking
from assay.cli._render import local, print_json


@click.command("reload")
@asking
def command(client: Client, as_json: bool) -> None:
    """Bring into force what is written in the server's configuration file now, and wait until it is.

    A changed file is noticed without this, within a few seconds; this tells at once if it is wrong. If it is, what held before
    holds on.
    """
    answer = client.post("/policies/reload", {})
    if as_json:
        print_json(answer)
        return
    click.echo(f"Policies {answer['version']} are in force since {local(answer['since'])}")
