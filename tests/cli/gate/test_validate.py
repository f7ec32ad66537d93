from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it comes without types
from tests.cli.conftest import Run
from tests.quality.gates.world import World

GOOD = "kind: gate\nname: good\nobjectives:\n- {measure: error_rate, pass: '<= 1%'}\n"


def test_what_is_right_is_said(tmp_path: Path, run: Run) -> None:
    """Files and directories; documents of other kinds are none of its business."""
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "other.yaml").write_text("kind: compliance_waivers\n")
    told = run("gate", "validate", str(tmp_path / "good.yaml"), str(tmp_path / "other.yaml"))
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0].startswith(f"{tmp_path / 'good.yaml'} is valid: the gate 'good' is version ")
    assert told.stdout.splitlines()[1] == "1 other document was left alone"
    assert run("gate", "validate", str(tmp_path)).exit_code == 0


def test_every_problem_is_told_with_file_line_and_hint(tmp_path: Path, run: Run) -> None:
    """Keys, units and names, all at once; exit 2."""
    (tmp_path / "a.yaml").write_text(GOOD.replace("pass", "pas").replace("good", "a"))
    (tmp_path / "b.yaml").write_text(GOOD.replace("1%", "1ms").replace("good", "b"))
    (tmp_path / "e.yaml").write_text(GOOD)
    (tmp_path / "f.yaml").write_text(GOOD)
    told = run("gate", "validate", str(tmp_path))
    assert (told.exit_code, told.stdout) == (2, "")
    lines = told.stderr.splitlines()
    for name, words in (
        ("a.yaml:4", "did you mean pass?"),
        ("b.yaml:4", "'ms' is no unit of a share"),
        ("f.yaml:2", "e.yaml too"),
    ):
        assert any(line.startswith(f"{tmp_path}/{name}: ") and words in line for line in lines), lines
    assert len(lines) == 3


def test_statements_and_patterns_are_tried_without_a_server(tmp_path: Path) -> None:
    """An engine of the command's own knows all tables; it has one store per process, so this runs in one of its own."""
    (tmp_path / "a.yaml").write_text(GOOD.replace("}", ", operation_matching: '['}").replace("good", "a"))
    (tmp_path / "b.yaml").write_text("kind: gate\nname: b\nobjectives:\n- sql: SELECT a\n  pass: '= 0'\n")
    good = "SELECT count() FROM otel_logs WHERE ServiceName = {service:String}"
    (tmp_path / "c.yaml").write_text(f"kind: gate\nname: c\nobjectives:\n- sql: {good}\n  pass: '= 0'\n")
    command = [sys.executable, "-m", "assay", "gate", "validate", str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (told.returncode, told.stdout) == (2, "")
    first, second = told.stderr.splitlines()
    assert first.startswith(f"{tmp_path}/a.yaml:4: objectives[0].operation_matching: '[' is no regular expression")
    assert second.startswith(f"{tmp_path}/b.yaml:4: objectives[0].sql: ")


def test_a_server_is_asked_about_services(tmp_path: Path, world: World, run: Run) -> None:
    """Only a server knows which there are."""
    world.requests(1)
    path = tmp_path / "g.yaml"
    path.write_text(f"service: {world.service}\n{GOOD}")
    server = ("--server", str(world.client.base_url))
    assert run("gate", "validate", str(path), *server).exit_code == 0
    path.write_text(f"service: {world.service[:-1]}\n{GOOD}")
    assert run("gate", "validate", str(path)).exit_code == 0
    told = run("gate", "validate", str(path), *server)
    assert told.exit_code == 2
    assert f"{path}:1: service: nothing was ever heard" in told.stderr
    assert f"did you mean {world.service}?" in told.stderr


def test_nothing_to_check_is_no_success(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline that looks in the wrong place hears of it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quality").mkdir()
    for arguments in ((), (str(tmp_path),)):
        told = run("gate", "validate", *arguments)
        assert told.exit_code == 2
        assert "no gate" in told.stderr


def test_the_schema_is_one(run: Run) -> None:
    """Editors take it as it is."""
    Draft202012Validator.check_schema(json.loads(run("gate", "schema").stdout))


def test_a_gate_of_keptn_is_imported(tmp_path: Path, run: Run) -> None:
    """What is printed is a valid document, with what needs a look in comments; what is wrong has file, line and hint."""
    slo = tmp_path / "slo.yaml"
    slo.write_text('objectives:\n  - sli: response_time_p95\n    pass:\n      - criteria: ["<=+10%", "<600"]\n')
    told = run("gate", "import-keptn", str(slo), "--name", "carts")
    assert told.exit_code == 0
    assert told.stdout.startswith("# objectives[0]: numbers without a unit are read as milliseconds\n")
    assert yaml.safe_load(told.stdout)["objectives"][0]["pass"] == ["<= +10% of baseline", "< 600ms"]
    (tmp_path / "carts.yaml").write_text(told.stdout)
    assert run("gate", "validate", str(tmp_path / "carts.yaml")).exit_code == 0
    slo.write_text("objectives:\n  - sli: a\n    pas: []\n")
    told = run("gate", "import-keptn", str(slo))
    assert told.exit_code == 2
    assert f"{slo}:3: objectives[0].pas: unknown key" in told.stderr
    slo.write_text("objectives: [")
    assert run("gate", "import-keptn", str(slo)).exit_code == 2
