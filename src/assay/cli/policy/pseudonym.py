from __future__ import annotations

import sys
from pathlib import Path

import click

from assay.cli.policy._data import DATA, keys_of
from assay.policies import pseudonyms


@click.command("pseudonym")
@click.argument("value")
@DATA
def command(value: str, data: Path) -> None:
    """Print what stands for VALUE under each key, the newest last, so that a person's records can be found.

    VALUE is compared as it was sent, letter by letter; - reads it from standard input, which leaves no trace in the shell.
    """
    given = value if value != "-" else sys.stdin.read().removesuffix("\n")
    for key in pseudonyms.read_keys(keys_of(data)):
        click.echo(key.pseudonym(given))
