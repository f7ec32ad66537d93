"""The commands against a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result

from assay.cli.main import program

Run: TypeAlias = Callable[..., Result]
"""Run a command line against the server and return what it printed."""


@pytest.fixture
def run(server: str) -> Run:
    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"ASSAY_SERVER": server}).invoke(program, arguments, input=stdin)

    return invoke
