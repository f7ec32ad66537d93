"""The private socket of intake, and the way from core through it."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from tests.receivers.conftest import Recorder

from assay.core.config import Otlp
from assay.core.errors import Permanent, Retryable
from assay.core.events import Event
from assay.core.intake import Intake
from assay.core.signals import Signal
from assay.receivers import OtlpHttp

EVENT = Event("qms.audit.recorded", 1_700_000_000_000_000_000, {"service.name": "assay", "qms.audit.action": "policy.apply"})


@pytest.fixture
def path() -> Iterator[Path]:
    """Name a socket; pytest's own directories are too deep for one."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "intake.sock"


@asynccontextmanager
async def listening(path: Path, recorder: Recorder) -> AsyncIterator[None]:
    receiver = OtlpHttp(Otlp(), recorder, path=path)
    assert await receiver.start() == 0
    try:
        yield
    finally:
        await receiver.stop(1)


async def test_core_emits_events_through_the_socket(path: Path) -> None:
    """What core emits arrives as log records with a name, a time and an id, in the resource of its service."""
    recorder = Recorder()
    async with listening(path, recorder):
        intake = Intake(path, clock=lambda: 1_700_000_001_000_000_000)
        await asyncio.to_thread(intake.emit, [EVENT, EVENT])
        [(signal, request, items, source)] = recorder.taken
    assert (signal, items, source) == (Signal.LOGS, 2, "otlp/socket")
    [resource] = ExportLogsServiceRequest.FromString(request).resource_logs
    assert [(each.key, each.value.string_value) for each in resource.resource.attributes] == [("service.name", "assay")]
    first, second = resource.scope_logs[0].log_records
    assert (first.event_name, first.time_unix_nano) == (EVENT.name, EVENT.time_ns)
    assert first.observed_time_unix_nano == 1_700_000_001_000_000_000
    ids = [{each.key: each.value.string_value for each in record.attributes}["qms.event.id"] for record in (first, second)]
    assert ids[0] != ids[1]


async def test_emitting_waits_for_intake_to_come_back(path: Path) -> None:
    """While intake is started again or cannot write, the same request is sent again, and the caller notices nothing."""
    recorder = Recorder(error=Retryable("disk_full", "full"))
    refused = threading.Event()

    def pause(seconds: float) -> None:
        refused.set()
        time.sleep(seconds)

    intake = Intake(path, pause=pause)
    emitting = asyncio.create_task(asyncio.to_thread(intake.emit, [EVENT]))
    await asyncio.to_thread(refused.wait, 10)
    refused.clear()
    async with listening(path, recorder):
        await asyncio.to_thread(refused.wait, 10)
        recorder.error = None
        await emitting
    assert len(recorder.taken) == 1


async def test_patience_ends(path: Path) -> None:
    """When nobody takes the events in time, the caller is told that it may try again."""
    intake = Intake(path, patience_seconds=0.1)
    with pytest.raises(Retryable, match="Intake takes nothing"):
        await asyncio.to_thread(intake.emit, [EVENT])


async def test_a_refusal_is_not_repeated(path: Path) -> None:
    """What intake fails to take for good is told at once."""
    recorder = Recorder(error=Permanent("broken", "broken"))
    async with listening(path, recorder):
        intake = Intake(path, pause=lambda _: pytest.fail("repeated"))
        with pytest.raises(Permanent):
            await asyncio.to_thread(intake.emit, [EVENT])


async def test_a_socket_left_behind_is_replaced(path: Path) -> None:
    """An intake that was killed leaves its socket; the next one listens there all the same."""
    path.touch()
    recorder = Recorder()
    async with listening(path, recorder):
        intake = Intake(path)
        await asyncio.to_thread(intake.emit, [EVENT])
        assert len(recorder.taken) == 1
