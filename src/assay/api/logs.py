"""`/logs`"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Attribute, Page, conditions
from assay.core.ports import Engine
from assay.query import logs
from assay.query.times import Clock, parse_time
from assay.query.trace import parse_span_id, parse_trace_id


class LogsQuestion(Page):
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


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["logs"])

    @router.get("/logs", response_model=logs.Logs, summary="Search logs")
    def find_logs(asked: Annotated[LogsQuestion, Query()]) -> JsonAnswer:
        """Log records and events in the time range that meet all conditions, the newest first.

        With `trace_id` and without `start` all times are searched.
        """
        now = clock()
        wanted = logs.LogConditions(
            service=asked.service,
            min_severity=logs.parse_severity(asked.severity) if asked.severity is not None else 0,
            text=asked.text,
            trace_id=parse_trace_id(asked.trace_id) if asked.trace_id is not None else "",
            span_id=parse_span_id(asked.span_id) if asked.span_id is not None else "",
            event=asked.event,
            kind=asked.kind or "",
            received_after_ns=parse_time(asked.received_after, now) if asked.received_after is not None else 0,
            attributes=conditions(asked.attribute),
        )
        within = asked.within(now, now) if wanted.trace_id else asked.within(now)
        return JsonAnswer(logs.find_logs(engine, wanted, within, asked.limit, asked.after()))

    return router
