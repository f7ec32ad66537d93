from __future__ import annotations

import click

from assay.cli.policy import check, dry_run, explain, leaks, pseudonym, reload, rotate_key, schema, show, test


@click.group("policy")
def command() -> None:
    """Show, check, test and try out policies: filters, enrichment, scrubbing and sampling."""


for each in (show, explain, check, schema, test, dry_run, reload, leaks, pseudonym, rotate_key):
    command.add_command(each.command)
