"""The keys of a data directory."""

from __future__ import annotations

from pathlib import Path

import click

from assay.core.errors import Misconfigured

DATA = click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Data directory of the server, whose keys are used.",
)


def keys_of(data: Path) -> Path:
    """Return the directory of the keys.

    Raises:
        Misconfigured: no server has made keys there.
    """
    keys = data / "keys"
    if not keys.is_dir():
        raise Misconfigured("keys_missing", f"There are no keys in {data}", "name the directory that `assay serve` uses")
    return keys
