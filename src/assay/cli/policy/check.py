from __future__ import annotations

from pathlib import Path

import click

from assay.cli.policy._scratch import CONFIG_FILE, read_valid, scratch


@click.command("check")
@click.argument("file", type=CONFIG_FILE)
def command(file: Path) -> None:
    """Check FILE and the policies in it; exit 2 with line, key and hint if one cannot be used.

    Conditions and patterns are shown to an engine of its own, so no server is needed.
    """
    with scratch() as (engine, _, _):
        policies = read_valid(file, engine)
    for note in policies.sampling.notes():
        click.echo(f"note: policies.sampling.{note}", err=True)
    click.echo(f"{file} is valid: its policies are version {policies.version}")
