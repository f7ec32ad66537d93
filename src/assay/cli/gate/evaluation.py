from __future__ import annotations

import click

from assay.cli._client import Client, asking
from assay.cli.gate._words import FORMAT, tell


@click.command("evaluation")
@click.argument("evaluation_id", metavar="ID")
@FORMAT
@asking
def command(client: Client, as_json: bool, evaluation_id: str, form: str) -> None:
    """Show the evaluation ID as it was answered, with the statements behind its values."""
    tell(client.get_path("/gate-evaluations", evaluation_id), "json" if as_json else form)
