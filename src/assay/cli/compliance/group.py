from __future__ import annotations

import click

from assay.cli.compliance import check, controls, report, schema, score, validate


@click.group("compliance")
def command() -> None:
    """Assess the controls of a framework by what telemetry and events prove."""


for each in (check, score, controls, report, validate, schema):
    command.add_command(each.command)
