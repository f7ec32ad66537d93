"""`assay dashboards`: the dashboards and rules that come with Assay, as files for Grafana and Prometheus."""

from __future__ import annotations

from pathlib import Path

import click

from assay.core.errors import InvalidInput
from assay.dashboards import shipped


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Write the dashboards for Grafana and the rules for Prometheus into DIRECTORY.

    Grafana takes the .json files by import or provisioning, Prometheus rules.yaml under `rule_files`.
    """
    files = shipped()
    changed = [
        name for name, text in files.items() if (directory / name).exists() and (directory / name).read_text("utf-8") != text
    ]
    if changed:
        raise InvalidInput(
            "file_exists",
            f"{', '.join(str(directory / name) for name in changed)} would be overwritten",
            "name another directory, or delete what you do not need",
        )
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text, "utf-8")
        click.echo(directory / name)
