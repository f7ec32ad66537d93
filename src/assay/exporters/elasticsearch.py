"""Elasticsearch and OpenSearch: documents by their bulk API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import Field

from assay.core.errors import Misconfigured
from assay.core.signals import Signal
from assay.core.statement import load
from assay.exporters.destination import Destination, Outcome, Payload
from assay.exporters.http import HttpSender
from assay.exporters.page import Page, divide
from assay.exporters.settings import RemoteSettings

_STATEMENTS = {
    (mapping, signal): load("assay.exporters.statements", f"encode_{mapping}_{signal}")
    for mapping in ("otel", "ecs")
    for signal in (Signal.LOGS, Signal.TRACES)
}
_ECS = {
    "service.name": "service.name", "service.version": "service.version", "service.instance.id": "service.node.name",
    "deployment.environment": "service.environment", "deployment.environment.name": "service.environment",
    "host.name": "host.name", "host.id": "host.id", "host.arch": "host.architecture", "os.type": "host.os.type",
    "process.pid": "process.pid", "process.executable.path": "process.executable",
    "cloud.provider": "cloud.provider", "cloud.region": "cloud.region", "cloud.account.id": "cloud.account.id",
    "cloud.availability_zone": "cloud.availability_zone",
    "container.id": "container.id", "container.name": "container.name", "container.image.name": "container.image.name",
    "k8s.namespace.name": "kubernetes.namespace", "k8s.node.name": "kubernetes.node.name",
    "k8s.pod.name": "kubernetes.pod.name", "k8s.pod.uid": "kubernetes.pod.uid",
    "k8s.container.name": "kubernetes.container.name", "k8s.deployment.name": "kubernetes.deployment.name",
    "exception.type": "error.type", "exception.message": "error.message", "exception.stacktrace": "error.stack_trace",
    "http.request.method": "http.request.method", "http.response.status_code": "http.response.status_code",
    "url.full": "url.full", "url.path": "url.path", "url.query": "url.query", "url.scheme": "url.scheme",
    "user_agent.original": "user_agent.original", "client.address": "client.address",
    "server.address": "server.address", "server.port": "server.port",
    "user.id": "user.id", "user.name": "user.name", "enduser.id": "user.id",
}  # fmt: skip
# A document that was not taken for now; every other refusal is for good.
_LATER = frozenset({429, 502, 503, 504})
_NAME = "^[a-z0-9_.]+$"


class ElasticsearchSettings(RemoteSettings):
    mapping: Literal["otel", "ecs"] = "otel"
    """Form of the documents: that of the Collector's exporter, or the Elastic Common Schema."""
    dataset: str = Field(default="generic", pattern=_NAME)
    """Second part of the names of data streams, such as logs-generic.otel-default."""
    namespace: str = Field(default="default", pattern=_NAME)
    """Third part of the names of data streams."""


class Elasticsearch(Destination[ElasticsearchSettings]):
    """POST `<endpoint>/_bulk`, documents to be created in data streams."""

    settings = ElasticsearchSettings
    signals = (Signal.LOGS, Signal.TRACES)

    def __init__(self, options: ElasticsearchSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._sender = HttpSender(options)
        self._url = f"{options.endpoint.rstrip('/')}/_bulk?filter_path=errors,items.*.status,items.*.error"

    def encode(self, page: Page) -> Iterator[Payload]:
        statement = _STATEMENTS[self.options.mapping, page.signal]
        rows = page.read(statement, "JSONCompactEachRow", known=list(_ECS), fields=list(_ECS.values())).splitlines()
        lines: list[bytes] = []
        for document, *events in map(orjson.loads, rows):
            lines.append(self._create(page.signal, document))
            lines += (self._create(Signal.LOGS, each) for each in (events[0] if events else ()))
        yield from (_payload(part) for part in divide(lines, page.items))

    def send(self, payload: Payload) -> Outcome | None:
        answer = self._sender.post(self._url, payload.body, "application/x-ndjson")
        try:
            said = orjson.loads(answer.content)
            if not said["errors"]:
                return None
            results = [next(iter(item.values())) for item in said["items"]]
            return _judge(_lines(payload.body), results)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            said_so = f"{self._url} does not answer as a bulk API does: {answer.text[:300]}"
            raise Misconfigured("destination_denies", said_so, "check endpoint") from error

    def split(self, payload: Payload) -> list[Payload]:
        lines = _lines(payload.body)
        middle = len(lines) // 2
        return [_payload(half) for half in (lines[:middle], lines[middle:])] if middle else []

    def close(self) -> None:
        self._sender.close()

    def _create(self, signal: Signal, document: str) -> bytes:
        dataset = self.options.dataset + (".otel" if self.options.mapping == "otel" else "")
        index = f"{signal}-{dataset}-{self.options.namespace}"
        return b'{"create":{"_index":"%s"}}\n%s\n' % (index.encode(), document.encode())


def _payload(lines: Sequence[bytes]) -> Payload:
    return Payload(b"".join(lines), len(lines))


def _lines(body: bytes) -> list[bytes]:
    """Return each action with its document."""
    lines = body.splitlines(keepends=True)
    return [action + document for action, document in zip(lines[::2], lines[1::2], strict=True)]


def _judge(lines: Sequence[bytes], results: Sequence[dict[str, Any]]) -> Outcome:
    """Say which documents are to be sent again and which never."""
    pairs = list(zip(lines, results, strict=True))
    again = [line for line, result in pairs if result["status"] in _LATER]
    refused = [(line, result) for line, result in pairs if result["status"] >= 300 and result["status"] not in _LATER]
    reason = orjson.dumps(refused[0][1].get("error", refused[0][1])).decode()[:300] if refused else ""
    return Outcome(len(refused), reason, b"".join(line for line, _ in refused), _payload(again) if again else None)
