"""`/policies`"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from assay.api.answer import JsonAnswer
from assay.api.parameters import Within
from assay.core.errors import InvalidInput, Misconfigured, NotFound
from assay.core.ports import Engine
from assay.policies import Overview, PolicyKeeper, Trial, describe, parse, try_out
from assay.query import effects
from assay.query.times import DAY, SECOND, Clock, parse_duration

_LONGEST_TRIAL = DAY


class PoliciesAsSql(BaseModel):
    """The SQL of each section; each text runs as it is."""

    filters: str
    enrichment: str
    scrubbing: str
    sampling: str


class TrialQuestion(BaseModel):
    """Policies to try out, as they would stand under `policies:` in the configuration file; those in force if left out."""

    model_config = ConfigDict(extra="forbid")

    policies: dict[str, Any] | None = None
    window: Annotated[str, Field(description="How far back, at most `1d`.")] = "1h"


class LeaksQuestion(Within):
    service: Annotated[str, Field(description="Name of the service; all if left out.")] = ""


def routes(engine: Engine, clock: Clock, keeper: PolicyKeeper | None) -> APIRouter:
    router = APIRouter(prefix="/policies", tags=["policies"])

    @router.get("", response_model=Overview, summary="What is in force?")
    def show() -> JsonAnswer:
        """The policies in force: filters, enrichment, rules of scrubbing and sampling."""
        return JsonAnswer(describe(engine, _kept(keeper).in_force))

    @router.get("/sql", response_model=PoliciesAsSql, summary="Show the policies as SQL")
    def sql() -> JsonAnswer:
        """The SQL that the policies in force are compiled to, by section."""
        return JsonAnswer(_kept(keeper).explain())

    @router.post("/reload", response_model=Overview, summary="Read the policies again")
    def reload() -> JsonAnswer:
        """Bring into force what is written in the configuration file now; if it is wrong, what held before holds on."""
        try:
            return JsonAnswer(describe(engine, _kept(keeper).reload()))
        except Misconfigured as error:
            raise InvalidInput(error.code, error.message, error.hint) from error

    @router.post("/dry-run", response_model=Trial, summary="Try policies out on what is stored")
    def dry_run(asked: TrialQuestion) -> JsonAnswer:
        """What the policies would have dropped, changed and kept of what came in during the window; nothing is changed.

        What is stored has been through the policies that held then. Sampling is tried on what the hot window still has.
        """
        policies = _kept(keeper).in_force.policies if asked.policies is None else parse(asked.policies)
        window_ns = parse_duration(asked.window)
        if not SECOND <= window_ns <= _LONGEST_TRIAL:
            raise InvalidInput("window_invalid", f"{asked.window} is out of range", "use a time from 1s to 1d")
        now = clock() // SECOND
        return JsonAnswer(try_out(engine, policies, now - window_ns // SECOND, now + 1))

    @router.get("/scrubbing/coverage", response_model=effects.Leaks, summary="Who leaks what?")
    def coverage(asked: Annotated[LeaksQuestion, Query()]) -> JsonAnswer:
        """What scrubbing had to change in the time range (a day by default), by service, signal, place and rule."""
        return JsonAnswer(effects.list_leaks(engine, asked.within(clock(), DAY), asked.service))

    @router.get("/filters/counts", response_model=effects.FilteredItems, summary="What was filtered?")
    def counts(asked: Annotated[Within, Query()]) -> JsonAnswer:
        """What filters have dropped in the time range (a day by default), by signal, filter and service."""
        return JsonAnswer(effects.count_filtered(engine, asked.within(clock(), DAY)))

    return router


def _kept(keeper: PolicyKeeper | None) -> PolicyKeeper:
    if keeper is None:
        raise NotFound("policies_unavailable", "No policies are kept here", "ask the server that stores")
    return keeper
