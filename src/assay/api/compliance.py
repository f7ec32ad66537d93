"""`/compliance`"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from assay.api.answer import JsonAnswer
from assay.api.parameters import Within
from assay.core.statement import load_all
from assay.quality import compliance
from assay.quality.compliance import Assessor, Shelf, Waiver
from assay.quality.compliance.report import FORMATS
from assay.quality.compliance.waivers import Acceptance
from assay.quality.documents import Problem
from assay.query.times import DAY, Clock, parse_range

_DEFAULT_RANGE = 30 * DAY
_DEFAULT_HISTORY = 365 * DAY
_REPORTS: dict[str, Any] = {
    "text/html": {"schema": {"type": "string"}},
    "text/markdown": {"schema": {"type": "string"}},
    "application/json": {"schema": {"type": "object", "description": "OSCAL assessment results."}},
}


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


class ReportQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Annotated[Literal["html", "markdown", "oscal"], Field(description="What form it has.")] = "html"


@dataclass(frozen=True, slots=True)
class Assessments:
    """One assessment for each framework that was asked for."""

    assessments: list[compliance.Assessment]


@dataclass(frozen=True, slots=True)
class ListedCheck:
    """A check: what it is for, what it looks at, and what to do next about what it finds, empty if nobody said.

    `own` says that it is in the document of a framework.
    """

    name: str
    why: str
    looks_at: str
    next: str
    own: bool


@dataclass(frozen=True, slots=True)
class ListedControl:
    """A control and its checks; without checks Assay says nothing about it, unless services report it."""

    control: str
    title: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedFramework:
    """A framework; `file` and `document`, its version, are empty for one that comes with Assay."""

    framework: str
    title: str
    file: str
    document: str
    reported_as: tuple[str, ...]
    controls: list[ListedControl]


@dataclass(frozen=True, slots=True)
class ListedWaiver(Acceptance):
    """A waiver: who answers for what, why, and until the end of which day (UTC); `expired` ones do not count."""

    file: str
    expired: bool


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """The frameworks, the checks that they use, all waivers, and why files, statements or waivers cannot be used."""

    frameworks: list[ListedFramework]
    checks: list[ListedCheck]
    waivers: list[ListedWaiver]
    problems: list[Problem]


def routes(clock: Clock, assessor: Assessor) -> APIRouter:
    """Answer questions on frameworks, and assess them."""
    router = APIRouter(tags=["compliance"])

    @router.get("/compliance", response_model=compliance.Assessment, summary="Look at a framework")
    def look(asked: Annotated[ComplianceQuestion, Query()]) -> JsonAnswer:
        """Run the checks of a framework and keep nothing; each outcome has its SQL, how much it looked at and what it found.

        What has no data or a broken statement has not passed; what no check speaks for is `not_assessed` and not in the score.
        Thirty days up to now if no time range is given.
        """
        within = asked.within(clock(), _DEFAULT_RANGE)
        return JsonAnswer(assessor.look(asked.framework, within.start_ns, within.end_ns))

    @router.get("/compliance/frameworks", response_model=LibraryAnswer, summary="Which frameworks are there?")
    def show() -> JsonAnswer:
        """The frameworks that come with Assay and those of the owners' documents, with controls, checks and waivers, now.

        Of these documents also what cannot be used, with file, line, reason and hint.
        """
        return JsonAnswer(_listed(assessor.read_library(), clock()))

    @router.post("/compliance/assessments", response_model=Assessments, summary="Assess frameworks")
    def check(asked: CheckQuestion) -> JsonAnswer:
        """Run the checks of frameworks now, and keep what they came to as events before it is answered."""
        within = parse_range(asked.start, asked.end, clock(), _DEFAULT_RANGE)
        wanted = list(dict.fromkeys(asked.frameworks))
        return JsonAnswer(Assessments(assessor.check(wanted, within.start_ns, within.end_ns)))

    @router.get("/compliance/progress", response_model=compliance.Progress, summary="How far is an assessment?")
    def progress() -> JsonAnswer:
        """How many checks of the assessment that runs now are done; it asks the store for nothing."""
        return JsonAnswer(assessor.progress)

    @router.get("/compliance/assessments/{id}", response_model=compliance.Assessment, summary="Show an assessment")
    def read(id: str) -> JsonAnswer:  # noqa: A002 - the name of the parameter is the API's
        """An assessment as it was kept, with the statements and samples of its checks."""
        return JsonAnswer(assessor.read(id))

    @router.get(
        "/compliance/assessments/{id}/report",
        summary="Report on an assessment",
        response_class=Response,
        responses={200: {"content": _REPORTS, "description": "The report, by default a page to read and print"}},
    )
    def report(id: str, asked: Annotated[ReportQuestion, Query()]) -> Response:  # noqa: A002 - the name is the API's
        """An assessment as it was kept: a page to read and print, Markdown, or OSCAL assessment results."""
        media_type, render = FORMATS[asked.format]
        return Response(render(assessor.read(id)), media_type=media_type)

    @router.get("/compliance/scores", response_model=compliance.History, summary="How did scores go?")
    def scores(asked: Annotated[ScoresQuestion, Query()]) -> JsonAnswer:
        """The scores of the assessments that were kept, the newest first, a year up to now if no time range is given.

        Those of frameworks, or of one control or service in them; null where it had none at that time.
        """
        within = asked.within(clock(), _DEFAULT_HISTORY)
        about = {"framework": asked.framework, "control": asked.control, "service": asked.service}
        return JsonAnswer(assessor.history(within.start_ns, within.end_ns, asked.limit, **about))

    return router


def _listed(shelf: Shelf, now_ns: int) -> LibraryAnswer:
    own = [statement for framework in shelf.frameworks.values() for statement in framework.own.values()]
    checks = [
        ListedCheck(each.name, each.header["why"], each.header["gives"], each.header.get("next", ""), each in own)
        for each in [*load_all(compliance.FOLDER), *own]
    ]
    return LibraryAnswer(
        [
            ListedFramework(
                framework.id,
                framework.title,
                str(framework.document.path) if framework.document else "",
                framework.document.version if framework.document else "",
                framework.reported_as,
                [ListedControl(control.id, control.title, control.checks) for control in framework.controls],
            )
            for framework in shelf.frameworks.values()
        ],
        checks,
        [_listed_waiver(waiver, now_ns) for waiver in shelf.waivers],
        shelf.problems,
    )


def _listed_waiver(waiver: Waiver, now_ns: int) -> ListedWaiver:
    return ListedWaiver(**waiver.accepted(), file=str(waiver.document.path), expired=not waiver.holds(now_ns))
