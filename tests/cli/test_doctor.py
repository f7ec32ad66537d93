from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.signals import Signal

_PAGE = Path(__file__).parents[2] / "docs/conventions.md"
_TRACE = "d0" * 16


@pytest.fixture(scope="module")
def ill(store: Store) -> str:
    """A service that does some things wrong."""
    made = [
        span(_TRACE, 1, name="GET /carts/4711", start_ns=time.time_ns() - 60 * SECOND),
        span(_TRACE, 2, 1, name="load | cart", start_ns=time.time_ns() - 60 * SECOND, values={"http.method": "GET"}),
    ]
    store(Signal.TRACES, traces("doctor-ill", made, {"service.version": "1"}))
    return "doctor-ill"


def test_what_is_wrong_is_told_in_three_forms(run: Run, ill: str) -> None:
    """Text, Markdown and JSON have the score, the offender, what to do instead and a trace."""
    told = run("doctor", "--service", ill).stdout
    assert re.search(rf"^{ill}  \d+(\.\d)? of 100  ", told, re.MULTILINE)
    assert "looked at 2 of 2 spans" in told
    assert f"1x GET /carts/{{id}} → name it so; what differs belongs into attributes; trace {_TRACE}" in told
    assert "✓" not in told
    assert "✓ Every span names its service (service_name_missing, 2 checked)" in run("doctor", "--service", ill, "--all").stdout
    report = run("doctor", "--service", ill, "--format", "markdown").stdout
    assert f"## {ill}: " in report
    assert all(line.replace("\\|", "").count("|") == 7 for line in report.splitlines() if line.startswith("|"))
    (service,) = json.loads(run("doctor", "--service", ill, "--format", "json").stdout)["services"]
    assert service["results"][0]["cost"] == max(result["cost"] for result in service["results"])
    assert service["score"] < 100
    assert run("doctor", "--service", ill, "--json").stdout.startswith("{")


def test_too_low_a_score_fails(run: Run, ill: str) -> None:
    """With --fail-under a score below it, or nothing to score, is exit code 1 with the reason; a score above is 0."""
    low = run("doctor", "--service", ill, "--fail-under", "99")
    assert (low.exit_code, low.stderr) == (1, f"failed: less than 99 or no score: {ill}\n")
    assert run("doctor", "--service", ill, "--fail-under", "1").exit_code == 0
    none = run("doctor", "--service", "nobody-at-all", "--fail-under", "1")
    assert (none.exit_code, none.stderr) == (1, "failed: nothing came in, so there is nothing to score\n")
    assert "there is no score" in none.stdout


def test_a_service_without_a_score_fails(run: Run, ill: str) -> None:
    """Where no rule applies there is no score, the reason is told, and no limit is met."""
    asked = ("doctor", "--service", ill, "--rule", "error_reason_missing")
    assert f"{ill}  no score  no rule applies to what it sent" in run(*asked).stdout
    assert run(*asked, "--fail-under", "0").exit_code == 1


def test_the_sql_of_a_rule_is_shown_and_runs(run: Run, ill: str) -> None:
    """--explain gives the statement with its parameters; asked by itself it gives what the answer says."""
    asked = ("doctor", "--service", ill, "--rule", "span_name_unbounded", "--explain")
    answer = json.loads(run(*asked, "--json").stdout)
    (explained,) = answer["statements"]
    values = [f"--parameter={name}={value}" for name, value in explained["parameters"].items()]
    (row,) = json.loads(run("sql", explained["sql"], *values, "--json").stdout)["rows"]
    (result,) = answer["services"][0]["results"]
    assert list(map(int, row[1:3])) == [result["checked"], result["found"]] == [2, 1]
    assert explained["sql"] in run(*asked).stdout
    assert "```sql" in run(*asked, "--format", "markdown").stdout


def test_an_unknown_rule_is_refused(run: Run) -> None:
    """A rule that does not exist is wrong input, and the hint names those that do."""
    done = run("doctor", "--rule", "span_names")
    assert done.exit_code == 2
    assert "There is no rule 'span_names'" in done.stderr
    assert "span_name_unbounded" in done.stderr


def test_the_examples_of_the_page_work(run: Run, ill: str) -> None:
    """Each command of docs/conventions.md is answered."""
    commands = re.findall(r"^assay (doctor.*)$", _PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        assert run(*shlex.split(command)).exit_code == 0, command
