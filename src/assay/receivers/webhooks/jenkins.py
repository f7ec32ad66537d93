"""Jenkins: builds of jobs that deploy, from its Notification plugin.

Fields as in plugins.jenkins.io/notification. A job deploys if its URL has `?environment=` or it has a parameter of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.receivers.webhooks.forms import Form, Ignored, form, from_milliseconds, need, part, text

_STATUSES = {"SUCCESS": "succeeded", "UNSTABLE": "succeeded", "FAILURE": "failed"}
_PARAMETERS = ("ENVIRONMENT", "environment", "DEPLOY_ENVIRONMENT")


def convert(message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]:
    """Make an event of a build that has ended; of its phases only the last counts."""
    if need(message, "build", "phase") != "FINALIZED":
        raise Ignored("not_finished")
    status = _STATUSES.get(text(message, "build", "status"))
    if status is None:
        raise Ignored("not_finished")
    given = [text(message, "build", "parameters", name) for name in _PARAMETERS]
    environment = parameters.get("environment") or next(filter(None, given), "")
    if not environment:
        raise Ignored("no_environment")
    job, number = need(message, "name"), need(message, "build", "number")
    started, duration = part(message, "build", "timestamp"), part(message, "build", "duration")
    ended = started + duration if isinstance(started, int) and isinstance(duration, int) else None
    attributes = {
        "service.name": job,
        "deployment.id": f"jenkins/{job}/{number}",
        "deployment.status": status,
        "deployment.environment.name": environment,
        "qms.deployment.started_at": from_milliseconds(started),
        "vcs.ref.head.revision": text(message, "build", "scm", "commit"),
        "vcs.ref.head.name": text(message, "build", "scm", "branch").removeprefix("origin/"),
        "vcs.repository.url.full": text(message, "build", "scm", "url").removesuffix(".git"),
        "cicd.pipeline.name": job,
        "cicd.pipeline.run.id": number,
        "cicd.pipeline.run.url.full": text(message, "build", "full_url"),
    }
    return [form("qms.deployment.finished", from_milliseconds(ended) or None, attributes)]
