"""GitLab's deliveries. Shapes by hand from docs.gitlab.com/user/project/integrations/webhook_events."""

from __future__ import annotations

from typing import Any

from tests.receivers.webhooks.conftest import Webhooks

SHA = "279484c09fbe69ededfced8c1bb6e6d24616b468"
PROJECT = {
    "id": 30,
    "name": "Shop App",
    "web_url": "https://gitlab.example/acme/web/shop",
    "path_with_namespace": "acme/web/shop",
    "default_branch": "main",
}


def deployment(status: str = "success") -> dict[str, Any]:
    return {
        "object_kind": "deployment",
        "status": status,
        "status_changed_at": "2025-11-03 11:50:00 +0200",
        "deployment_id": 15,
        "deployable_id": 796,
        "deployable_url": "https://gitlab.example/acme/web/shop/-/jobs/796",
        "environment": "eu-west",
        "environment_tier": "production",
        "project": PROJECT,
        "ref": "main",
        "short_sha": SHA[:8],
        "user": {"name": "Ann", "username": "ann"},
        "commit_url": f"https://gitlab.example/acme/web/shop/-/commit/{SHA}",
    }


async def test_a_finished_deployment(webhooks: Webhooks) -> None:
    """Status, whole revision, tier and time with its offset are read."""
    [event] = await webhooks.events("gitlab", deployment(), x_gitlab_event_uuid="u-1")
    assert (event.id, event.time_ns) == ("deployment/gitlab/acme/web/shop/15", 1762163400 * 10**9)
    expected = {
        "service.name": "shop",
        "deployment.environment.name": "production",
        "deployment.name": "eu-west",
        "deployment.status": "succeeded",
        "vcs.ref.head.revision": SHA,
        "vcs.owner.name": "acme/web",
        "qms.event.delivery_id": "u-1",
    }
    assert {name: event[name] for name in expected} == expected
    assert await webhooks.ignored("gitlab", deployment("running")) == "not_finished"


async def test_pushed_commits_are_changes(webhooks: Webhooks) -> None:
    """Each commit that reaches the default branch is a change."""
    commits = [{"id": SHA, "message": "Add a cart", "timestamp": "2025-11-03T09:00:00+00:00", "author": {"name": "Ann"}}]
    message = {"object_kind": "push", "ref": "refs/heads/main", "project": PROJECT, "commits": commits}
    [event] = await webhooks.events("gitlab", message)
    assert (event.name, event["vcs.ref.head.revision"], event["user.name"]) == ("qms.change.committed", SHA, "Ann")
    assert await webhooks.ignored("gitlab", {**message, "ref": "refs/heads/topic"}) == "other_branch"
    assert await webhooks.ignored("gitlab", {**message, "commits": []}) == "no_commits"


async def test_a_merged_merge_request(webhooks: Webhooks) -> None:
    """The commit that it became is a change that began when the merge request was made."""
    attributes = {
        "iid": 7,
        "action": "merge",
        "title": "Add a cart",
        "merge_commit_sha": None,
        "squash_commit_sha": SHA,
        "created_at": "2025-11-01 09:00:00 UTC",
        "updated_at": "2025-11-03 09:00:00 UTC",
        "target_branch": "main",
        "last_commit": {"id": "0" * 40},
    }
    message = {"object_kind": "merge_request", "project": PROJECT, "user": {"username": "ann"}, "object_attributes": attributes}
    [event] = await webhooks.events("gitlab", message)
    assert (event["vcs.ref.head.revision"], event["vcs.change.id"]) == (SHA, "7")
    assert event["qms.change.started_at"] == "2025-11-01 09:00:00Z"
    attributes["action"] = "update"
    assert await webhooks.ignored("gitlab", message) == "not_merged"


async def test_incidents(webhooks: Webhooks) -> None:
    """Issues of the type incident open, close and open again."""
    attributes = {
        "iid": 3,
        "type": "Incident",
        "action": "open",
        "title": "Checkout is down",
        "severity": "critical",
        "url": "https://gitlab.example/acme/web/shop/-/issues/incident/3",
        "created_at": "2025-11-03 10:00:00 UTC",
        "updated_at": "2025-11-03 10:00:00 UTC",
    }
    message = {"object_kind": "issue", "project": PROJECT, "object_attributes": attributes, "labels": []}
    [opened] = await webhooks.events("gitlab", message)
    assert (opened.name, opened["qms.incident.severity"]) == ("qms.incident.opened", "critical")
    attributes |= {"action": "close", "closed_at": "2025-11-03 10:30:00 UTC", "updated_at": "2025-11-03 10:30:01 UTC"}
    _, resolved = await webhooks.events("gitlab", message)
    assert (resolved.time_ns - opened.time_ns) == 1800 * 10**9
    attributes |= {"action": "reopen", "updated_at": "2025-11-03 10:40:00 UTC"}
    _, withdrawn = await webhooks.events("gitlab", message)
    assert (withdrawn.id, withdrawn["qms.event.retracted"]) == (resolved.id, True)
    attributes["type"] = "Issue"
    assert await webhooks.ignored("gitlab", message) == "no_incident"
    assert await webhooks.ignored("gitlab", {"object_kind": "wiki_page"}) == "unknown_kind"
