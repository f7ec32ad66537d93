"""The commands of gates against a real API with an intake behind it."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner, Result
from tests.cli.conftest import Run
from tests.quality.gates.conftest import gates_client, gates_directory, world
from tests.quality.gates.world import World

from assay.cli.main import program

__all__ = ["gates_client", "gates_directory", "run", "world"]


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command line against it; `variables` are those of a pipeline, and there are no others of one."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "CI_", "GITLAB_", "JENKINS_", "GIT_", "BUILD_", "JOB_", "ASSAY_")):
            monkeypatch.delenv(name)

    def invoke(*arguments: str, variables: dict[str, str] | None = None) -> Result:
        return CliRunner(env={"ASSAY_SERVER": str(world.client.base_url)} | (variables or {})).invoke(program, arguments)

    return invoke
