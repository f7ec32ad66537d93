"""`/metrics` under the API's prefix: the metrics that services sent, not Assay's own."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Attribute, Within, conditions, nanoseconds
from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.query import exemplars, metrics
from assay.query.times import SECOND, Clock

_SHORTEST_STEP = SECOND


class MetricsQuestion(Within):
    service: Annotated[str, Field(description="Name of the service.")] = ""


Kind = Annotated[
    Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"] | None,
    Field(description="Kind of the metric, if several go by that name."),
]


class ExemplarsQuestion(MetricsQuestion):
    metric: Annotated[str, Field(description="Name of the metric.")]
    kind: Kind = None
    attribute: Attribute
    limit: Annotated[int, Field(ge=1, le=1000, description="How many to give.")] = 200


class SeriesQuestion(MetricsQuestion):
    kind: Kind = None
    attribute: Attribute
    group_by: Annotated[
        list[str] | None,
        Field(
            max_length=20,
            description="Attribute whose values make series, under any of its names; `service.name` is the service. Repeat it "
            "for more; leave it empty for one series of all. Without it each service and set of attributes is a series.",
        ),
    ] = None
    aggregation: Annotated[
        str,
        Field(
            description="`avg`, `min`, `max`, `sum`, `last`, `count`; `rate` per second and `increase` of a counter; a "
            "percentile of a histogram such as `p95`, or one that a summary was sent with. If left out: `rate` of a counter, "
            "`p95` of a histogram, else `avg`."
        ),
    ] = ""
    top: Annotated[
        int,
        Field(
            ge=0,
            le=10_000,
            description="Give so many series of a kind at most, those with the highest average of their values.",
        ),
    ] = 0
    step: Annotated[
        str | None,
        Field(description="Length of a step, at least 1s, such as `1m`. If left out one that gives at most 60 steps."),
    ] = None


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["metrics"])

    @router.get("/metrics", response_model=metrics.Metrics, summary="List metrics")
    def list_metrics(asked: Annotated[MetricsQuestion, Query()]) -> JsonAnswer:
        """Which metrics were sent in the time range, by whom and how."""
        return JsonAnswer(metrics.list_metrics(engine, asked.within(clock()), asked.service))

    @router.get("/exemplars", response_model=exemplars.MetricExemplars, summary="List the exemplars of a metric")
    def list_exemplars(asked: Annotated[ExemplarsQuestion, Query()]) -> JsonAnswer:
        """Traces that were counted in a metric, with the values that were measured in them.

        Of each sixtieth of the time range or so there are the three with the highest values.
        """
        found = exemplars.list_exemplars(
            engine,
            asked.metric,
            asked.within(clock()),
            asked.kind or "",
            asked.service,
            conditions(asked.attribute),
            asked.limit,
        )
        return JsonAnswer(found)

    @router.get("/metrics/{name:path}", response_model=metrics.SeriesAnswer, summary="Show a metric")
    def read_series(name: str, asked: Annotated[SeriesQuestion, Query()]) -> JsonAnswer:
        """How a metric went: a value per series and step.

        A counter's rate takes resets into account, and needs no point before the time range if the counter began in it.
        Percentiles are interpolated within the buckets of the histogram, as Prometheus does. A summary has those that it was
        sent with; of several streams it is the highest, as they cannot be added up.
        """
        step = nanoseconds(asked.step, 0)
        if asked.step is not None and step < _SHORTEST_STEP:
            raise InvalidInput("step_too_small", f"A step of {asked.step} is too short", "use 1s or more")
        question = metrics.SeriesQuestion(
            name=name,
            kind=asked.kind or "",
            service=asked.service,
            attributes=conditions(asked.attribute),
            group_by=None if asked.group_by is None else [key for key in asked.group_by if key],
            aggregation=asked.aggregation,
            step_ns=step,
            top=asked.top,
        )
        return JsonAnswer(metrics.read_series(engine, question, asked.within(clock())))

    return router
