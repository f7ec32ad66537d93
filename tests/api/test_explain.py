from __future__ import annotations

import time
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.signals import Signal


def test_an_answer_is_explained_by_statements_that_give_it(client: httpx.Client, store: Store) -> None:
    """What is behind an answer can be asked in SQL as it is told, and gives what was answered."""
    service = f"explained-{uuid4()}"
    store(Signal.TRACES, traces(service, [span(uuid4().hex, 1, name="GET /", kind=2, start_ns=time.time_ns() - SECOND)]))
    question = f"/api/v1/services/{service}/operations?start=10m"
    told = client.get("/api/v1/explain", params={"question": question}).json()
    assert told["question"] == question
    [statement] = told["statements"]
    assert (statement["name"], statement["rows"]) == ("list_operations", 1)
    assert statement["why"]
    assert statement["parameters"]["service"] == service
    again = client.post("/api/v1/sql", json={"sql": statement["sql"], "parameters": statement["parameters"]}).json()
    names = [column["name"] for column in again["columns"]]
    assert [row[names.index("name")] for row in again["rows"]] == ["GET /"]


def test_statements_of_several_threads_are_told(client: httpx.Client) -> None:
    """The delivery metrics ask their statements side by side; all of them are told, and none of another question."""
    told = client.get("/api/v1/explain", params={"question": "/api/v1/dora"}).json()
    told_again = client.get("/api/v1/explain", params={"question": "/api/v1/dora"}).json()
    assert len(told["statements"]) == len(told_again["statements"]) == 4


def test_what_cannot_be_explained_is_refused(client: httpx.Client) -> None:
    """A question that is refused is refused here in the same words, and what is no question of the API is none here."""
    wrong = "/api/v1/services?" + urlencode({"start": "yesterday"})
    refused = client.get("/api/v1/explain", params={"question": wrong})
    assert (refused.status_code, refused.json()) == (400, client.get(wrong).json())
    for none in ("", "/metrics", "services", "//host/api/v1/services", "http://host/api/v1/services"):
        answer = client.get("/api/v1/explain", params={"question": none})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "question_unknown"), none
    for unknown in ("/api/v1/nothing", "/api/v1/explain?question=/api/v1/services"):
        assert client.get("/api/v1/explain", params={"question": unknown}).json()["error"]["code"] == "path_unknown"
