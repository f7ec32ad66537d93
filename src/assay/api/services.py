"""`/services`"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Percentiles, Within, nanoseconds
from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.query import service_metrics, service_series, services
from assay.query.times import MINUTE, Clock


class ServiceQuestion(Within):
    operation: Annotated[str, Field(description="Only spans of this name.")] = ""
    kind: Annotated[
        list[Literal["server", "client", "producer", "consumer", "internal", "unspecified"]],
        Field(
            default_factory=list,
            max_length=6,
            description="Only spans of this kind. Repeat it for more. If it and `operation` are left out: `server` and "
            "`consumer`, which are the requests to the service.",
        ),
    ]
    environment: Annotated[str, Field(description="Only this deployment environment.")] = ""
    version: Annotated[str, Field(description="Only this version of the service.")] = ""
    group_by: Annotated[
        list[Literal["operation", "kind", "environment", "version", "status"]],
        Field(default_factory=list, max_length=5, description="What makes series. Repeat it for more; one series if left out."),
    ]
    percentile: Percentiles
    step: Annotated[
        str | None,
        Field(description="Length of a step in whole minutes, such as `5m`. If left out one that gives at most 60 steps."),
    ] = None


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["services"])

    @router.get("/services", response_model=services.Services, summary="List services")
    def list_services(asked: Annotated[Within, Query()]) -> JsonAnswer:
        """Who sent anything in the time range, how much, how fast and with how many errors."""
        return JsonAnswer(services.list_services(engine, asked.within(clock())))

    @router.get("/services/series", response_model=service_series.Glances, summary="Show how all services went")
    def read_service_series(asked: Annotated[Within, Query()]) -> JsonAnswer:
        """Requests, errors and the 95th percentile of the duration of every service, in at most 60 steps.

        The numbers are made of all spans, whatever the sampling keeps.
        """
        return JsonAnswer(service_series.read_service_series(engine, asked.within(clock())))

    @router.get("/services/{name}/operations", response_model=services.Operations, summary="List a service's operations")
    def list_operations(name: str, asked: Annotated[Within, Query()]) -> JsonAnswer:
        """What a service did in the time range, the most frequent first; nothing if it sent no span."""
        return JsonAnswer(services.list_operations(engine, name, asked.within(clock())))

    @router.get(
        "/services/{name}/metrics", response_model=service_metrics.ServiceMetrics, summary="Show how a service went over time"
    )
    def read_service_metrics(name: str, asked: Annotated[ServiceQuestion, Query()]) -> JsonAnswer:
        """How often a service was asked, how often it failed and how long it took, step by step.

        The numbers are made of all spans, whatever the sampling keeps. A percentile is off by at most 0.55 % of its value.
        """
        step = nanoseconds(asked.step, 0)
        if asked.step is not None and step < MINUTE:
            raise InvalidInput("step_too_small", f"A step of {asked.step} is too short", "use 1m or more")
        question = service_metrics.ServiceQuestion(
            service=name,
            operation=asked.operation,
            kinds=list(asked.kind),
            environment=asked.environment,
            version=asked.version,
            group_by=list(asked.group_by),
            percentiles=asked.percentile,
            step_ns=step,
        )
        return JsonAnswer(service_metrics.read_service_metrics(engine, question, asked.within(clock())))

    return router
