"""GitLab: deployments, pushes to the default branch, merged merge requests, and incidents.

Fields as in docs.gitlab.com/user/project/integrations/webhook_events.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.receivers.webhooks.forms import (
    Form,
    Ignored,
    change,
    form,
    moment,
    need,
    order,
    part,
    reverted,
    root_causes,
    severity_of,
    text,
)

_STATUSES = {"success": "succeeded", "failed": "failed"}


def convert(message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]:
    """Make events of a delivery; its kind is in `object_kind`."""
    reader = _READERS.get(text(message, "object_kind"))
    if reader is None:
        raise Ignored("unknown_kind")
    return reader(message)


def _deployment(message: Any) -> list[Form]:
    status = _STATUSES.get(need(message, "status"))
    if status is None:
        raise Ignored("not_finished")
    # The address of the commit ends in its whole revision; short_sha is a part of it.
    revision = text(message, "commit_url").rpartition("/")[2] or text(message, "short_sha")
    attributes = {
        **_project(message),
        "deployment.id": f"gitlab/{text(message, 'project', 'path_with_namespace')}/{need(message, 'deployment_id')}",
        "deployment.status": status,
        "deployment.environment.name": text(message, "environment_tier") or need(message, "environment"),
        "deployment.name": text(message, "environment"),
        "vcs.ref.head.revision": revision,
        "vcs.ref.head.name": text(message, "ref"),
        "cicd.pipeline.task.run.id": text(message, "deployable_id"),
        "cicd.pipeline.run.url.full": text(message, "deployable_url"),
        "user.name": text(message, "user", "username"),
    }
    time = moment(need(message, "status_changed_at"))
    return [form("qms.deployment.finished", time, attributes, revision=order(time))]


def _push(message: Any) -> list[Form]:
    branch = need(message, "ref").removeprefix("refs/heads/")
    if branch != text(message, "project", "default_branch"):
        raise Ignored("other_branch")
    common = {**_project(message), "vcs.ref.head.name": branch}
    commits = part(message, "commits") or []
    if not commits:
        raise Ignored("no_commits")
    return [
        change(
            need(commit, "id"),
            moment(need(commit, "timestamp")),
            text(commit, "message"),
            "push",
            reverts=reverted(text(commit, "message")),
            more={**common, "user.name": text(commit, "author", "name")},
        )
        for commit in commits
    ]


def _merge_request(message: Any) -> list[Form]:
    request = part(message, "object_attributes")
    if text(request, "action") != "merge":
        raise Ignored("not_merged")
    revision = text(request, "merge_commit_sha") or text(request, "squash_commit_sha") or need(request, "last_commit", "id")
    more = {
        **_project(message),
        "vcs.change.id": need(request, "iid"),
        "vcs.change.state": "merged",
        "vcs.ref.head.name": text(request, "target_branch"),
        "qms.change.started_at": moment(text(request, "created_at")),
        "user.name": text(message, "user", "username"),
    }
    time = moment(text(request, "merged_at") or need(request, "updated_at"))
    return [change(revision, time, text(request, "title"), "merged", more=more)]


def _issue(message: Any) -> list[Form]:
    issue = part(message, "object_attributes")
    labels = [text(label, "title") for label in part(message, "labels") or []]
    if text(issue, "type").lower() != "incident" and "incident" not in [label.lower() for label in labels]:
        raise Ignored("no_incident")
    told = text(issue, "severity")
    attributes = {
        "service.name": text(message, "project", "name"),
        "qms.incident.id": f"gitlab/{text(message, 'project', 'path_with_namespace')}/{need(issue, 'iid')}",
        "qms.incident.title": text(issue, "title"),
        "qms.incident.url": text(issue, "url"),
        "qms.incident.severity": severity_of(labels) or (told if told != "unknown" else ""),
        "qms.incident.cause.revisions": root_causes(text(issue, "description")),
    }
    updated = moment(text(issue, "updated_at") or need(issue, "created_at"))
    forms = [form("qms.incident.opened", moment(need(issue, "created_at")), attributes, revision=order(updated))]
    action = text(issue, "action")
    if action == "close":
        closed = moment(text(issue, "closed_at")) or updated
        forms.append(form("qms.incident.resolved", closed, attributes, revision=order(updated)))
    elif action == "reopen":
        withdrawn = {**attributes, "qms.event.retracted": True}
        forms.append(form("qms.incident.resolved", updated, withdrawn, revision=order(updated)))
    elif action not in ("open", "update"):
        raise Ignored("unknown_kind")
    return forms


def _project(message: Any) -> Form:
    path = text(message, "project", "path_with_namespace")
    return {
        "service.name": path.rpartition("/")[2] or text(message, "project", "name"),
        "vcs.provider.name": "gitlab",
        "vcs.owner.name": path.rpartition("/")[0],
        "vcs.repository.name": path.rpartition("/")[2],
        "vcs.repository.url.full": text(message, "project", "web_url"),
    }


_READERS = {
    "deployment": _deployment,
    "push": _push,
    "merge_request": _merge_request,
    "issue": _issue,
    "work_item": _issue,
}
