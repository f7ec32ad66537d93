"""What pipelines report, from a real repository and against a real server."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.cli.conftest import Run

from assay.cli import _report
from assay.cli._git import normalize_url
from assay.cli._pipeline import read_pipeline

ZONE = timezone(timedelta(hours=1))
NOW = datetime.now(ZONE).replace(microsecond=0)
TIMES = [(NOW - timedelta(days=days)).isoformat() for days in (3, 2, 1)]
AUTHORED = (NOW - timedelta(days=30)).isoformat()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def service() -> str:
    return f"shop-{uuid4()}"


@pytest.fixture
def commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make a repository with three commits, the last of which undoes the second, work in it, and give the revisions."""
    monkeypatch.chdir(tmp_path)

    def git(*arguments: str, **variables: str) -> str:
        environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"} | variables
        identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main"]
        done = subprocess.run(["git", *identity, *arguments], env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init")
    git("remote", "add", "origin", "git@github.com:acme/shop.git")
    revisions: list[str] = []
    for number, time in enumerate(TIMES):
        message = f"Change {number}" if number < 2 else f'Revert "Change 1"\n\nThis reverts commit {revisions[1]}.'
        dates = {"GIT_COMMITTER_DATE": time, "GIT_AUTHOR_DATE": AUTHORED if number == 1 else time}
        git("commit", "--allow-empty", "-m", message, **dates)
        revisions.append(git("rev-parse", "HEAD"))
    return revisions


def events(report: Run, **conditions: str) -> list[dict[str, Any]]:
    """Return the events that meet all conditions, the newest first."""
    options = [word for name, value in conditions.items() for word in (f"--{name}", value)]
    found: list[dict[str, Any]] = json.loads(report("events", "list", "--since", "60d", "--json", *options).stdout)["events"]
    return found


def plain(event: dict[str, Any], name: str) -> Any:
    value = event["attributes"][name]["value"]
    return [each["value"] for each in value] if isinstance(value, list) else value


def test_a_deployment_brings_its_commits(report: Run, commits: list[str], service: str) -> None:
    """The commits between two deployments are reported with their times, and what a revert undoes."""
    done = report("deployment", "finished", "--service", service, "--environment", "prod", "--previous", commits[0])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Reported deployment/")
    assert done.stdout.endswith(" and 2 more\n")
    [deployed] = events(report, service=service, event="qms.deployment.finished")
    assert plain(deployed, "qms.deployment.commits") == [commits[2], commits[1]]
    assert plain(deployed, "vcs.ref.head.revision") == commits[2]
    assert plain(deployed, "vcs.ref.base.revision") == commits[0]
    assert plain(deployed, "vcs.repository.url.full") == "https://github.com/acme/shop"
    assert (deployed["environment"], deployed["source"]) == ("production", "cli")
    revert, change = events(report, service=service, event="qms.change.committed")
    assert [instant(revert["time"]), instant(change["time"])] == [instant(TIMES[2]), instant(TIMES[1])]
    assert (plain(revert, "qms.change.reverts"), plain(revert, "qms.change.category")) == ([commits[1]], "revert")
    assert instant(plain(change, "qms.change.started_at")) == instant(AUTHORED)
    assert "qms.change.started_at" not in revert["attributes"]


def test_the_previous_deployment_is_known(report: Run, commits: list[str], service: str) -> None:
    """Without --previous Assay is asked what was deployed there before; another environment does not matter."""
    to = ["deployment", "finished", "--service", service, "--environment"]
    report(*to, "production", "--revision", commits[0], "--time", TIMES[0])
    report(*to, "staging", "--revision", commits[1], "--time", TIMES[1])
    report(*to, "production", "--status", "failed", "--revision", commits[1], "--time", TIMES[1])
    assert report(*to, "production").exit_code == 0
    last = events(report, service=service, event="qms.deployment.finished", environment="production")[0]
    assert plain(last, "qms.deployment.commits") == [commits[2], commits[1]]


def test_a_step_that_runs_twice_reports_once(report: Run, commits: list[str], service: str) -> None:
    """In a pipeline the deployment is known by its run, so that a repeated step is the same event."""
    run = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "2"}
    for _ in range(2):
        done = report("deployment", "finished", "--service", service, "--environment", "test", variables=run)
    assert done.stdout == f"Reported deployment/github/acme/shop/7.2/{service}/test and 1 more\n"
    [deployed] = events(report, service=service, event="qms.deployment.finished")
    assert plain(deployed, "qms.deployment.commits") == [commits[2]]


