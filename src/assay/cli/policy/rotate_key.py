from __future__ import annotations

from pathlib import Path

import click

from assay.cli.policy._data import DATA, keys_of
from assay.policies import pseudonyms


@click.command("rotate-key")
@DATA
def command(data: Path) -> None:
    """Make a new key for pseudonyms; what was stored keeps the old ones, and `assay policy pseudonym` finds both."""
    key = pseudonyms.rotate(keys_of(data))
    click.echo(f"Made {key.id}; it is in force after `assay policy reload`, or the next start")
