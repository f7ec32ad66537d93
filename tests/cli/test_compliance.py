from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from assay.cli.main import program


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_check_without_data_does_not_succeed(server: str, form: list[str]) -> None:
    """In a window without telemetry every assessed control has no data, the score is 0 and the exit code 1."""
    asked = [
        "compliance",
        "check",
        "--dry-run",
        "--server",
        server,
        "--since",
        "1971-01-01T00:00:00Z",
        "--until",
        "1971-01-02T00:00:00Z",
    ]
    ran = CliRunner().invoke(program, [*asked, *form])
    assert ran.exit_code == 1, ran.output
    if form:
        (answer,) = json.loads(ran.output)["assessments"]
        assert answer["score"] == 0
        assert {control["result"] for control in answer["controls"]} == {"no_data", "not_assessed"}
    else:
        assert "0 % of assessed controls passed" in ran.output


def test_an_unknown_framework_is_wrong_input(server: str) -> None:
    """A framework that does not exist is refused with exit code 2 and the names of those that do."""
    ran = CliRunner().invoke(program, ["compliance", "check", "--dry-run", "--server", server, "--framework", "x"])
    assert ran.exit_code == 2
    assert "qms-phase-4" in ran.output
