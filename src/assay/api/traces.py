"""`/traces`"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Attribute, Duration, Page, Status, conditions, nanoseconds
from assay.core.ports import Engine
from assay.query import trace, traces
from assay.query.times import Clock


class TracesQuestion(Page):
    service: Annotated[str, Field(description="Name of the service that the span is of.")] = ""
    operation: Annotated[str, Field(description="Name of the span.")] = ""
    status: Annotated[Status | None, Field(description="Status of the span.")] = None
    min_duration: Duration = None
    max_duration: Duration = None
    attribute: Attribute


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["traces"])

    @router.get("/traces", response_model=traces.Traces, summary="Search traces")
    def find_traces(asked: Annotated[TracesQuestion, Query()]) -> JsonAnswer:
        """Traces that have a span in the time range which meets all conditions at once, the newest first.

        So `min_duration` and `max_duration` are about that span, which need not be the root.
        """
        wanted = traces.SpanConditions(
            service=asked.service,
            operation=asked.operation,
            status=asked.status or "",
            min_duration_ns=nanoseconds(asked.min_duration, 0),
            max_duration_ns=nanoseconds(asked.max_duration, traces.MAX_DURATION),
            attributes=conditions(asked.attribute),
        )
        return JsonAnswer(traces.find_traces(engine, wanted, asked.within(clock()), asked.limit, asked.after()))

    @router.get("/traces/{trace_id}", response_model=trace.Trace, summary="Show a trace")
    def read_trace(trace_id: str) -> JsonAnswer:
        """All spans of a trace with their attributes, events and links, and its log records."""
        return JsonAnswer(trace.read_trace(engine, trace.parse_trace_id(trace_id)))

    return router
