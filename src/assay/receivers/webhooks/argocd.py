"""Argo CD: syncs that have ended, from its notifications, whose body is the application as JSON.

Fields as in argo-cd.readthedocs.io, the Application specification and its notification templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.receivers.webhooks.forms import Form, Ignored, form, need, part, text

_STATUSES = {"Succeeded": "succeeded", "Failed": "failed", "Error": "failed"}


def convert(message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]:
    """Make an event of a sync that has ended."""
    state = part(message, "status", "operationState")
    status = _STATUSES.get(text(state, "phase"))
    if status is None:
        raise Ignored("not_finished")
    name = need(message, "metadata", "name")
    labels = part(message, "metadata", "labels")
    revisions = part(state, "syncResult", "revisions")
    revision = text(state, "syncResult", "revision") or (str(revisions[0]) if isinstance(revisions, list) and revisions else "")
    sources = part(message, "spec", "sources")
    source = sources[0] if isinstance(sources, list) and sources else part(message, "spec", "source")
    attributes = {
        "service.name": text(labels, "app.kubernetes.io/name") or name,
        # One operation of an application begins at one time.
        "deployment.id": f"argocd/{name}/{need(state, 'startedAt')}",
        "deployment.name": name,
        "deployment.status": status,
        "deployment.environment.name": text(labels, "environment") or text(labels, "env"),
        "qms.deployment.started_at": need(state, "startedAt"),
        "qms.deployment.type": "automated" if part(state, "operation", "initiatedBy", "automated") else "manual",
        "vcs.ref.head.revision": revision,
        "vcs.ref.head.name": text(source, "targetRevision"),
        "vcs.repository.url.full": text(source, "repoURL").removesuffix(".git"),
        "user.name": text(state, "operation", "initiatedBy", "username"),
    }
    return [form("qms.deployment.finished", text(state, "finishedAt") or None, attributes)]
