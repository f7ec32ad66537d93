"""What happens to software on its way to users: changes, deployments, incidents. Each is one event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from assay_sdk import events, names, telemetry
from assay_sdk.events import Attributes, nanoseconds
from assay_sdk.failures import guarded


@guarded("a change")
def change(
    revision: str,
    *,
    committed_at: datetime | None = None,
    service: str | None = None,
    repository_url: str | None = None,
    branch: str | None = None,
    change_id: str | None = None,
    title: str | None = None,
    started_at: datetime | None = None,
    category: str | None = None,
    reverts: Iterable[str] | None = None,
    user_id: str | None = None,
    attributes: Attributes | None = None,
) -> None:
    """Report that `revision` is in version control since `committed_at` (now if left out).

    `change_id` is the pull request, `started_at` when work on it began. Reporting a revision again corrects it.
    """
    described: Attributes = {
        names.VCS_REF_HEAD_REVISION: revision,
        names.QMS_EVENT_ID: f"change/{revision}",
        names.SERVICE_NAME: service or telemetry.service() or None,
        names.VCS_REPOSITORY_URL_FULL: repository_url,
        names.VCS_REF_HEAD_NAME: branch,
        names.VCS_CHANGE_ID: change_id,
        names.VCS_CHANGE_TITLE: title,
        names.QMS_CHANGE_STARTED_AT: _text(started_at),
        names.QMS_CHANGE_CATEGORY: category,
        names.QMS_CHANGE_REVERTS: events.texts(reverts),
        names.USER_ID: user_id,
        **(attributes or {}),
    }
    events.check(names.EVENT_QMS_CHANGE_COMMITTED, described, committed_at)
    events.emit(names.EVENT_QMS_CHANGE_COMMITTED, described, time_ns=_ns(committed_at))


@guarded("a deployment")
def deployment(
    version: str | None = None,
    *,
    service: str | None = None,
    environment: str | None = None,
    status: Literal["succeeded", "failed"] = "succeeded",
    deployment_id: str | None = None,
    revision: str | None = None,
    previous_revision: str | None = None,
    commits: Iterable[str] | None = None,
    repository_url: str | None = None,
    committed_at: datetime | None = None,
    started_at: datetime | None = None,
    finished_at: datetime | None = None,
    kind: Literal["planned", "hotfix", "rollback", "redeploy"] | None = None,
    deployment_type: str = "automated",
    change_type: str = "",
    rolls_back: Iterable[str] | None = None,
    remediates: Iterable[str] | None = None,
    user_id: str | None = None,
    attributes: Attributes | None = None,
) -> None:
    """Report that a deployment has ended: the event, `qms_deployments_total`, and `qms_failed_deployments_total` if it failed.

    Service and environment are those of this process unless given. Give `deployment_id`, such as the run of the pipeline: it
    makes the report idempotent, and other events name it. With `committed_at` the lead time is recorded as well, labelled with
    `change_type` (`feat`, `fix`, …).
    """
    ended_ns = _ns(finished_at) or telemetry.sources.clock()
    where, what = environment or telemetry.environment(), service or telemetry.service()
    id_ = deployment_id or telemetry.sources.new_id()
    described: Attributes = {
        names.DEPLOYMENT_ID: id_,
        names.QMS_EVENT_ID: f"deployment/{id_}",
        names.DEPLOYMENT_STATUS: status,
        names.SERVICE_NAME: what or None,
        names.SERVICE_VERSION: version,
        names.DEPLOYMENT_ENVIRONMENT_NAME: where or None,
        names.VCS_REF_HEAD_REVISION: revision,
        names.VCS_REF_BASE_REVISION: previous_revision,
        names.VCS_REPOSITORY_URL_FULL: repository_url,
        names.QMS_DEPLOYMENT_COMMITS: events.texts(commits),
        names.QMS_DEPLOYMENT_STARTED_AT: _text(started_at),
        names.QMS_DEPLOYMENT_KIND: kind,
        names.QMS_DEPLOYMENT_TYPE: deployment_type,
        names.QMS_DEPLOYMENT_ROLLS_BACK: events.texts(rolls_back),
        names.QMS_DEPLOYMENT_REMEDIATES: events.texts(remediates),
        names.USER_ID: user_id,
        **(attributes or {}),
    }
    events.check(names.EVENT_QMS_DEPLOYMENT_FINISHED, described, finished_at)
    events.emit(names.EVENT_QMS_DEPLOYMENT_FINISHED, described, time_ns=ended_ns)
    labels = _filled(service=what, environment=where)
    more = _filled(version=version, **{names.QMS_DEPLOYMENT_TYPE: deployment_type})
    telemetry.add(names.METRIC_QMS_DEPLOYMENTS_TOTAL, 1, {**labels, **more})
    if status == "failed":
        telemetry.add(names.METRIC_QMS_FAILED_DEPLOYMENTS_TOTAL, 1, labels)
    elif committed_at is not None:
        category = "feature" if "feat" in change_type else "bugfix"
        kinds = _filled(change_type=change_type, **({names.QMS_CHANGE_CATEGORY: category} if change_type else {}))
        seconds = (ended_ns - nanoseconds(committed_at)) / 1e9
        if seconds >= 0:  # the clock of whoever committed may be ahead
            telemetry.record(names.METRIC_QMS_LEAD_TIME_CHANGES_SECONDS, seconds, {**labels, **kinds})


@guarded("an incident")
def incident_opened(
    incident_id: str,
    *,
    severity: str | None = None,
    title: str | None = None,
    url: str | None = None,
    service: str | None = None,
    environment: str | None = None,
    opened_at: datetime | None = None,
    cause: Literal["change", "infrastructure", "third_party", "other"] | None = None,
    caused_by_deployments: Iterable[str] | None = None,
    caused_by_revisions: Iterable[str] | None = None,
    attributes: Attributes | None = None,
) -> None:
    """Report that something is wrong for users since `opened_at` (now if left out): the event and `qms_incidents_total`.

    `caused_by_deployments` are `deployment_id`s; left out, Assay looks for the deployment itself.
    """
    described: Attributes = {
        **_incident("opened", incident_id, severity, title, url),
        names.SERVICE_NAME: service or telemetry.service() or None,
        names.DEPLOYMENT_ENVIRONMENT_NAME: environment or telemetry.environment() or None,
        names.QMS_INCIDENT_CAUSE: cause,
        names.QMS_INCIDENT_CAUSE_DEPLOYMENT_IDS: events.texts(caused_by_deployments),
        names.QMS_INCIDENT_CAUSE_REVISIONS: events.texts(caused_by_revisions),
        **(attributes or {}),
    }
    events.check(names.EVENT_QMS_INCIDENT_OPENED, described)
    events.emit(names.EVENT_QMS_INCIDENT_OPENED, described, time_ns=_ns(opened_at))
    telemetry.add(names.METRIC_QMS_INCIDENTS_TOTAL, 1, _incident_labels(severity, service, environment))


@guarded("an incident")
def incident_resolved(
    incident_id: str,
    *,
    opened_at: datetime | None = None,
    resolved_at: datetime | None = None,
    severity: str | None = None,
    title: str | None = None,
    url: str | None = None,
    service: str | None = None,
    environment: str | None = None,
    remediated_by_deployments: Iterable[str] | None = None,
    attributes: Attributes | None = None,
) -> None:
    """Report that users are well again since `resolved_at` (now if left out): the event, and `qms_mttr_seconds`.

    The time to recovery is recorded where `opened_at` is given.
    """
    ended_ns = _ns(resolved_at) or telemetry.sources.clock()
    seconds = None if opened_at is None else (ended_ns - nanoseconds(opened_at)) / 1e9
    described: Attributes = {
        **_incident("resolved", incident_id, severity, title, url),
        names.SERVICE_NAME: service or telemetry.service() or None,
        names.DEPLOYMENT_ENVIRONMENT_NAME: environment or telemetry.environment() or None,
        names.QMS_INCIDENT_OPENED_AT: _text(opened_at),
        names.QMS_INCIDENT_DURATION_SECONDS: seconds,
        names.QMS_INCIDENT_REMEDIATION_DEPLOYMENT_IDS: events.texts(remediated_by_deployments),
        **(attributes or {}),
    }
    events.check(names.EVENT_QMS_INCIDENT_RESOLVED, described, resolved_at)
    events.emit(names.EVENT_QMS_INCIDENT_RESOLVED, described, time_ns=ended_ns)
    if seconds is not None and seconds >= 0:
        telemetry.record(names.METRIC_QMS_MTTR_SECONDS, seconds, _incident_labels(severity, service, environment))


def _incident(what: str, id_: str, severity: str | None, title: str | None, url: str | None) -> Attributes:
    return {
        names.QMS_INCIDENT_ID: id_,
        names.QMS_EVENT_ID: f"incident.{what}/{id_}",
        names.QMS_INCIDENT_SEVERITY: severity,
        names.QMS_INCIDENT_TITLE: title,
        names.QMS_INCIDENT_URL: url,
    }


def _incident_labels(severity: str | None, service: str | None, environment: str | None) -> dict[str, str]:
    where = environment or telemetry.environment()
    return _filled(severity=severity, service=service or telemetry.service(), environment=where)


def _filled(**labels: str | None) -> dict[str, str]:
    return {key: value for key, value in labels.items() if value}


def _ns(moment: datetime | None) -> int | None:
    return None if moment is None else nanoseconds(moment)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else events.moment(nanoseconds(moment))
