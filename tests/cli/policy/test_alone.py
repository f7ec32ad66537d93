"""The commands that need no server. The engine has one store per process, so each runs in one of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.cli.policy.conftest import POLICIES

from assay.policies.cases import read_cases

_SECONDS = 300
EXAMPLES = sorted(Path(str(files("assay.policies"))).rglob("examples/*.yaml"))
_PAGE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text("utf-8")
SHOWN = "".join(
    block for block in re.findall(r"^```yaml\n(.*?)^```", _PAGE, re.DOTALL | re.MULTILINE) if block.startswith("- ")
)
CASES = {**{path.stem: path.read_text("utf-8") for path in EXAMPLES if path.parent.parent.name != "sampling"}, "docs": SHOWN}
CASES |= {f"sampling {path.stem}": path.read_text("utf-8") for path in EXAMPLES if path.parent.parent.name == "sampling"}
NAMES = [(name, case.name) for name, text in CASES.items() for case in read_cases(text, name)]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    command = [sys.executable, "-m", "assay", "policy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False, env=environment)


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What differs in each example that is shipped or shown, by file and name, from the JUnit file that the command writes."""
    directory = tmp_path_factory.mktemp("examples")
    for name, text in CASES.items():
        (directory / f"{name}.yaml").write_text(text, "utf-8")
    _run("test", *(str(directory / f"{name}.yaml") for name in CASES), "--junit", str(directory / "junit.xml"))
    return {
        (Path(case.get("classname", "")).stem, case.get("name", "")): case.findtext("failure", "")
        for case in ElementTree.parse(directory / "junit.xml").iter("testcase")
    }


@pytest.mark.parametrize(("file", "name"), NAMES, ids=[f"{file}: {name}" for file, name in NAMES])
def test_each_example_holds(failures: dict[tuple[str, str], str], file: str, name: str) -> None:
    """What comes with Assay does what its examples say, and so does what the page about policies shows."""
    assert failures[file, name] == ""


def test_a_case_that_fails_says_how_and_exits_with_1(tmp_path: Path) -> None:
    """Each difference names row and key, with what was expected and what was found; the policies may come from a file."""
    policies, cases = tmp_path / "assay.yaml", tmp_path / "cases.yaml"
    policies.write_text(POLICIES, "utf-8")
    cases.write_text(
        """
- name: wrong
  given:
    - {trace: a, name: one, attributes: {http.method: GET, contact: joe@example.com}}
    - {trace: a, name: two}
  expected:
    spans: [{name: uno, attributes: {http.method: GET, contact: '~ \\[email\\]'}}]
    filtered: {noise: 1}
    traces: {a: {kept: true, policy: slow}, b: {kept: false}}
- name: right
  given: [{log: quiet, severity: TRACE}]
  expected: {logs: [], filtered: {noise: 1}}
""",
        "utf-8",
    )
    result = _run("test", str(cases), "--config", str(policies), "-v")
    assert result.returncode == 1, result.stderr
    assert [line.strip() for line in result.stdout.splitlines()] == [
        f"FAILS  {cases}: wrong",
        "spans[0].attributes.http.method: expected 'GET', but it is not there",
        "spans[0].attributes.http.request.method: not expected, found 'GET'",
        "spans[0].attributes.qms.phase: not expected, found 'production'",
        "spans[0].name: expected 'uno', found 'one'",
        'spans[1]: stored, but not expected: {"name":"two","attributes":{"qms.phase":"production"}}',
        "filtered.noise: expected 1, found 0",
        "traces.a: expected kept, found sampled out, by no policy",
        "traces.b: there is no span of it",
        f"holds  {cases}: right",
        "2 cases, 1 failure",
    ]


def test_a_good_file_is_valid_and_explained(tmp_path: Path) -> None:
    """A file whose policies can be used exits with 0, and its SQL can be read without a server."""
    path = tmp_path / "assay.yaml"
    path.write_text(POLICIES, "utf-8")
    checked = _run("check", str(path))
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.startswith(f"{path} is valid: ")
    explained = _run("explain", "filters", "--config", str(path))
    assert "'noise'" in explained.stdout


def test_a_wrong_file_is_refused_with_2(tmp_path: Path) -> None:
    """What only the engine can know is found without a server, and told with line, key and hint."""
    path = tmp_path / "assay.yaml"
    path.write_text("policies:\n  filters:\n    noise:\n      condition: SpanName =\n", "utf-8")
    checked = _run("check", str(path))
    assert checked.returncode == 2
    assert checked.stderr.startswith(f"error: {path}:4: policies.filters.noise.condition: ")
    assert "hint: " in checked.stderr


def test_the_schema_knows_what_the_reader_knows() -> None:
    """The JSON schema has every section, step and option, and no more."""
    schema = json.loads(_run("schema").stdout)
    assert list(schema["properties"]) == ["filters", "enrichment", "scrubbing", "sampling"]
    assert list(schema["properties"]["enrichment"]["properties"]) == ["resource", "span", "log", "point"]
    assert set(schema["properties"]["scrubbing"]["properties"]) == {"enabled", "words", "detectors", "key_rules"}
    assert "hot_window" in schema["properties"]["sampling"]["properties"]
    assert "Policy" in schema["$defs"]
