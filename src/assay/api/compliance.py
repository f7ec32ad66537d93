"""`/compliance`"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Within
from assay.core.ports import Engine
from assay.quality import compliance
from assay.query.times import HOUR, Clock

_DEFAULT_RANGE = 30 * 24 * HOUR


class ComplianceQuestion(Within):
    framework: Annotated[str, Field(description="Name of the framework.")] = "qms-phase-4"


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["compliance"])

    @router.get("/compliance", response_model=compliance.Assessment, summary="Assess a framework")
    def assess(asked: Annotated[ComplianceQuestion, Query()]) -> JsonAnswer:
        """Run the checks of a framework now; each outcome has its SQL, how much it looked at and what it found.

        What has no data or a broken statement has not passed; what no check speaks for is `not_assessed` and not in the score.
        Thirty days up to now if no time range is given.
        """
        within = asked.within(clock(), _DEFAULT_RANGE)
        framework = compliance.load(asked.framework)
        return JsonAnswer(compliance.assess(engine, framework, within.start_ns, within.end_ns))

    return router
