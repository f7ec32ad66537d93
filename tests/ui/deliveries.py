"""A season of the shop's delivery: changes, deployments of which some fail, and incidents with causes known in different ways.

Everything is made from one seed, and ends ten days before the time at which the hour of telemetry ends.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

_DAYS, _LAST_DAYS_AGO = 90, 10
# Of each service its team, and the days between two deployments.
_SERVICES = {
    "storefront": ("web", 1.1),
    "orders": ("commerce", 1.6),
    "ledger": ("finance", 6.0),
    "approvals": ("commerce", 3.5),
}
_TITLES = (
    "Round amounts once",
    "Show the total before paying",
    "Ask the ledger in batches",
    "Retry what timed out",
    "Sort by day",
)


def season(end_ns: int) -> list[dict[str, Any]]:
    """Return its events as `POST /api/v1/events` takes them."""
    chance, end = random.Random(11), datetime.fromtimestamp(end_ns / 1e9, UTC)
    return [
        event
        for service in _SERVICES
        for event in _Line(service, chance).run(end - timedelta(days=_DAYS), end - timedelta(days=_LAST_DAYS_AGO))
    ]


class _Line:
    """The deployments of one service, one after the other."""

    def __init__(self, service: str, chance: random.Random) -> None:
        self._service, self._chance = service, chance
        self._team, self._pause = _SERVICES[service]
        self._events: list[dict[str, Any]] = []
        self._count = 0

    def run(self, at: datetime, end: datetime) -> list[dict[str, Any]]:
        while (at := at + timedelta(days=self._chance.expovariate(1 / self._pause))) < end:
            # People deploy at daytime.
            self._release(at.replace(hour=8 + self._chance.randrange(9)))
        return self._events

    def _release(self, at: datetime) -> None:
        hours = self._chance.lognormvariate(2.4, 1.1)
        commits = [
            self._commit(at - timedelta(hours=hours * self._chance.uniform(0.5, 1.5)))
            for _ in range(self._chance.randint(1, 3))
        ]
        deployment = self._deploy(at, {"qms.deployment.commits": commits, "vcs.ref.head.revision": commits[-1]})
        fate = self._chance.random()
        if fate < 0.03:
            self._events[-1]["attributes"]["deployment.status"] = "failed"
        elif fate < 0.07:
            later = at + timedelta(minutes=self._chance.uniform(12, 90))
            self._deploy(later, {"qms.deployment.kind": "rollback", "qms.deployment.rolls_back": [deployment]})
        elif fate < 0.12:
            self._break(deployment, at, named=fate < 0.1)

    def _break(self, deployment: str, at: datetime, *, named: bool) -> None:
        """An incident follows, which names its cause or leaves it to be found."""
        incident, opened = f"{self._service.upper()}-{self._count}", at + timedelta(minutes=self._chance.uniform(5, 110))
        told: dict[str, Any] = {
            "qms.incident.id": incident,
            "qms.incident.severity": self._chance.choice(["low", "medium", "high"]),
        }
        cause = {"qms.incident.cause.deployment_ids": [deployment]} if named else {}
        self._tell(
            "qms.incident.opened", opened, {**told, **cause, "qms.incident.title": f"{self._service} answers with errors"}
        )
        self._tell("qms.incident.resolved", opened + timedelta(hours=self._chance.lognormvariate(0.4, 0.9)), told)

    def _commit(self, at: datetime) -> str:
        revision = f"{self._chance.getrandbits(160):040x}"
        title = self._chance.choice(_TITLES)
        self._tell("qms.change.committed", at, {"vcs.ref.head.revision": revision, "vcs.change.title": title})
        return revision

    def _deploy(self, at: datetime, more: dict[str, Any]) -> str:
        self._count += 1
        deployment = f"{self._service}/season-{self._count}"
        told = {
            "deployment.id": deployment,
            "deployment.status": "succeeded",
            "service.version": f"1.{self._count}.0",
            "qms.team": self._team,
        }
        self._tell("qms.deployment.finished", at, {**told, "deployment.environment.name": "production", **more})
        return deployment

    def _tell(self, event: str, at: datetime, told: dict[str, Any]) -> None:
        about = {"service.name": self._service, "deployment.environment.name": "production"}
        self._events.append({"event": event, "time": at.isoformat(), "attributes": about | told})
