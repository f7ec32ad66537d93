"""`/graph`"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Percentiles, Within
from assay.core.ports import Engine
from assay.query import graph
from assay.query.times import Clock


class GraphQuestion(Within):
    service: Annotated[str, Field(description="Only the calls of this service and those to it.")] = ""
    environment: Annotated[str, Field(description="Only calls in this deployment environment.")] = ""
    percentile: Percentiles


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["services"])

    @router.get("/graph", response_model=graph.ServiceGraph, summary="Show the service graph")
    def read_graph(asked: Annotated[GraphQuestion, Query()]) -> JsonAnswer:
        """Who called whom in the time range, how often, how long it took and how often it failed.

        It is made of all spans, whatever the sampling keeps. Databases, queues and what sends no spans itself are known by the
        attributes of those that call them.
        """
        within = asked.within(clock())
        return JsonAnswer(graph.read_graph(engine, within, asked.service, asked.environment, asked.percentile))

    return router
