"""`/conventions`"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Within
from assay.core.ports import Engine
from assay.quality import conventions
from assay.quality.conventions.examination import Explained, Service
from assay.query.times import Clock, format_time


class ConventionsQuestion(Within):
    service: Annotated[str, Field(description="Only this service; the sample is then made of its traces alone.")] = ""
    rule: Annotated[
        list[str],
        Field(
            default_factory=list, max_length=50, description="Only this rule, by its name. Repeat it for more; all if left out."
        ),
    ]
    max_spans: Annotated[
        int, Field(ge=1_000, le=2_000_000, description="About how many spans to look at: whole traces, chosen by a hash.")
    ] = 200_000
    explain: Annotated[bool, Field(description="Give the SQL of each rule too.")] = False


@dataclass(frozen=True, slots=True)
class ConventionsAnswer:
    """Scores by service: `looked_at` of the `spans` from `start` up to `end` that are stored, those of one in `one_in` traces.

    Without telemetry there is no service in the list, which is no full score.
    """

    start: str
    end: str
    spans: int
    looked_at: int
    one_in: int
    formula: str
    services: list[Service]
    statements: list[Explained]


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["conventions"])

    @router.get("/conventions", response_model=ConventionsAnswer, summary="Check the conventions of telemetry")
    def check(asked: Annotated[ConventionsQuestion, Query()]) -> JsonAnswer:
        """How well the telemetry of each service keeps to the conventions: a score, what is wrong most, and what to change.

        A service about which nothing could be checked has no score, and is told why. docs/conventions.md has the rules.
        """
        now = clock()
        within = asked.within(now)
        examined = conventions.examine(
            engine,
            conventions.Question(
                within.start_ns,
                within.end_ns,
                now,
                asked.service,
                asked.max_spans,
                conventions.find_rules(asked.rule),
            ),
        )
        return JsonAnswer(
            ConventionsAnswer(
                start=format_time(within.start_ns),
                end=format_time(within.end_ns),
                spans=examined.spans,
                looked_at=examined.looked_at,
                one_in=examined.one_in,
                formula=conventions.FORMULA,
                services=examined.services,
                statements=examined.statements if asked.explain else [],
            )
        )

    return router
