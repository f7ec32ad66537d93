"""The commands against a real server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from click.testing import CliRunner, Result
from tests.conftest import Store
from tests.intake import serving_events

from assay.cli.main import program
from assay.core.ports import Engine

Run: TypeAlias = Callable[..., Result]
"""Run a command line against the server and return what it printed."""


@pytest.fixture
def run(server: str) -> Run:
    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner(env={"ASSAY_SERVER": server}).invoke(program, arguments, input=stdin)

    return invoke


@pytest.fixture(scope="session")
def events_server(engine: Engine, store: Store) -> Iterator[str]:
    """The URL of an API behind which intake runs."""
    with serving_events(engine, store) as url:
        yield url


@pytest.fixture
def report(events_server: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line against it; `variables` are those of a pipeline, and there are no others of one."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "CI_", "GITLAB_", "JENKINS_", "GIT_", "BUILD_", "JOB_", "OTEL_", "ASSAY_")):
            monkeypatch.delenv(name)

    def invoke(*arguments: str, variables: dict[str, str] | None = None) -> Result:
        return CliRunner(env={"ASSAY_SERVER": events_server} | (variables or {})).invoke(program, arguments)

    return invoke
