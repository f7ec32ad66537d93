"""`/sql`"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from assay.api.answer import JsonAnswer
from assay.core.ports import Engine

ARROW = "application/vnd.apache.arrow.stream"


def _unicode(text: str) -> str:
    # JSON can escape a half of a surrogate pair, which is no character.
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("text must be Unicode") from error
    return text


_Text = Annotated[str, AfterValidator(_unicode)]
_Scalar = _Text | int | float | bool | None


class SqlQuestion(BaseModel):
    """One SELECT in ClickHouse's SQL, and values for its `{name:Type}` places."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"sql": "SELECT SpanName, count() FROM assay_spans WHERE ServiceName = {service:String} GROUP BY ALL",
         "parameters": {"service": "orders"}}
    ]})  # fmt: skip

    sql: Annotated[_Text, Field(min_length=1, max_length=1_000_000)]
    parameters: dict[_Text, _Scalar | list[_Scalar | list[_Scalar]] | dict[_Text, _Scalar]] = {}


class SqlColumn(BaseModel):
    """A column of the answer; `type` is the engine's."""

    name: str
    type: str


class SqlAnswer(BaseModel):
    """All rows that the query gives. Numbers that JSON lacks (NaN, infinity) are null."""

    columns: list[SqlColumn]
    rows: list[list[Any]]


def routes(engine: Engine) -> APIRouter:
    router = APIRouter(tags=["sql"])

    @router.post(
        "/sql",
        response_model=SqlAnswer,
        responses={200: {"content": {ARROW: {}}, "description": "All rows, as JSON or as an Arrow IPC stream"}},
        summary="Ask in SQL",
    )
    def ask(question: SqlQuestion, request: Request) -> Response:
        """The rows of one SELECT, or an error if they are more than the limit: nothing is cut off.

        With `Accept: application/vnd.apache.arrow.stream` the answer is an Arrow IPC stream.
        """
        if ARROW in request.headers.get("accept", ""):
            return Response(engine.query_untrusted(question.sql, question.parameters, arrow=True), media_type=ARROW)
        answer = engine.query_untrusted(question.sql, question.parameters)
        assert not isinstance(answer, bytes)
        columns = [{"name": name, "type": kind} for name, kind in answer.columns]
        return JsonAnswer({"columns": columns, "rows": answer.rows})

    return router
