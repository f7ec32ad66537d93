from __future__ import annotations

import json
import shlex
import time
from datetime import UTC, datetime

from tests.cli.conftest import Run
from tests.conftest import Store
from tests.quality.delivering import World

from assay.core.signals import Signal


def _at(days_ago: float) -> str:
    return datetime.fromtimestamp(time.time() - days_ago * 86400, UTC).isoformat()


def test_the_metrics_are_printed_in_three_forms(run: Run, store: Store) -> None:
    """A table for people, Markdown for a report and JSON for programs tell the same; a dash stands for no data."""
    world = World()
    for request in world.requests(
        [
            {"deployment": "d1", "at": _at(2)},
            {"deployment": "d2", "at": _at(1), "status": "failed"},
            {"resolved": "i1", "at": _at(1)},
        ]
    ):
        store(Signal.LOGS, request)
    asked = ("dora", "--service", world.service, "--window", "7")
    lines = run(*asked).stdout.splitlines()
    assert any(line.split()[:4] == ["change", "failure", "rate", "50.0"] for line in lines)
    assert any(line.split()[:4] == ["change", "lead", "time", "-"] for line in lines)
    assert "1 failed deployment: 1 by status" in lines
    assert "1 not recovered yet" in lines
    assert "1 resolved incidents of which no beginning is known" in lines
    assert f"## {world.service}, production" in run(*asked, "--format", "markdown").stdout
    answer = json.loads(run(*asked, "--format", "json").stdout)
    assert answer["groups"][0]["metrics"]["change_failure_rate"]["value"] == 0.5
    assert "```sh" in run(*asked, "--format", "markdown", "--explain").stdout


def test_an_explanation_can_be_asked_again(run: Run, store: Store) -> None:
    """Each statement is printed as a command, which gives the number of the table."""
    world = World()
    events = [{"change": "c1", "at": _at(2)}, {"deployment": "d1", "at": _at(1), "revision": "c1"}]
    for request in world.requests(events):
        store(Signal.LOGS, request)
    printed = run("dora", "--service", world.service, "--explain").stdout
    command, _, rest = printed.partition("# change_lead_time\n")[2].partition(" - <<'SQL'\n")
    sql = rest.partition("\nSQL\n")[0]
    answer = json.loads(run(*shlex.split(command)[1:], sql, "--json").stdout)
    assert answer["rows"][0][[column["name"] for column in answer["columns"]].index("n")] == 1
    assert [line.split()[-3:] for line in printed.splitlines() if line.startswith("change lead time")] == [["1", "high", "-"]]


def test_nothing_known_is_said(run: Run) -> None:
    """Where nothing was reported the answer says how to report."""
    assert "assay deployment" in run("dora", "--service", "nobody").stdout
