"""Every error as `{"error": {"code", "message", "hint"}}`, in one place."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from assay.core.errors import AssayError, InvalidInput, Retryable

log = structlog.get_logger(__name__)


class ErrorDetail(BaseModel):
    """What went wrong (`message`), in which class of cases (`code`), and what to do next (`hint`, may be empty)."""

    code: str
    message: str
    hint: str


class ErrorAnswer(BaseModel):
    """The body of every answer that is no success."""

    error: ErrorDetail


def answer_error(error: AssayError, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer that tells an error of ours."""
    headers = dict(headers or {})
    if isinstance(error, Retryable):
        headers["Retry-After"] = str(error.retry_after_seconds)
    body = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
    return JSONResponse(body, error.http_status, headers)


def install(app: FastAPI) -> None:
    """Make `app` answer every error in the one form; an error that nobody foresaw is logged and told without its trace."""

    @app.exception_handler(AssayError)
    async def tell(request: Request, error: AssayError) -> JSONResponse:
        if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("question_failed", path=request.url.path, code=error.code, error=error.message)
        return answer_error(error)

    @app.exception_handler(RequestValidationError)
    async def tell_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return answer_error(_explain(request, error))

    @app.exception_handler(HTTPException)
    async def tell_http(request: Request, error: HTTPException) -> JSONResponse:
        answer = answer_error(_explain_http(request, error), dict(error.headers or {}))
        answer.status_code = error.status_code
        return answer

    @app.exception_handler(Exception)
    async def tell_unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("question_failed", path=request.url.path, exc_info=error)
        message = f"This should not have happened: {type(error).__name__}"
        return answer_error(AssayError("internal", message, "the log of the server says more"))


def _explain(request: Request, error: RequestValidationError) -> InvalidInput:
    problems = [_problem(detail) for detail in error.errors()]
    unknown = any(detail["type"] == "extra_forbidden" for detail in error.errors())
    known = ", ".join(_parameters(request)) if unknown else ""
    return InvalidInput("invalid_parameter", "; ".join(problems), f"known are {known}" if known else "see /docs")


def _problem(detail: dict[str, Any]) -> str:
    place = [str(part) for part in detail["loc"] if part not in ("query", "path")]
    if detail["type"] == "extra_forbidden":
        return f"{place[-1]} is no parameter here"
    if detail["type"] == "json_invalid":
        return f"the body is no JSON: {detail['ctx']['error']}"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{'.'.join(place)}: {message[:1].lower()}{message[1:]}"


def _parameters(request: Request) -> list[str]:
    models = [field.field_info.annotation for field in request.scope["route"].dependant.query_params]
    return [name for model in models if isinstance(model, type) and issubclass(model, BaseModel) for name in model.model_fields]


def _explain_http(request: Request, error: HTTPException) -> AssayError:
    path = request.url.path
    if error.status_code == HTTPStatus.NOT_FOUND:
        return InvalidInput("path_unknown", f"There is nothing at {path}", "see /docs")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("allow", "") or (error.headers or {}).get("Allow", "")
        return InvalidInput("method_not_allowed", f"{request.method} is not possible at {path}", f"use {allowed}")
    return InvalidInput(HTTPStatus(error.status_code).name.lower(), str(error.detail))
