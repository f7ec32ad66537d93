from __future__ import annotations

import json

import click

from assay.quality.compliance.schema import framework_schema, waivers_schema

_SCHEMAS = {"framework": framework_schema, "waivers": waivers_schema}


@click.command("schema")
@click.argument("document", type=click.Choice(list(_SCHEMAS)))
def command(document: str) -> None:
    """Print the JSON schema of DOCUMENT, a framework or waivers, as editors use it."""
    click.echo(json.dumps(_SCHEMAS[document](), indent=2))
