"""GitHub: deployments, pushes to the default branch, merged pull requests, and issues with the label `incident`.

Fields as in docs.github.com/webhooks/webhook-events-and-payloads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.receivers.webhooks.forms import (
    Form,
    Ignored,
    change,
    form,
    need,
    order,
    part,
    reverted,
    root_causes,
    severity_of,
    text,
)

_STATUSES = {"success": "succeeded", "failure": "failed", "error": "failed"}
_CATEGORIES = {"hotfix": "hotfix", "revert": "revert", "bug": "bugfix", "bugfix": "bugfix", "feature": "feature"}


def convert(message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]:
    """Make events of a delivery; its kind is in `X-GitHub-Event`."""
    reader = _READERS.get(headers.get("x-github-event", ""))
    if reader is None:
        raise Ignored("unknown_kind")
    return reader(message)


def _deployment(message: Any) -> list[Form]:
    status = _STATUSES.get(need(message, "deployment_status", "state"))
    if status is None:
        raise Ignored("not_finished")
    if part(message, "deployment", "transient_environment"):
        raise Ignored("transient_environment")
    task = text(message, "deployment", "task")
    attributes = {
        **_repository(message),
        "deployment.id": f"github/{text(message, 'repository', 'full_name')}/{need(message, 'deployment', 'id')}",
        "deployment.status": status,
        "deployment.environment.name": need(message, "deployment", "environment"),
        "qms.deployment.started_at": text(message, "deployment", "created_at"),
        "qms.deployment.kind": "rollback" if "rollback" in task else None,
        "vcs.ref.head.revision": need(message, "deployment", "sha"),
        "vcs.ref.head.name": text(message, "deployment", "ref"),
        "cicd.pipeline.name": text(message, "workflow_run", "name") or text(message, "workflow", "name"),
        "cicd.pipeline.run.id": text(message, "workflow_run", "id"),
        "cicd.pipeline.run.url.full": text(message, "workflow_run", "html_url")
        or text(message, "deployment_status", "log_url")
        or text(message, "deployment_status", "target_url"),
        "user.name": text(message, "deployment", "creator", "login"),
    }
    time = need(message, "deployment_status", "created_at")
    return [form("qms.deployment.finished", time, attributes, revision=order(time))]


def _push(message: Any) -> list[Form]:
    branch = need(message, "ref").removeprefix("refs/heads/")
    if branch != text(message, "repository", "default_branch"):
        raise Ignored("other_branch")
    common = {**_repository(message), "vcs.ref.head.name": branch}
    commits = part(message, "commits") or []
    if not commits:
        raise Ignored("no_commits")
    return [
        change(
            need(commit, "id"),
            need(commit, "timestamp"),
            text(commit, "message"),
            "push",
            reverts=reverted(text(commit, "message")),
            more={**common, "user.name": text(commit, "author", "username") or text(commit, "author", "name")},
        )
        for commit in commits
    ]


def _pull_request(message: Any) -> list[Form]:
    if part(message, "action") != "closed" or not part(message, "pull_request", "merged"):
        raise Ignored("not_merged")
    request = part(message, "pull_request")
    labels = [text(label, "name").lower() for label in part(request, "labels") or []]
    category = next((_CATEGORIES[label] for label in labels if label in _CATEGORIES), None)
    if text(request, "head", "ref").startswith("revert-"):
        category = "revert"
    more = {
        **_repository(message),
        "vcs.change.id": need(request, "number"),
        "vcs.change.state": "merged",
        "vcs.ref.head.name": text(request, "base", "ref"),
        "qms.change.started_at": text(request, "created_at"),
        "user.name": text(request, "user", "login"),
    }
    revision, time = need(request, "merge_commit_sha"), need(request, "merged_at")
    return [change(revision, time, text(request, "title"), "merged", category=category, more=more)]


def _issue(message: Any) -> list[Form]:
    issue, action = part(message, "issue"), text(message, "action")
    labels = [text(label, "name") for label in part(issue, "labels") or []]
    if "incident" not in [label.lower() for label in labels]:
        raise Ignored("no_incident")
    attributes = {
        "service.name": text(message, "repository", "name"),
        "qms.incident.id": f"github/{text(message, 'repository', 'full_name')}/{need(issue, 'number')}",
        "qms.incident.title": text(issue, "title"),
        "qms.incident.url": text(issue, "html_url"),
        "qms.incident.severity": severity_of(labels),
        "qms.incident.cause.revisions": root_causes(text(issue, "body")),
    }
    updated = text(issue, "updated_at") or need(issue, "created_at")
    forms = [form("qms.incident.opened", need(issue, "created_at"), attributes, revision=order(updated))]
    if action == "closed":
        closed = need(issue, "closed_at")
        forms.append(form("qms.incident.resolved", closed, attributes, revision=order(updated)))
    elif action == "reopened":
        withdrawn = {**attributes, "qms.event.retracted": True}
        forms.append(form("qms.incident.resolved", updated, withdrawn, revision=order(updated)))
    elif action not in ("opened", "labeled", "edited"):
        raise Ignored("unknown_kind")
    return forms


def _repository(message: Any) -> Form:
    return {
        "service.name": text(message, "repository", "name"),
        "vcs.provider.name": "github",
        "vcs.owner.name": text(message, "repository", "owner", "login"),
        "vcs.repository.name": text(message, "repository", "name"),
        "vcs.repository.url.full": text(message, "repository", "html_url"),
    }


_READERS = {"deployment_status": _deployment, "push": _push, "pull_request": _pull_request, "issues": _issue}
