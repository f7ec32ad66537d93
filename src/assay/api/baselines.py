"""`/baselines`"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from assay.api.answer import JsonAnswer
from assay.core.errors import InvalidInput
from assay.quality import baselines as room
from assay.quality.baselines.baseline import Baseline
from assay.quality.baselines.keeper import Skipped
from assay.quality.comparison import Comparison
from assay.query.times import MINUTE, SECOND, Clock, format_time, parse_duration, parse_time

KindName = Literal["release", "rolling", "seasonal"]

_WINDOW = "15m"
_MEASURES = ["error_rate", "latency_p50", "latency_p95"]
_LATE_SECONDS = 10


class BaselinesQuestion(BaseModel):
    """Which baselines."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[KindName | None, Field(description="`release`, `rolling` or `seasonal`.")] = None
    service: Annotated[str, Field(description="Name of the service.")] = ""
    environment: Annotated[str, Field(description="Environment as the spans name it.")] = ""
    expired: Annotated[bool, Field(description="Those that have expired too.")] = False
    limit: Annotated[int, Field(ge=1, le=1000, description="How many to give.")] = 100


class TakeForm(BaseModel):
    """What to take baselines of."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[KindName, Field(description="`release`, `rolling` or `seasonal`.")]
    service: Annotated[str, Field(description="Name of the service; all if left out.")] = ""
    environment: Annotated[str, Field(description="Environment as the spans name it; each by itself if left out.")] = ""
    version: Annotated[str, Field(description="Version; of a release the one that came last if left out.")] = ""
    operation: Annotated[str, Field(description="Span name; all together if left out.")] = ""
    operations: Annotated[bool, Field(description="Take one of each operation too.")] = False
    start: Annotated[
        str | None, Field(description="RFC 3339 time or duration ago; `7d`, or `28d` for seasonal, if left out.")
    ] = None
    end: Annotated[str | None, Field(description="As `start`; not included. Now if left out.")] = None


class ExpireForm(BaseModel):
    """Why a baseline is ended."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(description="Why, for those who read the events later.", max_length=1000)] = ""


