"""`/services`"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from assay.api.answer import JsonAnswer
from assay.api.parameters import Within
from assay.core.ports import Engine
from assay.query import services
from assay.query.times import Clock


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["services"])

    @router.get("/services", response_model=services.Services, summary="List services")
    def list_services(asked: Annotated[Within, Query()]) -> JsonAnswer:
        """Who sent anything in the time range, how much, how fast and with how many errors."""
        return JsonAnswer(services.list_services(engine, asked.within(clock())))

    @router.get("/services/{name}/operations", response_model=services.Operations, summary="List a service's operations")
    def list_operations(name: str, asked: Annotated[Within, Query()]) -> JsonAnswer:
        """What a service did in the time range, the most frequent first; nothing if it sent no span."""
        return JsonAnswer(services.list_operations(engine, name, asked.within(clock())))

    return router
