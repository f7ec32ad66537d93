from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
from click.testing import CliRunner
from tests.conftest import Store
from tests.intake import serving_events

from assay.cli.main import program
from assay.core.ports import Engine


def test_a_check_without_data_does_not_succeed(server: str) -> None:
    """In a window without telemetry every assessed control has no data, the score is 0 and the exit code 1."""
    within = ["--since", "1971-01-01T00:00:00Z", "--until", "1971-01-02T00:00:00Z"]
    ran = CliRunner().invoke(program, ["compliance", "check", "--dry-run", "--json", "--server", server, *within])
    assert ran.exit_code == 1, ran.output
    (answer,) = json.loads(ran.output)["assessments"]
    assert answer["score"] == 0
    assert {control["result"] for control in answer["controls"]} == {"no_data", "not_assessed"}


def test_what_failed_is_told_with_what_to_do_next(engine: Engine, store: Store) -> None:
    """Below what checks came to there is a line for each that failed."""
    with serving_events(engine, store) as url:
        deployed = {
            "service.name": "careless",
            "deployment.id": "careless/1",
            "deployment.environment.name": "test",
            "deployment.status": "succeeded",
        }
        event = {"event": "qms.deployment.finished", "time": "1973-05-01T12:00:00Z", "attributes": deployed}
        httpx.post(f"{url}/api/v1/events", json=event).raise_for_status()
        within = ["--since", "1973-05-01T00:00:00Z", "--until", "1973-05-02T00:00:00Z"]
        ran = CliRunner().invoke(program, ["compliance", "check", "--dry-run", "--server", url, *within])
    assert ran.exit_code == 1, ran.output
    assert re.search(r"deployment_revisions +send vcs.ref.head.revision with the deployment", ran.output)


def test_an_unknown_framework_is_wrong_input(server: str) -> None:
    """A framework that does not exist is refused with exit code 2 and the names of those that do."""
    ran = CliRunner().invoke(program, ["compliance", "check", "--dry-run", "--server", server, "--framework", "x"])
    assert ran.exit_code == 2
    assert "qms-phase-4" in ran.output


def test_controls_are_listed_with_the_checks_that_speak_for_them(server: str) -> None:
    """Without a framework the frameworks are listed, with one its controls; those without checks only if asked for."""
    run = CliRunner().invoke
    assert "nist-800-53-r5" in run(program, ["compliance", "controls", "--server", server]).output
    asked = ["compliance", "controls", "--server", server, "--framework", "soc2"]
    some, all_of_them = run(program, asked).output, run(program, [*asked, "--all"]).output
    assert "deployments_gated" in some
    assert "CC1.1" not in some
    assert "CC1.1" in all_of_them
    assert json.loads(run(program, [*asked, "--json"]).output)["problems"] == []
    assert run(program, ["compliance", "controls", "--server", server, "--framework", "x"]).exit_code == 2


def test_documents_are_checked_without_a_server(tmp_path: Path) -> None:
    """What can be used is named; what cannot is told with file, line and hint, and exit code 2."""
    (tmp_path / "w.yaml").write_text(
        "kind: compliance_waivers\nwaivers: [{check: clocks, owner: a, reason: b, expires: 2262-01-01}]\n", "utf-8"
    )
    run = CliRunner().invoke(program, ["compliance", "validate", str(tmp_path)])
    assert (run.exit_code, run.output) == (0, f"{tmp_path / 'w.yaml'} is valid: 1 waiver\n")
    (tmp_path / "f.yaml").write_text("kind: compliance_framework\nid: f\ntitel: F\ncontrols: []\n", "utf-8")
    run = CliRunner().invoke(program, ["compliance", "validate", str(tmp_path)])
    named = [
        "3: titel: unknown key (did you mean title?)",
        "4: controls: it is no list of controls (write a list of id, title and checks)",
    ]
    assert (run.exit_code, run.output) == (2, "".join(f"{tmp_path / 'f.yaml'}:{each}\n" for each in named))
    empty = tmp_path / "empty"
    empty.mkdir()
    assert CliRunner().invoke(program, ["compliance", "validate", str(empty)]).exit_code == 2


def test_the_newest_assessment_is_reported_on(server: str, tmp_path: Path) -> None:
    """A framework that was never assessed has no report and says what to do; with --now it cannot be kept without intake."""
    asked = ["compliance", "report", "--server", server, "--framework", "nist-800-53-r5"]
    run = CliRunner().invoke(program, asked)
    assert (run.exit_code, "assess it with --now" in run.output) == (2, True)
    assert "try again later" in CliRunner().invoke(program, [*asked, "--now"]).output


def test_what_was_checked_is_scored_and_reported_on(engine: Engine, store: Store, tmp_path: Path) -> None:
    """The newest is reported on, --output writes the file, --json is OSCAL, --assessment chooses another; scores are shown."""
    with serving_events(engine, store) as url:
        within = ["--since", "1971-01-01T00:00:00Z", "--until", "1971-01-02T00:00:00Z"]
        told = CliRunner().invoke(program, ["compliance", "check", "--server", url, "--framework", "soc2", *within])
        assert (told.exit_code, "SOC 2, Trust Services Criteria: 0 % of assessed controls passed" in told.output) == (1, True)
        asked = ["compliance", "report", "--server", url, "--framework", "soc2"]
        page = tmp_path / "report.html"
        run = CliRunner().invoke(program, [*asked, "--format", "html", "--output", str(page)])
        assert (run.exit_code, run.output) == (0, f"{page} is written\n")
        assert page.read_text("utf-8").startswith("<!doctype html>")
        oscal = json.loads(CliRunner().invoke(program, [*asked, "--json"]).output)["assessment-results"]
        same = CliRunner().invoke(program, [*asked, "--assessment", oscal["metadata"]["version"], "--format", "markdown"])
        assert same.output.startswith("# SOC 2, Trust Services Criteria\n")
        score = CliRunner().invoke(program, ["compliance", "score", "--server", url, "--framework", "soc2"])
        assert (score.exit_code, "CC8.1" in score.output) == (0, True)
