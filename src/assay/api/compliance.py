"""`/compliance`"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Within
from assay.quality import compliance
from assay.quality.compliance import Assessor
from assay.query.times import DAY, Clock, parse_range

_DEFAULT_RANGE = 30 * DAY
_DEFAULT_HISTORY = 365 * DAY


class ComplianceQuestion(Within):
    framework: Annotated[str, Field(description="Name of the framework.")] = "qms-phase-4"


class CheckQuestion(BaseModel):
    """Which frameworks to assess, and over which time: RFC 3339 or a duration ago; thirty days up to now if left out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"frameworks": ["qms-phase-4"]}]})

    frameworks: Annotated[list[str], Field(min_length=1, max_length=50)] = ["qms-phase-4"]
    start: str | None = None
    end: str | None = None


class ScoresQuestion(Within):
    framework: Annotated[str, Field(description="Name of the framework; all if left out.")] = ""
    control: Annotated[str, Field(description="Id of a control: the scores are its own.")] = ""
    service: Annotated[str, Field(description="Name of a service: the scores are its own.")] = ""
    limit: Annotated[int, Field(ge=1, le=5000, description="How many to give.")] = 500


@dataclass(frozen=True, slots=True)
class Assessments:
    """One assessment for each framework that was asked for."""

    assessments: list[compliance.Assessment]


def routes(clock: Clock, assessor: Assessor) -> APIRouter:
    router = APIRouter(tags=["compliance"])

    @router.get("/compliance", response_model=compliance.Assessment, summary="Look at a framework")
    def look(asked: Annotated[ComplianceQuestion, Query()]) -> JsonAnswer:
        """Run the checks of a framework and keep nothing; each outcome has its SQL, how much it looked at and what it found.

        What has no data or a broken statement has not passed; what no check speaks for is `not_assessed` and not in the score.
        Thirty days up to now if no time range is given.
        """
        within = asked.within(clock(), _DEFAULT_RANGE)
        return JsonAnswer(assessor.look(asked.framework, within.start_ns, within.end_ns))

    @router.post("/compliance/assessments", response_model=Assessments, summary="Assess frameworks")
    def check(asked: CheckQuestion) -> JsonAnswer:
        """Run the checks of frameworks now, and keep what they came to as events before it is answered."""
        within = parse_range(asked.start, asked.end, clock(), _DEFAULT_RANGE)
        wanted = list(dict.fromkeys(asked.frameworks))
        return JsonAnswer(Assessments(assessor.check(wanted, within.start_ns, within.end_ns)))

    @router.get("/compliance/assessments/{id}", response_model=compliance.Assessment, summary="Show an assessment")
    def read(id: str) -> JsonAnswer:  # noqa: A002 - the name of the parameter is the API's
        """An assessment as it was kept, with the statements and samples of its checks."""
        return JsonAnswer(assessor.read(id))

    @router.get("/compliance/scores", response_model=compliance.History, summary="How did scores go?")
    def scores(asked: Annotated[ScoresQuestion, Query()]) -> JsonAnswer:
        """The scores of the assessments that were kept, the newest first, a year up to now if no time range is given.

        Those of frameworks, or of one control or service in them; null where it had none at that time.
        """
        within = asked.within(clock(), _DEFAULT_HISTORY)
        about = {"framework": asked.framework, "control": asked.control, "service": asked.service}
        return JsonAnswer(assessor.history(within.start_ns, within.end_ns, asked.limit, **about))

    return router
