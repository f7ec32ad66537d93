"""What is behind the numbers: the deployments, changes and incidents of a window, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.dora import Question

_FOLDER = "assay.quality.lists"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a deployment counts as failed.

    `method` is `status`, `link`, `rollback`, `revert`, `hotfix` or `window`, `confidence` from 0 to 1 says how sure it is.
    `incident` is the incident, if it is one; `ended_at` is when the reason was gone.
    """

    method: str
    confidence: float
    incident: str
    repaired_by: str
    ended_at: str | None


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment and what became of it; `event_id` is that of the event that told of it."""

    id: str
    event_id: str
    time: str
    service: str
    team: str
    environment: str
    version: str
    revision: str
    succeeded: bool
    is_rework: bool
    failed: bool
    reasons: list[Reason]
    url: str


@dataclass(frozen=True, slots=True)
class Change:
    """A commit that reached an environment, `lead_seconds` after work on it began; below 0 if clocks disagree."""

    revision: str
    event_id: str
    committed_at: str
    deployed_at: str
    service: str
    team: str
    environment: str
    lead_seconds: float
    title: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A deployment that an incident is held against, and how that is known."""

    deployment: str
    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident; a time that is not known is null."""

    id: str
    service: str
    team: str
    environment: str
    opened_at: str | None
    resolved_at: str | None
    seconds: float | None
    severity: str
    title: str
    cause: str
    caused_by: list[Cause]
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in the days from `start` on, counted as the metrics count it; a median without values is null.

    `deployments` ended, well or not; so many `succeeded`, `failed` (which one that succeeded can, too) and are `rework`.
    Medians are in seconds: of the lead times of `changes`, of the recoveries of `recovered` deployments, and of the durations
    of `resolved` incidents.
    """

    start: str
    deployments: int
    succeeded: int
    failed: int
    rework: int
    changes: int
    lead_seconds: float | None
    recovered: int
    recovery_seconds: float | None
    resolved: int
    incident_seconds: float | None


def list_deployments(engine: Engine, question: Question, only_failed: bool, only_rework: bool, limit: int) -> list[Deployment]:
    """Return the deployments that ended in the window, the newest first."""
    rows = _rows(engine, "deployments", question, limit=limit, only_failed=only_failed, only_rework=only_rework)
    return [
        Deployment(**{**row, "reasons": [Reason(*reason) for reason in row["reasons"]], "failed": bool(row["reasons"])})
        for row in rows
    ]


def list_changes(engine: Engine, question: Question, limit: int) -> list[Change]:
    """Return the changes that were deployed in the window, those that took longest first."""
    return [Change(**row) for row in _rows(engine, "changes", question, limit=limit)]


def list_incidents(engine: Engine, question: Question, limit: int) -> list[Incident]:
    """Return the incidents that were opened, resolved or open in the window, the newest first."""
    rows = _rows(engine, "incidents", question, limit=limit)
    return [Incident(**{**row, "caused_by": [Cause(*cause) for cause in row["caused_by"]]}) for row in rows]


def list_steps(engine: Engine, question: Question, days: int) -> list[Step]:
    """Return how the window went in steps of so many days, the oldest first, without those in which nothing happened."""
    return [Step(row.pop("begins"), **row) for row in _rows(engine, "steps", question, days=days)]


def _rows(engine: Engine, name: str, question: Question, **more: Any) -> list[dict[str, Any]]:
    statement = load(_FOLDER, name)
    parameters = {**question.parameters, **more}
    return engine.query(statement, {key: parameters[key] for key in statement.parameters}).dicts()
