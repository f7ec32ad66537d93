from __future__ import annotations

import json

import click

from assay.policies.schema import json_schema


@click.command("schema")
def command() -> None:
    """Print the JSON schema of the section `policies`, as editors use it."""
    click.echo(json.dumps(json_schema(), indent=2))
