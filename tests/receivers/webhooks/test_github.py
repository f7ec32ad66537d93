"""GitHub's deliveries. Shapes by hand from docs.github.com/webhooks/webhook-events-and-payloads."""

from __future__ import annotations

from typing import Any

import pytest
from tests.receivers.webhooks.conftest import Webhooks

REPOSITORY = {
    "id": 1,
    "name": "shop",
    "full_name": "acme/shop",
    "owner": {"login": "acme"},
    "html_url": "https://github.com/acme/shop",
    "default_branch": "main",
}
SHA = "9d59409acf479dfa0df1aa568182e43e43df8bbe"


def deployment_status(state: str = "success", **deployment: Any) -> dict[str, Any]:
    return {
        "action": "created",
        "deployment_status": {
            "id": 5,
            "state": state,
            "created_at": "2025-11-03T10:05:00Z",
            "log_url": "https://github.com/acme/shop/actions/runs/7/job/8",
        },
        "deployment": {
            "id": 4711,
            "sha": SHA,
            "ref": "main",
            "task": "deploy",
            "environment": "Production",
            "transient_environment": False,
            "created_at": "2025-11-03T10:00:00Z",
            "creator": {"login": "ann"},
            **deployment,
        },
        "workflow_run": {"id": 7, "name": "Release", "html_url": "https://github.com/acme/shop/actions/runs/7"},
        "repository": REPOSITORY,
        "sender": {"login": "ann"},
    }


def issue(action: str, **changes: Any) -> dict[str, Any]:
    return {
        "action": action,
        "issue": {
            "number": 12,
            "title": "Checkout is down",
            "body": f"root cause: {SHA}",
            "html_url": "https://github.com/acme/shop/issues/12",
            "labels": [{"name": "Incident"}, {"name": "severity: high"}],
            "created_at": "2025-11-03T11:00:00Z",
            "updated_at": "2025-11-03T11:00:00Z",
            "closed_at": None,
            **changes,
        },
        "repository": REPOSITORY,
    }


async def test_a_finished_deployment(webhooks: Webhooks) -> None:
    """A deployment that has succeeded becomes one event with commit, run, environment and times; the raw message is kept."""
    [event] = await webhooks.events("github", deployment_status(), x_github_event="deployment_status", x_github_delivery="g-1")
    assert (event.name, event.id, event.time_ns) == (
        "qms.deployment.finished",
        "deployment/github/acme/shop/4711",
        1762164300 * 10**9,
    )
    expected = {
        "service.name": "shop",
        "deployment.environment.name": "production",
        "deployment.status": "succeeded",
        "vcs.ref.head.revision": SHA,
        "vcs.repository.url.full": "https://github.com/acme/shop",
        "cicd.pipeline.name": "Release",
        "cicd.pipeline.run.id": "7",
        "qms.deployment.started_at": "2025-11-03T10:00:00Z",
        "qms.event.source": "webhook/github",
        "qms.event.delivery_id": "g-1",
        "user.name": "ann",
    }
    assert {name: event[name] for name in expected} == expected
    assert '"transient_environment": false' in event.body


async def test_a_delivery_that_is_repeated_is_the_same_event(webhooks: Webhooks) -> None:
    """GitHub's redelivery gives the same id and revision, so that it counts once."""
    [first] = await webhooks.events("github", deployment_status(), x_github_event="deployment_status", x_github_delivery="g-1")
    [second] = await webhooks.events("github", deployment_status(), x_github_event="deployment_status", x_github_delivery="g-1")
    assert first.attributes == second.attributes


@pytest.mark.parametrize(("state", "status"), [("failure", "failed"), ("error", "failed")])
async def test_a_failed_deployment(webhooks: Webhooks, state: str, status: str) -> None:
    """Failures and errors are failed deployments."""
    [event] = await webhooks.events("github", deployment_status(state), x_github_event="deployment_status")
    assert event["deployment.status"] == status


async def test_a_rollback_is_told_by_its_task(webhooks: Webhooks) -> None:
    """A task such as deploy:rollback makes the deployment a rollback."""
    message = deployment_status(task="deploy:rollback")
    [event] = await webhooks.events("github", message, x_github_event="deployment_status")
    assert event["qms.deployment.kind"] == "rollback"


async def test_the_url_can_say_what_the_message_does_not(webhooks: Webhooks) -> None:
    """Service, environment and team in the URL win over the message."""
    query = "?service=orders&environment=staging&team=payments"
    [event] = await webhooks.events("github", deployment_status(), query, x_github_event="deployment_status")
    assert (event["service.name"], event["deployment.environment.name"], event["qms.team"]) == ("orders", "staging", "payments")


