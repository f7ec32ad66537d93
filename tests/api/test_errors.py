from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from tests.conftest import listening

from assay.api import create_app
from assay.core import config
from assay.core.errors import AssayError, Permanent, Retryable, TimedOut
from assay.core.ports import Answer, Engine
from assay.core.statement import Statement


@pytest.mark.parametrize(
    ("asked", "status", "code", "words"),
    [
        ("GET /nothing", 404, "path_unknown", ["/nothing", "/docs"]),
        ("GET /api/v1/nothing", 404, "path_unknown", ["/api/v1/nothing"]),
        ("GET /api/v1/traces/", 404, "path_unknown", []),
        ("DELETE /api/v1/traces", 405, "method_not_allowed", ["DELETE", "GET"]),
        ("GET /api/v1/sql", 405, "method_not_allowed", ["POST"]),
        ("GET /api/v1/traces?limit=0", 400, "invalid_parameter", ["limit", "1"]),
        ("GET /api/v1/traces?limit=1001", 400, "invalid_parameter", ["limit", "1000"]),
        ("GET /api/v1/traces?limit=x&status=bad", 400, "invalid_parameter", ["limit", "status", "'error'"]),
        ("GET /api/v1/traces?servcie=x", 400, "invalid_parameter", ["servcie", "service", "min_duration"]),
        ("GET /api/v1/logs?start=x", 400, "time_invalid", ["'x'", "15m"]),
        ("GET /api/v1/logs?severity=loud", 400, "severity_invalid", ["loud", "warn"]),
        ("GET /api/v1/metrics/none-such", 404, "metric_unknown", ["none-such"]),
        ("GET /api/v1/traces/12", 400, "trace_id_invalid", ["32"]),
        (f"GET /api/v1/traces/{'12' * 16}", 404, "trace_unknown", ["12" * 16]),
    ],
)
def test_wrong_questions_are_told_what_is_wrong(
    client: httpx.Client, asked: str, status: int, code: str, words: list[str]
) -> None:
    """Every refusal has the same form, names what is wrong and says what is allowed."""
    answer = client.request(*asked.split())
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error["code"] == code
    assert all(word in f"{error['message']} {error['hint']}" for word in words), error


class _Failing:
    """An engine that fails: what a real one does when it is out of memory or broken cannot be brought about at will."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def query(self, statement: Statement | str, parameters: Mapping[str, Any] | None = None) -> Answer:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Retryable("store_busy", "Out of memory", "wait", retry_after_seconds=7), 503, "store_busy"),
        (TimedOut("time_limit", "Too slow"), 408, "time_limit"),
        (Permanent("store_query_failed", "Broken"), 500, "store_query_failed"),
        (AssayError("other", "Other"), 500, "other"),
        (ZeroDivisionError("secret detail"), 500, "internal"),
    ],
)
def test_failures_keep_the_form(error: Exception, status: int, code: str) -> None:
    """A failure is told by its class, an unforeseen one without what it said; only a passing one invites to try again."""
    engine: Any = _Failing(error)
    with listening(create_app(engine, config.Api())) as url:
        answer = httpx.get(f"{url}/api/v1/services", timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.headers.get("retry-after") == ("7" if status == 503 else None)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_the_engine_port_is_what_questions_need(engine: Engine) -> None:
    """The failing engine stands for the real one: both answer `query`."""
    assert engine.query("SELECT 1").rows == [[1]]
