from __future__ import annotations

from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_VALUES = [
    "", " ", "0", "-1", "1", "20", "1e9", "nan", "\0", "'", "\\", "%", "a=1", "size>=5", "=", "!=", "15m", "99999d", "now",
    "2026-11-03T10:00:00Z", "1970-01-01", "2262-04-11T23:47:16Z", "error", "sum", "p95", "p100", "rate", "1s", "ab" * 16, "🧪",
    "service.name", "W10", "x" * 3000,
]  # fmt: skip
_SEGMENTS = ["x", "ab" * 16, "%00", "%27", "..%2F", "%F0%9F%A7%AA", "a%3Fb", "%FF", "x" * 3000]
_value = st.sampled_from(_VALUES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def _operations(client: httpx.Client) -> list[tuple[str, list[str]]]:
    paths: dict[str, Any] = client.get("/openapi.json").json()["paths"]
    return [
        (path, [each["name"] for each in operations["get"].get("parameters", []) if each["in"] == "query"])
        for path, operations in sorted(paths.items())
        if "get" in operations
    ]


def test_no_question_is_a_server_error(client: httpx.Client) -> None:
    """Whatever the parameters of any question are, it is answered, or refused with code, message and hint."""
    operations = _operations(client)

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        path, names = data.draw(st.sampled_from(operations))
        for place in ("{name}", "{trace_id}", "{name:path}", "{id}"):
            path = path.replace(
                place, data.draw(st.sampled_from(["x", "ab" * 16, "%00", "%27", "..%2F", "%F0%9F%A7%AA", "a%3Fb"]))
            )
        given_names = data.draw(st.lists(st.sampled_from([*names, "unknown"]), max_size=4)) if names else []
        answer = client.get(path, params=[(name, data.draw(_value)) for name in given_names])
        if answer.status_code != 200:
            assert 400 <= answer.status_code < 500, answer.text
            assert set(answer.json()) == {"error"}
            assert set(answer.json()["error"]) == {"code", "message", "hint"}

    ask()


def test_every_question_is_described(client: httpx.Client) -> None:
    """OpenAPI has a summary, a description and an answer for each path of the API, and words for every parameter."""
    api = client.get("/openapi.json").json()
    paths = {path for path in api["paths"] if path.startswith("/api/v1/")}
    names = (
        "attributes",
        "baselines",
        "baselines/compare",
        "baselines/{id}",
        "baselines/{id}/expire",
        "conventions",
        "compliance",
        "compliance/assessments",
        "compliance/assessments/{id}",
        "compliance/assessments/{id}/report",
        "compliance/frameworks",
        "compliance/progress",
        "compliance/scores",
        "dora",
        "dora/changes",
        "dora/course",
        "dora/deployments",
        "dora/incidents",
        "events",
        "events/{id}",
        "exemplars",
        "explain",
        "exporters",
        "exporters/{name}/pause",
        "exporters/{name}/replay",
        "exporters/{name}/resume",
        "gate-evaluations",
        "gate-evaluations/{id}",
        "gate-evaluations/{id}/earlier",
        "gate-validations",
        "gates",
        "gates/{name}",
        "gates/{name}/evaluations",
        "gates/{name}/watch",
        "graph",
        "invalid-events",
        "logs",
        "logs/context",
        "logs/counts",
        "metrics",
        "metrics/{name}",
        "pipeline/arrivals",
        "pipeline/flow",
        "pipeline/storage",
        "policies",
        "policies/dry-run",
        "policies/filters/counts",
        "policies/reload",
        "policies/scrubbing/coverage",
        "policies/sql",
        "services",
        "services/series",
        "services/{name}/metrics",
        "services/{name}/operations",
        "sql",
        "status",
        "traces",
        "traces/{trace_id}",
        "traces/{trace_id}/decision",
    )
    assert paths == {f"/api/v1/{name}" for name in names}
    for path in paths:
        for operation in api["paths"][path].values():
            assert operation["summary"]
            assert operation["description"]
            assert operation["responses"]["200"]["content"]["application/json"]["schema"]
            assert "422" not in operation["responses"]
            for parameter in operation.get("parameters", []):
                assert parameter["in"] == "path" or parameter["description"], parameter["name"]
