"""A server with policies of its own, for the commands that ask one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.conftest import listening

from assay.api import create_app
from assay.cli.main import program
from assay.core import config
from assay.core.ports import Engine
from assay.policies import PolicyKeeper

POLICIES = """policies:
  filters:
    noise: {signal: logs, condition: SeverityNumber < 5}
  enrichment:
    span: {rename: {http.method: http.request.method}, default: {qms.phase: production}}
  sampling:
    policies:
      - {name: slow, type: latency, latency: {threshold_ms: 500}}
"""


@dataclass(frozen=True)
class Kept:
    """The URL of the server, its configuration file, and its data directory."""

    url: str
    file: Path

    @property
    def data(self) -> Path:
        return self.file.parent

    def run(self, *arguments: str, stdin: str | None = None) -> Result:
        """Run `assay policy …` against the server."""
        return CliRunner(env={"ASSAY_SERVER": self.url}).invoke(program, ["policy", *arguments], input=stdin)


@pytest.fixture
def kept(engine: Engine, tmp_path: Path) -> Iterator[Kept]:
    """A server whose policies change no decode view, as nothing comes in."""
    file = tmp_path / "assay.yaml"
    file.write_text(POLICIES, "utf-8")
    engine.execute("TRUNCATE TABLE assay_policy_versions")
    keeper = PolicyKeeper(engine, file, tmp_path / "keys", lambda statements: None)
    with listening(create_app(engine, config.Api(), keeper=keeper)) as url:
        yield Kept(url, file)
    engine.execute("TRUNCATE TABLE assay_policy_versions")
