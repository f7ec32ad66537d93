from __future__ import annotations

import click

from assay.cli.gate import check, evaluation, history, import_keptn, listing, schema, show, validate, watch


@click.group("gate")
def command() -> None:
    """Stop a release by evidence: evaluate quality gates, check their documents, and show what they said."""


for each in (check, watch, validate, listing, show, history, evaluation, schema, import_keptn):
    command.add_command(each.command)