async def test_pushed_commits_are_changes(webhooks: Webhooks) -> None:
    """Each commit that reaches the default branch is a change with its time; a revert says what it undoes."""
    message = {
        "ref": "refs/heads/main",
        "commits": [
            {
                "id": SHA,
                "message": "Add a cart\n\nMore",
                "timestamp": "2025-11-03T09:00:00+01:00",
                "author": {"username": "ann"},
            },
            {
                "id": "b" * 40,
                "message": f'Revert "Add a cart"\n\nThis reverts commit {SHA}.',
                "timestamp": "2025-11-03T10:00:00+01:00",
                "author": {"name": "Bob"},
            },
        ],
        "repository": REPOSITORY,
    }
    first, second = await webhooks.events("github", message, x_github_event="push")
    assert (first.name, first["vcs.ref.head.revision"], first["vcs.change.title"]) == (
        "qms.change.committed",
        SHA,
        "Add a cart",
    )
    assert first.time_ns == 1762156800 * 10**9
    assert (second["qms.change.reverts"], second["qms.change.category"], second["user.name"]) == ([SHA], "revert", "Bob")
    assert await webhooks.ignored("github", {**message, "ref": "refs/heads/topic"}, x_github_event="push") == "other_branch"


async def test_a_merged_pull_request_tells_when_work_began(webhooks: Webhooks) -> None:
    """A squashed merge hides the first commit, so the change counts from when the pull request was made."""
    message = {
        "action": "closed",
        "pull_request": {
            "number": 99,
            "merged": True,
            "merged_at": "2025-11-03T09:00:00Z",
            "created_at": "2025-11-01T09:00:00Z",
            "merge_commit_sha": SHA,
            "title": "Add a cart",
            "labels": [{"name": "hotfix"}],
            "base": {"ref": "main"},
            "head": {"ref": "cart"},
            "user": {"login": "ann"},
        },
        "repository": REPOSITORY,
    }
    [event] = await webhooks.events("github", message, x_github_event="pull_request")
    assert (event["vcs.change.id"], event["qms.change.category"]) == ("99", "hotfix")
    assert event["qms.change.started_at"] == "2025-11-01T09:00:00Z"
    message["action"] = "opened"
    assert await webhooks.ignored("github", message, x_github_event="pull_request") == "not_merged"


async def test_issues_with_the_label_incident_are_incidents(webhooks: Webhooks) -> None:
    """Opening, closing and opening again become events of one incident, ordered by when they happened."""
    [opened] = await webhooks.events("github", issue("opened"), x_github_event="issues")
    assert (opened.name, opened["qms.incident.id"]) == ("qms.incident.opened", "github/acme/shop/12")
    assert (opened["qms.incident.severity"], opened["qms.incident.cause.revisions"]) == ("high", [SHA])
    closed = issue("closed", closed_at="2025-11-03T12:00:00Z", updated_at="2025-11-03T12:00:00Z")
    again, resolved = await webhooks.events("github", closed, x_github_event="issues")
    assert again.id == opened.id
    assert (resolved.name, resolved.time_ns) == ("qms.incident.resolved", 1762171200 * 10**9)
    _, withdrawn = await webhooks.events(
        "github", issue("reopened", updated_at="2025-11-03T13:00:00Z"), x_github_event="issues"
    )
    assert (withdrawn.id, withdrawn["qms.event.retracted"]) == (resolved.id, True)
    assert withdrawn["qms.event.revision"] > resolved["qms.event.revision"]  # type: ignore[operator] # numbers


async def test_what_is_no_event_is_acknowledged(webhooks: Webhooks) -> None:
    """Pings, unfinished deployments, previews and other issues are ignored, each with its reason."""
    assert await webhooks.ignored("github", {"zen": "Keep it simple."}, x_github_event="ping") == "unknown_kind"
    pending = deployment_status("in_progress")
    assert await webhooks.ignored("github", pending, x_github_event="deployment_status") == "not_finished"
    preview = deployment_status(transient_environment=True, environment="pr-7")
    assert await webhooks.ignored("github", preview, x_github_event="deployment_status") == "transient_environment"
    assert await webhooks.ignored("github", issue("opened", labels=[]), x_github_event="issues") == "no_incident"
    assert webhooks.recorder.taken == []