class CompareQuestion(BaseModel):
    """Which requests to compare, and with what."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[str, Field(description="Name of the service.", min_length=1)]
    against: Annotated[
        str,
        Field(
            description="`baseline release`, `baseline rolling`, `baseline seasonal`, `version 1.4.1`, `other versions`, "
            "`environment production`, or a time such as `7d ago`."
        ),
    ] = "baseline release"
    environment: Annotated[str, Field(description="Environment as the spans name it.")] = ""
    version: Annotated[str, Field(description="Version of the candidate; all if left out.")] = ""
    operation: Annotated[str, Field(description="Span name; all together if left out.")] = ""
    window: Annotated[str, Field(description="How long before `end` the candidate is looked at.")] = _WINDOW
    end: Annotated[str | None, Field(description="RFC 3339 time or duration ago. Now, less a few seconds, if left out.")] = None
    measure: Annotated[
        list[str],
        Field(
            default_factory=lambda: list(_MEASURES),
            max_length=10,
            description="`error_rate`, `availability`, `throughput` or such as `latency_p95`. Repeat it for more.",
        ),
    ]
    tolerance: Annotated[float, Field(ge=0, le=100, description="How much worse is all right; 0.1 is 10 %.")] = 0.0
    significance: Annotated[float, Field(gt=0, le=0.5, description="Chance of calling a measure worse that is not.")] = 0.01


@dataclass(frozen=True, slots=True)
class BaselineView:
    """A baseline; values are shares of 1, requests per second, and seconds. A time that is not known is null.

    `status` is `holds` or `expired`.
    """

    id: str
    kind: str
    service: str
    environment: str
    operation: str
    version: str
    start: str
    end: str
    taken_at: str
    expires_at: str
    expired_at: str | None
    reason: str
    status: str
    source: str
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class BaselinesAnswer:
    """Baselines, the one taken last first."""

    baselines: list[BaselineView]


@dataclass(frozen=True, slots=True)
class TakenAnswer:
    """What was taken, and what was not and why."""

    baselines: list[BaselineView]
    skipped: list[Skipped]


@dataclass(frozen=True, slots=True)
class CompareAnswer:
    """The comparison by measure. `outcome` is `not_worse` only if each of them is."""

    service: str
    environment: str
    operation: str
    version: str
    start: str
    end: str
    against: str
    baseline: str | None
    tolerance: float
    significance: float
    outcome: str
    measures: dict[str, Comparison]


def routes(kept: room.Baselines, clock: Clock) -> APIRouter:
    """Answer questions on baselines, take and end them."""
    router = APIRouter(tags=["quality"])

    @router.get("/baselines", response_model=BaselinesAnswer, summary="List baselines")
    def list_baselines(asked: Annotated[BaselinesQuestion, Query()]) -> JsonAnswer:
        """The one taken last first."""
        now = clock()
        found = kept.known(
            kind=asked.kind or "",
            service=asked.service,
            environment=asked.environment,
            now_ns=now,
            expired_too=asked.expired,
            limit=asked.limit,
        )
        return JsonAnswer(BaselinesAnswer([_view(each, now) for each in found]))

    @router.post("/baselines", response_model=TakenAnswer, summary="Take baselines")
    def take(form: TakeForm) -> JsonAnswer:
        """One per service and environment; with less than 30 requests none is taken, and `skipped` says so."""
        now = clock()
        end = parse_time(form.end, now) if form.end else now
        start = parse_time(form.start, now) if form.start else 0
        if start >= end:
            raise InvalidInput("range_invalid", "The start is not before the end", "give a start before the end")
        which = room.Which(form.service, start, end, form.operation, form.environment, form.version)
        taken = kept.take(form.kind, which, now, by_operation=form.operations)
        return JsonAnswer(TakenAnswer([_view(each, now) for each in taken.baselines], taken.skipped))

    @router.get(
        "/baselines/compare",
        response_model=CompareAnswer,
        summary="Compare a release with a baseline",
    )
    def compare(asked: Annotated[CompareQuestion, Query()]) -> JsonAnswer:
        """Fisher's exact test for errors, the conditional binomial test for throughput, a rank test for durations."""
        return JsonAnswer(_compare(kept, asked, clock()))

    @router.get("/baselines/{id}", response_model=BaselineView, summary="Show a baseline")
    def show(id: str) -> JsonAnswer:  # noqa: A002 - the name of the parameter is the API's
        """A baseline by its id, expired or not."""
        return JsonAnswer(_view(kept.show(id), clock()))

    @router.post("/baselines/{id}/expire", response_model=BaselineView, summary="End a baseline")
    def expire(id: str, form: ExpireForm) -> JsonAnswer:  # noqa: A002 - the name of the parameter is the API's
        """It stays among the events, and nothing is compared with it any more."""
        now = clock()
        return JsonAnswer(_view(kept.expire(id, form.reason, now), now))

    return router


def _compare(kept: room.Baselines, asked: CompareQuestion, now: int) -> CompareAnswer:
    # The minute that has just begun is known in part only.
    end = parse_time(asked.end, now) if asked.end else (now - _LATE_SECONDS * SECOND) // MINUTE * MINUTE
    window = parse_duration(asked.window)
    if not 0 < window <= end:
        raise InvalidInput("window_invalid", f"{asked.window!r} is no time to look at", "write such as 15m")
    start, end = (end - window) // MINUTE * MINUTE, -(-end // MINUTE) * MINUTE
    which = room.Which(asked.service, start, end, asked.operation, asked.environment, asked.version)
    sides = room.read_sides(kept, room.parse_against(asked.against), which, now)
    rules = replace(room.DEFAULT_RULES, significance=asked.significance)
    measures = {
        measure: room.compare_sides(measure, sides, tolerance=asked.tolerance, rules=rules) for measure in asked.measure
    }
    return CompareAnswer(
        asked.service,
        asked.environment,
        asked.operation,
        asked.version,
        format_time(start),
        format_time(end),
        asked.against,
        sides.baseline.id if sides.baseline else None,
        asked.tolerance,
        asked.significance,
        _worst([each.outcome for each in measures.values()]),
        measures,
    )


def _worst(outcomes: list[str]) -> str:
    return next((each for each in ("worse", "no_data", "no_baseline", "too_few") if each in outcomes), "not_worse")


def _view(baseline: Baseline, now: int) -> BaselineView:
    return BaselineView(
        baseline.id,
        baseline.kind,
        baseline.service,
        baseline.environment,
        baseline.operation,
        baseline.version,
        format_time(baseline.start_ns),
        format_time(baseline.end_ns),
        format_time(baseline.taken_ns),
        format_time(baseline.expires_ns),
        format_time(baseline.expired_ns) if baseline.expired_ns else None,
        baseline.reason,
        "holds" if baseline.holds(now) else "expired",
        baseline.source,
        dict(baseline.metrics),
    )
