"""A process of its own for what needs its own store: the engine has one data directory per process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from assay.core import config
from assay.store import EmbeddedEngine

_DEADLINE_SECONDS = 300


def alone(function: Callable[..., None], *arguments: Any) -> int:
    """Run `function` in a fresh process and return its exit code, 0 if it raised nothing."""
    process = get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join(_DEADLINE_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    code = process.exitcode
    process.close()
    assert code is not None
    return code


@contextmanager
def opened(directory: Path, sql: config.Sql | None = None, **store: Any) -> Iterator[EmbeddedEngine]:
    """Open the store in `directory`, which the process works in from then on; `store` changes its configuration."""
    directory.mkdir(parents=True, exist_ok=True)
    os.chdir(directory)
    engine = EmbeddedEngine(directory / "store", config.Store(**store), sql or config.Sql())
    try:
        yield engine
    finally:
        engine.close()
