from __future__ import annotations

from pathlib import Path

import click

from assay.cli._client import Client, asking
from assay.cli._render import print_json
from assay.cli.policy._scratch import CONFIG_FILE, read_valid, scratch
from assay.policies import SECTIONS
from assay.policies import explain as explain_policies


@click.command("explain")
@click.argument("section", type=click.Choice(SECTIONS), required=False)
@click.option("--config", "path", type=CONFIG_FILE, help="Explain the policies of this file, without a server.")
@asking
def command(client: Client, as_json: bool, section: str | None, path: Path | None) -> None:
    """Print the SQL that the policies in force are, of all sections or of SECTION."""
    texts: dict[str, str] = _of_file(path) if path else client.get("/policies/sql")
    if section:
        texts = {section: texts[section]}
    if as_json:
        print_json(texts)
        return
    for number, (name, text) in enumerate(texts.items()):
        click.echo(f"{chr(10) if number else ''}-- {name}\n\n{text}")


def _of_file(path: Path) -> dict[str, str]:
    with scratch() as (engine, _, key):
        return explain_policies(read_valid(path, engine), key)
