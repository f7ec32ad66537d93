from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.cli.conftest import Run
from tests.quality.gates.world import World

STRICT: dict[str, Any] = {"measure": "error_rate", "pass": "<= 1%", "warn": "<= 5%"}


@pytest.mark.parametrize(
    ("good", "bad", "options", "code", "words"),
    [
        (99, 1, (), 0, ": passed"),
        (99, 1, ("--strict",), 0, ": passed"),
        (98, 2, (), 0, ": warning"),
        (98, 2, ("--strict",), 3, ": warning"),
        (90, 10, (), 1, ": failed"),
        (90, 10, ("--version", "1.0"), 4, ": failed, as it could not be decided"),
        (0, 0, (), 4, ": failed, as it could not be decided"),
    ],
)
def test_the_exit_code_is_the_verdict(
    world: World, run: Run, good: int, bad: int, options: tuple[str, ...], *, code: int, words: str
) -> None:
    """0 passed, 1 failed, 3 a warning that must not be; without traffic, or of another version, it is neither: 4."""
    world.requests(1, minutes_ago=60)
    if good:
        world.requests(good, bad, version="2.0")
    told = run("gate", "check", world.gate(STRICT), *options)
    assert (told.exit_code, words in told.stdout.splitlines()[0]) == (code, True), told.output


def test_what_was_not_evaluated_is_2(world: World, run: Run) -> None:
    """A gate that is not there or wrong, a service that nobody knows, or no server: nothing was said of a release."""
    world.requests(50)
    gate, wrong = world.gate(STRICT), world.gate({**STRICT, "pass": "<= 1"})
    cases = [
        (gate + "x", (), f"did you mean {gate}?"),
        (wrong, (), f"{wrong}.yaml:7: objectives[0].pass: '<= 1': 1 has no unit"),
        (gate, ("--service", "nobody"), "nobody"),
        (gate, ("--window", "90s"), "whole minutes"),
        (gate, ("--server", "http://127.0.0.1:9"), "No Assay answers"),
        (gate, ("--format", "yaml"), "--format"),
    ]
    for name, options, words in cases:
        told = run("gate", "check", name, *options)
        assert (told.exit_code, told.stdout) == (2, "")
        assert words in told.stderr.replace("\n", "")


def test_text_says_what_why_and_where_to_look(world: World, run: Run) -> None:
    """Each objective with value, criterion, baseline and reason; of those that failed the traces."""
    world.requests(9)
    (failed,) = world.requests(0, 1)
    gate = world.gate(STRICT, {"measure": "latency_p95", "pass": "<= +10% of baseline"}, {"measure": "throughput"})
    told = run("gate", "check", gate, "--sql")
    assert told.exit_code == 1
    for words in (
        "10% <= 1% does not hold",
        "missing_baseline (failed)",
        "no earlier evaluation passed",
        "it has no criteria",
        "<= 1%; warning <= 5%",
        f"error_rate: trace {failed}, failed, 100 ms",
        "FROM assay_service_metrics_within",
        "'service': '" + world.service,
    ):
        assert words in told.stdout


def test_json_is_the_whole_answer(world: World, run: Run) -> None:
    """The same with --json, as all commands have it; the statements are there if asked for."""
    world.requests(50)
    gate = world.gate(STRICT)
    told = json.loads(run("gate", "check", gate, "--format", "json", "--sql").stdout)
    assert "FROM assay_service_metrics_within" in told["objectives"][0]["resolved"]["sql"]
    assert json.loads(run("gate", "check", gate, "--json").stdout)["objectives"][0]["resolved"] is None
    assert json.loads(run("gate", "evaluation", told["id"], "--json").stdout) == told


def test_markdown_is_for_summaries(world: World, run: Run) -> None:
    """A table that a cell cannot break, and the statements in blocks."""
    world.requests(50)
    gate = world.gate({**STRICT, "name": "errors", "operation_matching": "GET|POST"})
    lines = run("gate", "check", gate, "--format", "markdown", "--sql").stdout.splitlines()
    assert lines[0] == f"## {gate}: passed"
    (row,) = [line for line in lines if line.startswith("| errors")]
    assert row.split(" | ")[1:5] == ["passed", "0%", "<= 1%; warning <= 5%", "-"]
    assert "```sql" in lines


def test_junit_is_for_test_reports(world: World, run: Run) -> None:
    """The gate and each objective are test cases; what cannot be decided is an error; what is left out or shown is skipped."""
    world.requests(40, 10)
    gate = world.gate(
        {**STRICT, "name": "errors & <omissions>"},
        {"measure": "latency_p95", "pass": "<= +10% of baseline", "undecided": {"missing_baseline": "ignore"}},
        {"measure": "latency_p50", "pass": "<= 1s"},
        {"measure": "latency_p99", "pass": "<= +10% of baseline"},
        {"measure": "throughput"},
    )
    told = run("gate", "check", gate, "--format", "junit")
    assert told.exit_code == 1
    suites = ElementTree.fromstring(told.stdout)
    (suite,) = suites
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["6", "2", "1"]
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {
        f"gate {gate}": ["failure"],
        "errors & <omissions>": ["failure"],
        "latency_p95": ["skipped"],
        "latency_p50": ["system-out"],
        "latency_p99": ["error"],
        "throughput": ["skipped"],
    }
    failure = suite.find("testcase[2]/failure")
    assert failure is not None
    assert failure.get("message") == "failed: 20% <= 1% does not hold; 20% <= 5% does not hold"


def test_a_score_that_makes_up_is_no_failure_in_junit(world: World, run: Run) -> None:
    """A report with a failure in it stops pipelines, and this gate passed."""
    world.requests(40, 10)
    gate = world.gate(STRICT, {"measure": "latency_p50", "pass": "<= 1s", "weight": 9}, score={"pass": "90%"})
    told = run("gate", "check", gate, "--format", "junit")
    assert told.exit_code == 0
    assert "<failure" not in told.stdout


def test_the_pipeline_is_kept_with_it(world: World, run: Run) -> None:
    """Commit, run and deployment are known of an evaluation; nobody has to name them but the last."""
    world.requests(50)
    variables = {
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": "a" * 40, "GITHUB_RUN_ID": "7",
    }  # fmt: skip
    told = run("gate", "check", world.gate(STRICT), "--deployment", "d1", "--json", variables=variables)
    assert json.loads(told.stdout)["links"] == {
        "vcs.ref.head.revision": "a" * 40,
        "vcs.repository.url.full": "https://github.com/acme/shop",
        "cicd.pipeline.run.id": "7",
        "cicd.pipeline.run.url.full": "https://github.com/acme/shop/actions/runs/7",
        "deployment.id": "d1",
    }


def test_what_was_said_is_listed(world: World, run: Run) -> None:
    """The history, the gates and one gate, for people and for programs."""
    world.requests(50)
    gate = world.gate(STRICT, description="Before production", stage="canary")
    assert "never evaluated" in run("gate", "list").stdout
    run("gate", "check", gate)
    history = run("gate", "history", gate)
    assert world.service in history.stdout
    assert json.loads(run("gate", "history", "--service", world.service, "--json").stdout)["evaluations"][0]["gate"] == gate
    assert json.loads(run("gate", "history", gate, "--result", "failed", "--json").stdout)["evaluations"] == []
    shown = run("gate", "show", gate).stdout
    for words in ("Before production", "stage canary", "<= 1%", "Last: passed"):
        assert words in shown
    assert json.loads(run("gate", "show", gate, "--json").stdout)["stage"] == "canary"
    assert gate in {each["name"] for each in json.loads(run("gate", "list", "--json").stdout)["gates"]}
