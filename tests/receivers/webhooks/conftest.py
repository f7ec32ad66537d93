"""Intake's paths for webhooks on a free port, with a secret for each sender."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from tests.receivers.conftest import Recorder

from assay.core.config import Config, Otlp
from assay.core.config import OtlpHttp as HttpConfig
from assay.core.values import Value, from_protobuf
from assay.receivers import OtlpHttp, event_handlers
from assay.receivers.webhooks import SENDERS

SECRET = "s3cret"


class Taken:
    """One event that reached the journal."""

    def __init__(self, record: Any, service: str) -> None:
        self.name: str = record.event_name
        self.time_ns: int = record.time_unix_nano
        self.body: str = record.body.string_value
        self.attributes: dict[str, Value] = {each.key: from_protobuf(each.value) for each in record.attributes}
        self.attributes["service.name"] = service

    @property
    def id(self) -> Value:
        return self.attributes["qms.event.id"]

    def __getitem__(self, name: str) -> Value:
        return self.attributes.get(name)


class Webhooks:
    """A client that signs as each sender does."""

    def __init__(self, client: httpx.AsyncClient, recorder: Recorder) -> None:
        self.client = client
        self.recorder = recorder

    async def send(self, sender: str, message: Any, query: str = "", secret: str = SECRET, **headers: str) -> httpx.Response:
        """Send a message; header names are written with underscores."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        proof = {
            "github": {"x-hub-signature-256": f"sha256={digest}"},
            "gitlab": {"x-gitlab-token": secret},
            "pagerduty": {"x-pagerduty-signature": f"v1={'0' * 64},v1={digest}"},
        }.get(sender, {"authorization": f"Bearer {secret}"})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(
            f"/webhooks/{sender}{query}", content=body, headers={"content-type": "application/json"} | proof | named
        )

    async def events(self, sender: str, message: Any, query: str = "", **headers: str) -> list[Taken]:
        """Send a message that is taken, and give its events."""
        self.recorder.taken.clear()
        answer = await self.send(sender, message, query, **headers)
        assert answer.status_code == 200, answer.text
        return self.taken()

    async def ignored(self, sender: str, message: Any, query: str = "", **headers: str) -> str:
        """Send a message that is no event, and give the reason."""
        answer = await self.send(sender, message, query, **headers)
        assert answer.status_code == 202, answer.text
        assert answer.json()["accepted"] == 0
        return str(answer.json()["ignored"])

    def taken(self) -> list[Taken]:
        found = []
        for _, request, _, _ in self.recorder.taken:
            for resource in ExportLogsServiceRequest.FromString(request).resource_logs:
                service = resource.resource.attributes[0].value.string_value if resource.resource.attributes else ""
                found += [Taken(record, service) for record in resource.scope_logs[0].log_records]
        return found


@pytest.fixture
def secrets_dir(tmp_path: Path) -> Path:
    for sender in SENDERS:
        (tmp_path / sender).write_text(f"an-older-one\n{SECRET}\n")
    return tmp_path


@pytest.fixture
def config(secrets_dir: Path) -> Config:
    return Config(receivers={"webhooks": {"secrets_dir": secrets_dir}})  # type: ignore[arg-type] # as from a file


@pytest.fixture
async def webhooks(config: Config) -> AsyncIterator[Webhooks]:
    recorder = Recorder()
    receiver = OtlpHttp(Otlp(http=HttpConfig(port=0)), recorder, handlers=event_handlers(config, recorder))
    port = await receiver.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
        yield Webhooks(client, recorder)
    await receiver.stop(1)
