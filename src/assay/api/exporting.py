"""`/exporters`"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from assay.api.answer import JsonAnswer
from assay.core.errors import NotFound
from assay.exporters import Exporters, Told
from assay.query.times import SECOND, Clock, parse_time


class ExporterList(BaseModel):
    """One element for each signal of each exporter."""

    exporters: list[Told]


class ReplayQuestion(BaseModel):
    """What to send again."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[str, Field(alias="from", description="RFC 3339, or how long ago, such as `2h`.")]


def routes(clock: Clock, exporters: Exporters | None) -> APIRouter:
    router = APIRouter(prefix="/exporters", tags=["exporters"])

    def running() -> Exporters:
        if exporters is None:
            raise NotFound("exporters_none", "No exporter runs here", "write exporters in the configuration file")
        return exporters

    def answer() -> JsonAnswer:
        return JsonAnswer({"exporters": exporters.told() if exporters else []})

    @router.get("", response_model=ExporterList, summary="How is the export going?")
    def show() -> JsonAnswer:
        """Position, lag, rate and last error of each exporter, by signal."""
        return answer()

    @router.post("/{name}/pause", response_model=ExporterList, summary="Hold an exporter")
    def pause(name: str) -> JsonAnswer:
        """Send nothing more until it is resumed, also after a restart; nothing is lost while retention keeps it."""
        running().pause(name, True)
        return answer()

    @router.post("/{name}/resume", response_model=ExporterList, summary="Let an exporter go on")
    def resume(name: str) -> JsonAnswer:
        """Go on where it was."""
        running().pause(name, False)
        return answer()

    @router.post("/{name}/replay", response_model=ExporterList, summary="Send again")
    def replay(name: str, question: ReplayQuestion) -> JsonAnswer:
        """Send all again that was received since a time and is still stored."""
        running().replay(name, parse_time(question.since, clock()) / SECOND)
        return answer()

    return router
