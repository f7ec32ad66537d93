"""Services of a test's own, with requests that can be counted, and the gates that look at them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import yaml
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.signals import Signal

MILLISECOND = SECOND // 1000
FAILED = Status(code=Status.STATUS_CODE_ERROR)


class World:
    """A service with a name of its own, and a directory of gates that an API over the store reads."""

    def __init__(self, store: Store, client: httpx.Client, directory: Path) -> None:
        self.service = f"service-{uuid4().hex}"
        self.client = client
        self._store = store
        self._directory = directory

    def neighbour(self) -> World:
        """Return another service in the same place."""
        return World(self._store, self.client, self._directory)

    def requests(
        self,
        good: int = 0,
        bad: int = 0,
        *,
        ms: float = 100,
        version: str = "",
        environment: str = "",
        operation: str = "POST /orders",
        minutes_ago: float = 1,
        trace_state: str = "",
    ) -> list[str]:
        """Store requests that took `ms`, and return their trace ids, those that failed last."""
        start = time.time_ns() - round(minutes_ago * 60 * SECOND)
        ids = [os.urandom(16).hex() for _ in range(good + bad)]
        spans = [
            span(
                trace_id, 1, name=operation, start_ns=start, duration_ns=round(ms * MILLISECOND), kind=Span.SPAN_KIND_SERVER,
                trace_state=trace_state,
                status=FAILED if number >= good else None,
            )
            for number, trace_id in enumerate(ids)
        ]  # fmt: skip
        resource = {"service.version": version, "deployment.environment.name": environment}
        self._store(Signal.TRACES, traces(self.service, spans, {key: value for key, value in resource.items() if value}))
        return ids

    def gate(self, *objectives: dict[str, Any], **more: Any) -> str:
        """Write a gate for the service and return its name."""
        name = more.pop("name", f"gate-{uuid4().hex}")
        content = {"kind": "gate", "name": name, "service": self.service, "minimum_requests": 1, "objectives": list(objectives)}
        written = {key: value for key, value in {**content, **more}.items() if value is not None}
        (self._directory / f"{name}.yaml").write_text(yaml.safe_dump(written, sort_keys=False), "utf-8")
        return str(name)

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer of the API to a question that is right."""
        answer = self.client.get(f"/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def ask(self, gate: str, **asked: Any) -> httpx.Response:
        return self.client.post(f"/api/v1/gates/{gate}/evaluations", json=asked)

    def check(self, gate: str, **asked: Any) -> dict[str, Any]:
        """Evaluate a gate that can be."""
        answer = self.ask(gate, **asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def one(self, objective: dict[str, Any], **asked: Any) -> dict[str, Any]:
        """Evaluate a gate of one objective and return what that came to."""
        told: dict[str, Any] = self.check(self.gate(objective), **asked)["objectives"][0]
        return told