def test_commits_that_are_not_there(report: Run, commits: list[str], service: str) -> None:
    """A shallow clone is explained: an error if the previous commit was named, else a warning and no commits."""
    to = ["deployment", "finished", "--service", service, "--environment", "test"]
    done = report(*to, "--previous", "f" * 40)
    assert (done.exit_code, "fetch-depth: 0" in done.stderr) == (2, True)
    report(*to, "--revision", "e" * 40, "--no-commits")
    done = report(*to)
    assert (done.exit_code, "commits are not reported" in done.stderr) == (0, True)


def test_changes_can_be_reported_alone(report: Run, commits: list[str], service: str) -> None:
    """The last commit, or all since another one, with a category."""
    assert report("change", "committed", "--service", service).stdout == f"Reported change/{commits[2]}\n"
    done = report("change", "committed", "--service", service, "--since", commits[0], "--category", "hotfix", "--json")
    assert json.loads(done.stdout)["accepted"] == 2
    assert {plain(each, "qms.change.category") for each in events(report, service=service)} == {"hotfix"}
    assert "no commits" in report("change", "committed", "--since", "HEAD").stderr


def test_an_incident_opens_and_ends(report: Run, service: str) -> None:
    """Causes and remedies are linked by id, and what contradicts itself is refused."""
    key = f"{service}/1"
    done = report(
        *["incident", "opened", key, "--service", service, "--severity", "high", "--caused-by", "d1", "--team", "payments"],
        *["--time", TIMES[1]],
    )
    assert done.stdout == f"Reported incident.opened/{key}\n"
    done = report("incident", "resolved", key, "--time", TIMES[0])
    assert (done.exit_code, "resolved before it was opened" in done.stderr) == (2, True)
    assert report("incident", "resolved", key, "--time", TIMES[2], "--remediated-by", "d2").exit_code == 0
    [opened] = events(report, service=service)
    assert (plain(opened, "qms.incident.cause.deployment_ids"), opened["team"]) == (["d1"], "payments")


def test_an_event_is_shown_in_full(report: Run, service: str) -> None:
    """Lists have one line per event; one event is shown with all of its attributes."""
    report("incident", "opened", f"{service}/1", "--service", service, "--title", "Down", "-a", "qms.event.revision=3")
    [line] = report("events", "list", "--service", service).stdout.splitlines()
    assert line.endswith(f" incident.opened {service} incident.opened/{service}/1")
    shown = report("events", "show", f"incident.opened/{service}/1").stdout
    assert "qms.incident.title  Down" in shown
    assert "qms.event.revision  3" in shown
    missing = report("events", "show", "nobody")
    assert (missing.exit_code, "hint: see `assay events list`" in missing.stderr) == (2, True)


