"""An engine for the time of one command, for what is checked without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from assay.core.config import Sql, Store

if TYPE_CHECKING:
    from assay.core.ports import Engine
    from assay.policies import Policies
    from assay.policies.pseudonyms import PseudonymKey

CONFIG_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@contextmanager
def scratch() -> Iterator[tuple[Engine, Callable[[list[str]], None], PseudonymKey]]:
    """Give an empty store, what makes its decode views with the functions of policies, and a key; all of it goes afterwards."""
    from assay.policies import pseudonyms  # noqa: PLC0415 - only what checks without a server loads the engine
    from assay.store import EmbeddedEngine, apply_decoding, migrate  # noqa: PLC0415

    with TemporaryDirectory(prefix="assay-") as directory:
        engine = EmbeddedEngine(Path(directory) / "store", Store(), Sql())
        try:
            migrate(engine, decode=False)
            yield engine, partial(apply_decoding, engine), pseudonyms.read_keys(Path(directory) / "keys")[-1]
        finally:
            engine.close()


def read_valid(path: Path, engine: Engine) -> Policies:
    """Read the policies of a configuration file that the engine understands.

    Raises:
        Misconfigured: they are wrong; the message says in which line.
    """
    from assay.core.errors import InvalidInput  # noqa: PLC0415
    from assay.policies import locate, read, validate  # noqa: PLC0415

    policies = read(path)
    try:
        validate(policies, engine)
    except InvalidInput as error:
        raise locate(error, path) from error
    return policies
