from __future__ import annotations

import json

import click

from assay.quality.gates.schema import json_schema


@click.command("schema")
def command() -> None:
    """Print the JSON schema of a gate's document, as editors use it."""
    click.echo(json.dumps(json_schema(), indent=2))