def test_what_is_missing_is_named(report: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a pipeline and a repository the command says which option it needs."""
    monkeypatch.chdir(tmp_path)
    assert "add --service" in report("deployment", "finished", "--environment", "test").stderr
    assert "add --environment" in report("deployment", "finished", "--service", "x").stderr
    assert "add --revision" in report("change", "committed").stderr
    assert "key=value" in report("incident", "opened", "i", "--service", "x", "-a", "novalue").stderr


def test_a_dry_run_sends_nothing(report: Run, service: str) -> None:
    """The events are printed as they would be sent."""
    [form] = json.loads(report("incident", "opened", "i", "--service", service, "--dry-run").stdout)
    assert form["attributes"]["service.name"] == service
    assert events(report, service=service) == []


def test_a_pipeline_can_go_on_without_assay(report: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --ignore-errors a failure is a warning; without it the exit code says whether to try again."""
    monkeypatch.setattr(_report, "_PATIENCE_SECONDS", 0.0)
    away = {"ASSAY_SERVER": "http://127.0.0.1:9"}
    done = report("incident", "resolved", "i", variables=away)
    assert (done.exit_code, "No Assay answers" in done.stderr) == (1, True)
    done = report("incident", "resolved", "i", "--ignore-errors", variables=away)
    assert (done.exit_code, done.stderr.startswith("warning: not reported: No Assay answers")) == (0, True)
    done = report("incident", "resolved", "i", "-a", "qms.nothing=1", "--ignore-errors")
    assert (done.exit_code, "There is no attribute qms.nothing" in done.stderr) == (0, True)


def test_github_actions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repository, commit and run come from the variables of GitHub Actions."""
    monkeypatch.chdir(tmp_path)
    told = read_pipeline(
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_SHA": "c1",
            "GITHUB_RUN_ID": "7",
            "GITHUB_WORKFLOW": "Release",
        }
    )
    assert told["vcs.repository.url.full"] == "https://github.example/acme/shop"
    assert (told["vcs.owner.name"], told["vcs.repository.name"], told["vcs.ref.head.revision"]) == ("acme", "shop", "c1")
    assert told["cicd.pipeline.run.url.full"] == "https://github.example/acme/shop/actions/runs/7"
    assert "user.name" not in told


def test_gitlab_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitLab also tells the environment, and its tier, which is what other projects call so too."""
    monkeypatch.chdir(tmp_path)
    variables = {
        "GITLAB_CI": "true",
        "CI_PROJECT_URL": "https://gitlab.example/acme/web/shop",
        "CI_PROJECT_NAME": "shop",
        "CI_PROJECT_NAMESPACE": "acme/web",
        "CI_COMMIT_SHA": "c1",
        "CI_PIPELINE_ID": "9",
        "CI_ENVIRONMENT_NAME": "staging",
    }
    told = read_pipeline(variables)
    assert (told["deployment.environment.name"], told["vcs.owner.name"]) == ("staging", "acme/web")
    assert (told["cicd.pipeline.run.id"], told["vcs.provider.name"]) == ("9", "gitlab")
    named = read_pipeline({**variables, "CI_ENVIRONMENT_NAME": "shop-eu", "CI_ENVIRONMENT_TIER": "production"})
    assert named["deployment.environment.name"] == "production"


def test_jenkins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jenkins tells an address for Git, which is read as people open it."""
    monkeypatch.chdir(tmp_path)
    told = read_pipeline(
        {
            "JENKINS_URL": "https://jenkins.example/",
            "GIT_URL": "https://bot:secret@git.example:8443/acme/shop.git",
            "GIT_COMMIT": "c1",
            "GIT_BRANCH": "origin/main",
            "BUILD_TAG": "jenkins-shop-7",
        }
    )
    assert told["vcs.repository.url.full"] == "https://git.example:8443/acme/shop"
    assert (told["vcs.repository.name"], told["vcs.ref.head.name"]) == ("shop", "main")
    assert told["cicd.pipeline.run.id"] == "jenkins-shop-7"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop"),
        ("ssh://git@git.example:2222/acme/shop.git", "https://git.example/acme/shop"),
        ("https://user:token@github.com/acme/shop/", "https://github.com/acme/shop"),
        ("../shop.git", ""),
        ("file:///srv/shop.git", ""),
    ],
)
def test_addresses_of_repositories(url: str, shown: str) -> None:
    """However a repository is cloned, it has one address, without credentials."""
    assert normalize_url(url) == shown
