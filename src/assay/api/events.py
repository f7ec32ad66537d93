"""`/events`"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from assay.api.answer import JsonAnswer
from assay.api.parameters import Page, Within
from assay.core import metrics
from assay.core.errors import AssayError, InvalidInput, Retryable, UnsupportedMediaType
from assay.core.events import ID, OPENED, RESOLVED, derive_id
from assay.core.intake import IntakeAnswer
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query import events, invalid_events
from assay.query.times import HOUR, Clock, parse_time

_DEFAULT_RANGE = 30 * 24 * HOUR
_SOURCE = "events/api"
"""What intake calls events that come this way, in the counters of what is refused."""


@dataclass(frozen=True, slots=True)
class _Incident:
    index: int
    name: str
    incident: str
    id: str
    time_ns: int


class PostEvents(Protocol):
    def __call__(self, body: bytes) -> IntakeAnswer: ...


def no_intake(body: bytes) -> IntakeAnswer:
    """Take nothing: for an API that runs without intake."""
    raise Retryable("intake_unavailable", "Intake does not run", "try again later")


class EventsQuestion(Page):
    event: Annotated[str, Field(description="Name of the event, such as `qms.deployment.finished`.")] = ""
    service: Annotated[str, Field(description="Name of the service.")] = ""
    environment: Annotated[str, Field(description="Environment, such as `production`.")] = ""
    subject: Annotated[str, Field(description="Id of the deployment or incident, or the revision, that it is about.")] = ""


class InvalidQuestion(Within):
    event: Annotated[str, Field(description="Name of the event.")] = ""
    service: Annotated[str, Field(description="Name of the service.")] = ""
    limit: Annotated[int, Field(ge=1, le=1000, description="How many to give.")] = 100


class EventForm(BaseModel):
    """One event as it is sent."""

    event: Annotated[str, Field(description="Name of the event; see the registry.")]
    time: Annotated[str | None, Field(description="When it happened, RFC 3339 with an offset. Now if it is left out.")] = None
    id: Annotated[str | None, Field(description="Sent again, the same id corrects it. Made from its subject if left out.")] = (
        None
    )
    revision: Annotated[int | None, Field(description="Number of the correction; the highest counts.")] = None
    attributes: Annotated[dict[str, Any], Field(description="Attributes by name; see the registry.")] = {}
    body: Annotated[str | None, Field(description="Text for people.")] = None


class Accepted(BaseModel):
    """How many events were taken, all of them, and their ids in the order of the request."""

    accepted: int
    ids: list[str]


def routes(engine: Engine, clock: Clock, post: PostEvents) -> APIRouter:
    router = APIRouter(tags=["events"])

    @router.get("/events", response_model=events.Events, summary="List events")
    def find_events(asked: Annotated[EventsQuestion, Query()]) -> JsonAnswer:
        """Deployments, changes, incidents and results in the time range (30 days by default), the newest first."""
        wanted = events.EventConditions(asked.event, asked.service, asked.environment, asked.subject)
        return JsonAnswer(events.find_events(engine, wanted, asked.within(clock(), _DEFAULT_RANGE), asked.limit, asked.after()))

    @router.get("/invalid-events", response_model=invalid_events.InvalidEvents, summary="List invalid events")
    def find_invalid_events(asked: Annotated[InvalidQuestion, Query()]) -> JsonAnswer:
        """Events that came over OTLP in the time range (30 days by default) and do not count, with reasons and hints."""
        within = asked.within(clock(), _DEFAULT_RANGE)
        return JsonAnswer(invalid_events.find_invalid_events(engine, within, asked.event, asked.service, asked.limit))

    @router.get("/events/{id:path}", response_model=events.KnownEvent, summary="Show an event")
    def read_event(id: str) -> JsonAnswer:  # noqa: A002 - the name of the parameter is the API's
        """One event with everything that is known of it, as it was corrected last."""
        return JsonAnswer(events.read_event(engine, id))

    @router.post(
        "/events",
        response_model=Accepted,
        summary="Report events",
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _schema()}}}},
    )
    async def report_events(request: Request) -> Response:
        """Take one event, or a list of up to 10,000: all of them once they are safe on disk, or none.

        If any does not fit the registry, the answer tells under `refused` which, why and what to do.
        """
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise UnsupportedMediaType(
                "unsupported_media_type", "Events are JSON", "send them with Content-Type application/json"
            )
        return await run_in_threadpool(_report, engine, post, await request.body(), clock)

    return router


def _schema() -> dict[str, Any]:
    form = EventForm.model_json_schema()
    return {"anyOf": [form, {"type": "array", "items": form}]}


def _report(engine: Engine, post: PostEvents, body: bytes, clock: Callable[[], int]) -> Response:
    refused = _resolved_early(engine, body, clock)
    if refused:
        code = refused[0]["code"]
        metrics.REFUSED_REQUESTS.labels(Signal.LOGS, _SOURCE, code).inc()
        metrics.REFUSED_ITEMS.labels(Signal.LOGS, _SOURCE, code).inc(len(refused))
        error = {key: refused[0][key] for key in ("code", "message", "hint")}
        return Response(
            orjson.dumps({"error": error, "refused": refused}), InvalidInput.http_status, media_type="application/json"
        )
    answer = post(body)
    return Response(answer.body, answer.status, media_type="application/json")


def _resolved_early(engine: Engine, body: bytes, clock: Callable[[], int]) -> list[dict[str, Any]]:
    """Refuse what contradicts the events that are stored; all else is for intake, which knows the registry, to judge."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    forms = given if isinstance(given, list) else [given]
    told = [each for each in (_incident(index, form, clock()) for index, form in enumerate(forms)) if each is not None]
    if not told:
        return []
    stored = events.read_incident_times(engine, {each.incident for each in told})
    # What this request says of an incident corrects what is stored.
    known = stored | {(each.name, each.incident, each.id): each.time_ns for each in told}
    return [
        {
            "index": each.index,
            "event": each.name,
            "id": each.id,
            "code": "resolved_before_opened",
            "message": f"Incident {each.incident} was resolved before it was opened",
            "hint": "check both times; to correct the other event send it again in the same request",
        }
        for each in told
        if _is_crossed(each, known)
    ]


def _is_crossed(told: _Incident, known: Mapping[tuple[str, str, str], int]) -> bool:
    openings, resolutions = (
        [time_ns for (name, incident, _), time_ns in known.items() if (name, incident) == (wanted, told.incident)]
        for wanted in (OPENED, RESOLVED)
    )
    if told.name == RESOLVED:
        resolutions = [told.time_ns]
    return bool(openings) and any(resolved < min(openings) for resolved in resolutions)


def _incident(index: int, form: Any, now_ns: int) -> _Incident | None:
    try:
        name, incident = form["event"], form["attributes"]["qms.incident.id"]
        if name not in (OPENED, RESOLVED) or not isinstance(incident, str):
            return None
        key = str(form.get("id") or form["attributes"].get(ID) or derive_id(name, form["attributes"]))
        return _Incident(index, name, incident, key, parse_time(form["time"], now_ns) if form.get("time") else now_ns)
    except (KeyError, TypeError, AttributeError, AssayError):
        return None
