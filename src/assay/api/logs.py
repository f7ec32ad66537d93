"""`/logs`"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Attribute, Page, Within, conditions
from assay.core.ports import Engine
from assay.query import log_course, logs
from assay.query.times import Clock, TimeRange, parse_time
from assay.query.trace import parse_span_id, parse_trace_id


class Conditions(Within):
    service: Annotated[str, Field(description="Name of the service.")] = ""
    severity: Annotated[
        str | None,
        Field(
            description="Least severity: `trace`, `debug`, `info`, `warn`, `error`, `fatal`, or a SeverityNumber from 1 to 24."
        ),
    ] = None
    text: Annotated[str, Field(description="A part of the body; the case of ASCII letters does not matter.")] = ""
    trace_id: Annotated[str | None, Field(description="Trace that the record belongs to.")] = None
    span_id: Annotated[str | None, Field(description="Span that the record belongs to.")] = None
    event: Annotated[str, Field(description="Name of the event that the record is.")] = ""
    kind: Annotated[
        Literal["record", "event"] | None, Field(description="Only events, which have a name, or only the other records.")
    ] = None
    received_after: Annotated[
        str | None, Field(description="Only records that arrived at this time or later, whatever their own time; as `start`.")
    ] = None
    attribute: Attribute

    def read(self, now_ns: int) -> tuple[logs.LogConditions, TimeRange]:
        """Return the conditions and the time range; with a trace and without `start` that is all time."""
        wanted = logs.LogConditions(
            service=self.service,
            min_severity=logs.parse_severity(self.severity) if self.severity is not None else 0,
            text=self.text,
            trace_id=parse_trace_id(self.trace_id) if self.trace_id is not None else "",
            span_id=parse_span_id(self.span_id) if self.span_id is not None else "",
            event=self.event,
            kind=self.kind or "",
            received_after_ns=parse_time(self.received_after, now_ns) if self.received_after is not None else 0,
            attributes=conditions(self.attribute),
        )
        return wanted, self.within(now_ns, now_ns) if wanted.trace_id else self.within(now_ns)


class LogsQuestion(Conditions, Page):
    pass


class ContextQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    time: Annotated[str, Field(description="Time of the record, RFC 3339.")]
    service: Annotated[str, Field(description="Only records of this service.")] = ""
    attribute: Attribute
    limit: Annotated[int, Field(ge=1, le=500, description="How many to give on each side.")] = 20


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["logs"])

    @router.get("/logs", response_model=logs.Logs, summary="Search logs")
    def find_logs(asked: Annotated[LogsQuestion, Query()]) -> JsonAnswer:
        """Log records and events in the time range that meet all conditions, the newest first.

        With `trace_id` and without `start` all times are searched.
        """
        wanted, within = asked.read(clock())
        return JsonAnswer(logs.find_logs(engine, wanted, within, asked.limit, asked.after()))

    @router.get("/logs/counts", response_model=log_course.LogCounts, summary="Count logs over time")
    def count_logs(asked: Annotated[Conditions, Query()]) -> JsonAnswer:
        """How many log records and events meet all conditions, step by step and by severity."""
        return JsonAnswer(log_course.count_logs(engine, *asked.read(clock())))

    @router.get("/logs/context", response_model=logs.Logs, summary="What was logged around a record")
    def find_context(asked: Annotated[ContextQuestion, Query()]) -> JsonAnswer:
        """The records before and after a time, within an hour of it, the newest first."""
        at, met = parse_time(asked.time, clock()), conditions(asked.attribute)
        return JsonAnswer(log_course.find_context(engine, at, asked.service, asked.limit, met))

    return router
