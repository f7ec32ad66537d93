"""docs/gates.md says what works."""

from __future__ import annotations

import re
import shlex
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it comes without types
from tests.cli.conftest import Run
from tests.quality.gates.world import World

from assay.quality.gates.document import UNDECIDED
from assay.quality.gates.schema import json_schema
from assay.quality.gates.sources import AGGREGATIONS, PARAMETERS, SOURCES

PAGE = (Path(__file__).parents[3] / "docs/gates.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
GATES = [text for language, text in BLOCKS if language == "yaml" and text.startswith("kind: gate")]


def _commands() -> list[str]:
    lines = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]
    return [line.partition("#")[0].partition(">")[0].strip() for line in lines if line.startswith("assay gate")]


@pytest.mark.parametrize("text", GATES, ids=lambda text: yaml.safe_load(text)["name"])
def test_its_gates_are_measured(world: World, text: str, gates_directory: Path) -> None:
    """Each is valid for editors and for the server, and all that it asks of a service that sends only spans is answered."""
    document: dict[str, Any] = yaml.safe_load(text)
    assert list(Draft202012Validator(json_schema()).iter_errors(document)) == []
    world.requests(60, operation="POST /checkout", version="2.4.1", environment="production")
    world.requests(60, operation="GET /orders", version="2.4.1", environment="production")
    for each in document["objectives"]:
        each.pop("environment", None)
    told = world.check(world.gate(*document["objectives"], window=document["window"]))
    outcomes = {each["name"]: each["outcome"] for each in told["objectives"]}
    assert "broken_query" not in outcomes.values(), told["objectives"]
    without_spans = {"queue.depth", "change_failure_rate"}
    assert {name for name, outcome in outcomes.items() if outcome == "no_data"} <= {
        each["name"] for each in told["objectives"] if any(word in each["measure"] for word in without_spans)
    }
    (gates_directory / f"{told['gate']}.yaml").unlink()


def test_its_commands_work(
    world: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gates_directory: Path
) -> None:
    """Each that is shown is answered, with the first gate of the page and a service that is well."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quality").mkdir()
    for directory in (gates_directory, tmp_path / "quality"):
        (directory / "release.yaml").write_text(GATES[0], "utf-8")
    (tmp_path / "slo.yaml").write_text("objectives: [{sli: error_rate, pass: [{criteria: ['<=1']}]}]\n", "utf-8")
    world.requests(60, version="2.4.1", environment="staging")
    commands = _commands()
    assert len(commands) == 3
    for command in commands:
        with chdir(tmp_path):
            told = run(*shlex.split(command.replace("orders", world.service))[1:])
        assert told.exit_code == 0, f"{command}: {told.output}"
    (gates_directory / "release.yaml").unlink()


def test_nothing_is_left_out() -> None:
    """Every source, aggregation, parameter and outcome has its words on the page."""
    for word in (*SOURCES, *AGGREGATIONS, *UNDECIDED):
        assert f"`{word}`" in PAGE
    for parameter in PARAMETERS:
        assert f"`{{{parameter}:" in PAGE
