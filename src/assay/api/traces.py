"""`/traces`"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Attribute, Duration, Page, Status, conditions, nanoseconds
from assay.core.ports import Engine
from assay.policies import Fate, PolicyKeeper, tell_fate
from assay.policies.sampling import Sampling
from assay.query import trace, traces
from assay.query.times import SECOND, Clock, format_time


class TracesQuestion(Page):
    service: Annotated[str, Field(description="Name of the service that the span is of.")] = ""
    operation: Annotated[str, Field(description="Name of the span.")] = ""
    status: Annotated[Status | None, Field(description="Status of the span.")] = None
    min_duration: Duration = None
    max_duration: Duration = None
    caller: Annotated[str, Field(description="Name of the service that the span's parent is of.")] = ""
    peer: Annotated[
        str,
        Field(
            description="Database, queue or whatever else sends no spans itself that the span calls or takes from, by its name "
            "in the service graph."
        ),
    ] = ""
    attribute: Attribute


@dataclass(frozen=True, slots=True)
class TraceDecision:
    """What was decided on a trace, or that it waits (`state`: kept, sampled_out, waiting), and by which policy.

    `time` is when it was decided, or will be; `reason` is why then: its root had ended (root), or it had been waited for long
    enough (wait). It stands for `adjusted_count` traces. What is not kept can be seen until `visible_until`, at least; if it is
    `gone`, it no longer can.
    """

    trace_id: str
    state: Literal["kept", "sampled_out", "waiting"]
    policy: str
    reason: Literal["root", "wait", "none"]
    time: str | None
    adjusted_count: float
    visible_until: str | None
    gone: bool


def routes(engine: Engine, clock: Clock, keeper: PolicyKeeper | None) -> APIRouter:
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
            caller=asked.caller,
            peer=asked.peer,
        )
        return JsonAnswer(traces.find_traces(engine, wanted, asked.within(clock()), asked.limit, asked.after()))

    @router.get("/traces/{trace_id}", response_model=trace.Trace, summary="Show a trace")
    def read_trace(trace_id: str) -> JsonAnswer:
        """All spans of a trace with their attributes, events and links, and its log records."""
        return JsonAnswer(trace.read_trace(engine, trace.parse_trace_id(trace_id)))

    @router.get("/traces/{trace_id}/decision", response_model=TraceDecision, summary="Why is a trace kept?")
    def read_decision(trace_id: str) -> JsonAnswer:
        """Which policy keeps a trace, or until when it can be seen if none does."""
        known = trace.parse_trace_id(trace_id)
        sampling = keeper.in_force.policies.sampling if keeper else Sampling()
        return JsonAnswer(_told(known, tell_fate(engine, known, sampling.hot_window)))

    return router


def _told(trace_id: str, fate: Fate) -> TraceDecision:
    time, until = (None if second is None else format_time(second * SECOND) for second in (fate.at, fate.visible_until))
    return TraceDecision(trace_id, fate.state, fate.policy, fate.reason, time, fate.adjusted_count, until, fate.gone)
