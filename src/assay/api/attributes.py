"""`/attributes`"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Within
from assay.core.ports import Engine
from assay.query import attributes
from assay.query.times import Clock


class AttributesQuestion(Within):
    of: Annotated[attributes.Kind, Field(description="What has the attributes.")] = "spans"
    service: Annotated[str, Field(description="Only those of this service.")] = ""
    metric: Annotated[str, Field(description="Only those of this metric.")] = ""
    key: Annotated[str, Field(description="Give the values of this attribute, under any of its names. Keys if left out.")] = ""
    text: Annotated[str, Field(description="A part of the key or value; the case of ASCII letters does not matter.")] = ""
    limit: Annotated[int, Field(ge=1, le=1000, description="How many to give.")] = 100


def routes(engine: Engine, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["attributes"])

    @router.get("/attributes", response_model=attributes.Attributes, summary="List attributes or their values")
    def list_attributes(asked: Annotated[AttributesQuestion, Query()]) -> JsonAnswer:
        """Which attributes spans, log records or metrics have, themselves or by their resource, or which values one has.

        They are counted in a part of the time range where it holds much, so a rare one may be missing.
        """
        within = asked.within(clock())
        found = attributes.list_attributes(
            engine,
            asked.of,
            within,
            service=asked.service,
            metric=asked.metric,
            key=asked.key,
            text=asked.text,
            limit=asked.limit,
        )
        return JsonAnswer(found)

    return router
