"""`/dora`"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from assay.api.answer import JsonAnswer
from assay.core.config import Dora
from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.quality import Delivery, dora, happenings
from assay.query.times import SECOND, Clock, format_time, parse_duration, parse_time

_DEFAULT_DAYS = 30
# A month in which clocks go back is an hour longer than its days.
_DAILY_UP_TO = (31 * 24 + 1) * 3600 * SECOND


class Asked(BaseModel):
    """Which deployments, of which time."""

    model_config = ConfigDict(extra="forbid")

    window: Annotated[
        int | None,
        Field(ge=1, le=3650, description="Calendar days up to and with today, such as 7, 30, 90 or 365. 30 if left out."),
    ] = None
    start: Annotated[
        str | None, Field(description="Instead of `window`: a day, RFC 3339 time, or duration ago. Goes with `end`.")
    ] = None
    end: Annotated[str | None, Field(description="As `start`; not included. Now if left out.")] = None
    time_zone: Annotated[str | None, Field(description="Time zone whose calendar days count, such as `Europe/Berlin`.")] = None
    service: Annotated[str, Field(description="Name of the service.")] = ""
    team: Annotated[str, Field(description="Name of the team, `qms.team` of its deployments.")] = ""
    environment: Annotated[
        str | None, Field(description="Environment; `production` unless configured, empty for each environment by itself.")
    ] = None
    link_window: Annotated[
        str | None,
        Field(description="How long after a deployment an incident that names no cause is held against it, such as `4h`."),
    ] = None


class DoraQuestion(Asked):
    by: Annotated[
        Literal["service", "team", "environment"], Field(description="What a group is; each is of one environment.")
    ] = "service"
    edition: Annotated[str | None, Field(description="Edition of the bands: `2019`, `2021`, `2023` or `2024`.")] = None
    explain: Annotated[bool, Field(description="Give the SQL behind the numbers too.")] = False


class CourseQuestion(Asked):
    step_days: Annotated[
        int | None, Field(ge=1, le=366, description="Days of a step. If left out 1 for up to 31 days, else 7.")
    ] = None


class Listed(Asked):
    limit: Annotated[int, Field(ge=1, le=1000, description="How many to give.")] = 100


class ListedDeployments(Listed):
    failed: Annotated[bool, Field(description="Only those that count as failed.")] = False
    rework: Annotated[bool, Field(description="Only those that are rework.")] = False


@dataclass(frozen=True, slots=True)
class Band:
    """A band and when it holds, such as `above: 1` of `key`; the first that holds counts, and one without a limit always holds.

    `key` is `value` (seconds, or a share of 1), `days_per_week`, `per_day` or `per_month`.
    """

    band: str
    key: str | None = None
    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class DoraAnswer:
    """The metrics by group, of the time from `start` up to `end`, compared with the time from `before` up to `start`.

    `bands` has those of the edition by metric, the best first.
    """

    start: str
    end: str
    before: str
    time_zone: str
    link_window_seconds: int
    by: str
    edition: str
    edition_source: str
    edition_note: str
    bands: dict[str, list[Band]]
    groups: list[dora.Group]
    statements: list[dora.Explained]


@dataclass(frozen=True, slots=True)
class Course:
    """The steps of the window from `start` up to `end` in which something happened, the oldest first."""

    start: str
    end: str
    time_zone: str
    step_days: int
    steps: list[happenings.Step]


@dataclass(frozen=True, slots=True)
class Deployments:
    """Deployments, the newest first."""

    deployments: list[happenings.Deployment]


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes, those that took longest first."""

    changes: list[happenings.Change]


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents, the newest first."""

    incidents: list[happenings.Incident]


def routes(engine: Engine, clock: Clock, delivery: Delivery, defaults: Dora) -> APIRouter:
    router = APIRouter(tags=["dora"])

    def question(asked: Asked, by: str = "service", edition: str | None = None) -> dora.Question:
        delivery.refresh()
        zone = _zone(asked.time_zone or defaults.time_zone)
        start, end, before = _window(asked, clock(), zone)
        link = defaults.link_window_seconds if asked.link_window is None else parse_duration(asked.link_window) // SECOND
        environment = defaults.environment if asked.environment is None else asked.environment
        return dora.Question(
            start,
            end,
            before,
            asked.service,
            asked.team,
            environment,
            by,
            zone.key,
            min(link, 2**32 - 1),
            edition or defaults.edition,
        )

    @router.get("/dora", response_model=DoraAnswer, summary="DORA metrics")
    def measure(asked: Annotated[DoraQuestion, Query()]) -> JsonAnswer:
        """Deployment frequency, lead time, failure rate, recovery and rework by service, team or environment.

        Each number comes with its sample size, its 95 % interval, its band and what it was in the window before; a number
        without data is null. docs/dora.md defines them.
        """
        wanted = question(asked, asked.by, asked.edition)
        edition = dora.find_edition(wanted.edition)
        return JsonAnswer(
            DoraAnswer(
                start=format_time(wanted.start_ns),
                end=format_time(wanted.end_ns),
                before=format_time(wanted.before_ns),
                time_zone=wanted.zone,
                link_window_seconds=wanted.link_seconds,
                by=wanted.by,
                edition=edition.name,
                edition_source=edition.source,
                edition_note=edition.note,
                bands={metric: [Band(**rule) for rule in edition.rules[rules]] for metric, rules in edition.metrics.items()},
                groups=dora.measure(engine, wanted),
                statements=dora.explain(wanted) if asked.explain else [],
            )
        )

    @router.get("/dora/course", response_model=Course, summary="Delivery step by step")
    def course(asked: Annotated[CourseQuestion, Query()]) -> JsonAnswer:
        """How the window went, in steps of days: deployments and what became of them, lead times, recoveries and incidents.

        Steps are counted back from the last day, so the first may be shorter. All environments count as one if none is chosen.
        """
        wanted = question(asked)
        days = asked.step_days or (1 if wanted.end_ns - wanted.start_ns <= _DAILY_UP_TO else 7)
        steps = happenings.list_steps(engine, wanted, days)
        return JsonAnswer(Course(format_time(wanted.start_ns), format_time(wanted.end_ns), wanted.zone, days, steps))

    @router.get("/dora/deployments", response_model=Deployments, summary="Deployments behind the metrics")
    def deployments(asked: Annotated[ListedDeployments, Query()]) -> JsonAnswer:
        """The deployments of the window with each reason to call one failed: how it is known, and how sure that is."""
        listed = happenings.list_deployments(engine, question(asked), asked.failed, asked.rework, asked.limit)
        return JsonAnswer(Deployments(listed))

    @router.get("/dora/changes", response_model=Changes, summary="Changes behind the lead time")
    def changes(asked: Annotated[Listed, Query()]) -> JsonAnswer:
        """The commits that were deployed in the window, each with its lead time."""
        return JsonAnswer(Changes(happenings.list_changes(engine, question(asked), asked.limit)))

    @router.get("/dora/incidents", response_model=Incidents, summary="Incidents behind the metrics")
    def incidents(asked: Annotated[Listed, Query()]) -> JsonAnswer:
        """The incidents of the window, each with the deployments that it is held against."""
        return JsonAnswer(Incidents(happenings.list_incidents(engine, question(asked), asked.limit)))

    return router


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise InvalidInput(
            "time_zone_unknown", f"There is no time zone {name!r}", "use a name such as Europe/Berlin or UTC"
        ) from None


def _window(asked: Asked, now_ns: int, zone: ZoneInfo) -> tuple[int, int, int]:
    """Return start, end and the start of the window before it, which has as many days, or else is as long."""
    if asked.window is not None and (asked.start or asked.end):
        raise InvalidInput("window_twice", "window and start or end exclude each other", "give one of them")
    if asked.start or asked.end:
        end = _instant(asked.end or "now", now_ns, zone)
        start = _instant(asked.start, now_ns, zone) if asked.start else end - _DEFAULT_DAYS * 86400 * SECOND
        if start >= end:
            raise InvalidInput("range_invalid", "start is not before end", "exchange them")
        return start, end, max(0, 2 * start - end)
    days = asked.window or _DEFAULT_DAYS
    tomorrow = datetime.fromtimestamp(now_ns // SECOND, zone).date() + timedelta(days=1)
    end, start, before = (_midnight(tomorrow - timedelta(days=back * days), zone) for back in (0, 1, 2))
    return start, end, before


def _instant(text: str, now_ns: int, zone: ZoneInfo) -> int:
    try:
        return _midnight(date.fromisoformat(text.strip()), zone)
    except ValueError:
        return parse_time(text, now_ns)


def _midnight(day: date, zone: ZoneInfo) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return max(0, round((midnight - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())) * SECOND
