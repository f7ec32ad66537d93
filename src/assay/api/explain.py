"""`/explain`: the SQL behind an answer.

Whatever a page shows was asked at some path of this API. The same question is asked again here, over an engine that writes
down each statement, so no question has to know of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, FastAPI, Query
from starlette.responses import Response

from assay.api import errors
from assay.api.answer import JsonAnswer
from assay.core.errors import InvalidInput
from assay.core.ports import Answer, Engine
from assay.core.signals import Signal
from assay.core.statement import Statement

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class AskedStatement:
    """A statement that was asked and the values of its `{name:Type}` places: `POST /api/v1/sql` takes both as they are.

    `why` is what it is for. It gave `rows` rows in `seconds`.
    """

    name: str
    why: str
    sql: str
    parameters: dict[str, Any]
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The statements behind the answer to `question`, in the order in which they were asked."""

    question: str
    statements: list[AskedStatement]


@dataclass
class Recording:
    """An engine that writes down which statements it is asked."""

    engine: Engine
    asked: list[AskedStatement] = field(default_factory=list)

    def query(self, statement: Statement | str, parameters: Mapping[str, Any] | None = None) -> Answer:
        began = time.monotonic()
        answer = self.engine.query(statement, parameters)
        known = statement if isinstance(statement, Statement) else Statement.parse("", statement)
        self.asked.append(
            AskedStatement(
                known.name,
                known.header.get("why", ""),
                known.text,
                dict(parameters or {}),
                len(answer.rows),
                time.monotonic() - began,
            )
        )
        return answer

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self.engine.execute(sql, parameters)

    def read(self, sql: str, parameters: Mapping[str, Any] | None = None, *, form: str) -> bytes:
        return self.engine.read(sql, parameters, form=form)

    def query_untrusted(self, sql: str, parameters: Mapping[str, Any] | None = None, *, arrow: bool = False) -> Answer | bytes:
        return self.engine.query_untrusted(sql, parameters, arrow=arrow)

    def insert(self, signal: Signal, data: Iterable[bytes], token: str, stage: str = "") -> None:
        self.engine.insert(signal, data, token, stage)

    def close(self) -> None:
        """Leave the engine open: it is not ours."""


def routes(engine: Engine, questions: Callable[[Engine], APIRouter]) -> APIRouter:
    """Explain the answers of `questions`, which makes the routes of the API over an engine."""
    router = APIRouter(tags=["sql"])
    alone = asyncio.Lock()
    made: list[tuple[Recording, FastAPI]] = []

    def recorded() -> tuple[Recording, FastAPI]:
        if not made:
            recording, app = Recording(engine), FastAPI(openapi_url=None, redirect_slashes=False)
            errors.install(app)
            app.include_router(questions(recording), prefix=PREFIX)
            made.append((recording, app))
        return made[0]

    @router.get("/explain", response_model=Explanation, summary="Which SQL is behind an answer?")
    async def explain(
        question: Annotated[
            str, Query(description="Path and parameters of a question of this API, such as `/api/v1/services?start=1h`.")
        ],
    ) -> Response:
        """The statements that were asked for an answer, with their parameters, rows and time.

        The question is asked again. What is read beside the store, such as policies in files, has no statement.
        """
        if not question.startswith(f"{PREFIX}/"):
            raise InvalidInput("question_unknown", f"{question!r} is no question of this API", f"begin with {PREFIX}/")
        async with alone:
            recording, app = recorded()
            recording.asked.clear()
            answer = await _ask(app, question)
            if answer.status_code != HTTPStatus.OK:
                return Response(answer.content, answer.status_code, media_type="application/json")
            return JsonAnswer(Explanation(question, list(recording.asked)))

    return router


async def _ask(app: FastAPI, question: str) -> httpx.Response:
    # The name of the host is never resolved: the application is called as it is.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://questions") as client:
        try:
            return await client.get(question)
        except httpx.InvalidURL as error:
            raise InvalidInput("question_unknown", f"{question!r} is no URL: {error}", f"begin with {PREFIX}/") from error
