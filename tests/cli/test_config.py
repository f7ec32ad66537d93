from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from assay.cli.main import program
from assay.core.config import Config


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ASSAY_")]:
        monkeypatch.delenv(name)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["config", *arguments])


def test_show_prints_the_defaults() -> None:
    """What `config show` prints is YAML and, without a file or variables, the defaults."""
    result = _run("show")
    assert result.exit_code == 0
    assert yaml.safe_load(result.output) == Config().model_dump(mode="json")
    assert "#" not in result.output


def test_show_says_where_a_value_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value from the file or the environment carries its origin; the variable wins and is named."""
    path = tmp_path / "assay.yaml"
    path.write_text("api: {port: 1}\nstore: {streams: 3}\n", "utf-8")
    monkeypatch.setenv("ASSAY_API__PORT", "2")
    lines = [line.strip() for line in _run("show", "--config", str(path)).output.splitlines()]
    assert "port: 2  # ASSAY_API__PORT" in lines
    assert f"streams: 3  # {path}" in lines


def test_show_can_be_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The printed configuration is a valid file that means the same."""
    monkeypatch.setenv("ASSAY_RECEIVERS__OTLP__HTTP__CORS_ORIGINS", '["https://a.example"]')
    shown = _run("show").output
    monkeypatch.delenv("ASSAY_RECEIVERS__OTLP__HTTP__CORS_ORIGINS")
    path = tmp_path / "assay.yaml"
    path.write_text(shown, "utf-8")
    assert yaml.safe_load(_run("show", "--config", str(path)).output) == yaml.safe_load(shown)


def test_the_file_can_be_named_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ASSAY_CONFIG names the file when no flag does."""
    path = tmp_path / "assay.yaml"
    path.write_text("log_level: debug\n", "utf-8")
    monkeypatch.setenv("ASSAY_CONFIG", str(path))
    assert f'log_level: "debug"  # {path}' in _run("show").output


def test_validate_accepts_a_good_file(tmp_path: Path) -> None:
    """A valid file exits with 0."""
    path = tmp_path / "assay.yaml"
    path.write_text("retention: {traces_days: 90}\n", "utf-8")
    result = _run("validate", str(path))
    assert (result.exit_code, result.output) == (0, f"{path} is valid\n")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("retention: {trace_days: 90}", "retention.trace_days: unknown key"),
        ("api: {port: http}", "api.port: "),
        ("a: [", "a: ["),
    ],
)
def test_validate_refuses_a_bad_file(tmp_path: Path, text: str, named: str) -> None:
    """A mistake is named on stderr with a hint, and the exit code is 2."""
    path = tmp_path / "assay.yaml"
    path.write_text(text, "utf-8")
    result = _run("validate", str(path))
    assert result.exit_code == 2
    assert named in result.stderr
    assert "hint: " in result.stderr


def test_schema_is_the_one_of_the_model() -> None:
    """`config schema` prints the JSON schema of all keys, with more of what is read by others than the model."""
    printed, model = json.loads(_run("schema").output), Config.model_json_schema()
    assert printed["properties"].pop("exporters")["description"] == model["properties"].pop("exporters")["description"]
    assert printed["properties"] == model["properties"]
    assert printed["$defs"].items() >= model["$defs"].items()


@pytest.mark.parametrize(
    ("exporter", "said"),
    [
        ("type: zipkin\n    endpont: http://z", "assay.yaml:4: exporters.x.endpont: unknown key\nhint: did you mean endpoint?"),
        ("type: console\n    conditions: {logs: NoSuchColumn = 1}", "assay.yaml:4: exporters.x.conditions.logs: "),
    ],
)
def test_validate_looks_into_exporters(tmp_path: Path, exporter: str, said: str) -> None:
    """An option that is unknown and a condition that the engine refuses are told with line and key, as at a start."""
    path = tmp_path / "assay.yaml"
    path.write_text(f"exporters:\n  x:\n    {exporter}\n", "utf-8")
    # The condition is asked of an engine, and this process may have one.
    command = [sys.executable, "-m", "assay", "config", "validate", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, said in result.stderr) == (2, True), result.stderr


def test_schema_describes_every_destination() -> None:
    """The schema has the options of each type, with their meaning, and refers to nothing that is not there."""
    schema = json.loads(_run("schema").output)
    kinds = {each["title"]: each for each in schema["properties"]["exporters"]["additionalProperties"]["oneOf"]}
    assert {"otlp/grpc", "prometheus", "zipkin", "elasticsearch", "statsd"} <= kinds.keys()
    assert kinds["zipkin"]["properties"]["type"]["const"] == "zipkin"
    assert all("description" in option for option in kinds["prometheus"]["properties"].values())
    referred = set(re.findall(r"#/\$defs/(\w+)", json.dumps(schema)))
    assert referred <= schema["$defs"].keys()
