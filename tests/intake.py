"""Intake and the API in front of one engine: what is posted to the API goes through intake's socket into the store."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from tests.conftest import Store, listening

from assay.api import create_app, open_gates
from assay.core.config import Api, Config, Otlp
from assay.core.intake import Intake
from assay.core.ports import Accept, Engine
from assay.core.signals import Signal
from assay.quality import Delivery
from assay.quality.baselines import Baselines
from assay.quality.compliance import Assessor
from assay.receivers import OtlpHttp, event_handlers
from assay.receivers.otlp import KINDS


@contextmanager
def serving_events(engine: Engine, store: Store, gates: Path | None = None) -> Iterator[str]:
    """Give the URL of an API whose events are in the store when they are acknowledged; `gates` is a directory of documents."""

    async def accept(signal: Signal, request: bytes, items: int, source: str) -> None:
        await asyncio.to_thread(store, signal, KINDS[signal].request.FromString(request))

    with (
        tempfile.TemporaryDirectory() as folder,  # a path of pytest's is too long for a socket
        _intake(Path(folder) / "intake.sock", accept) as intake,
        listening(_app(engine, intake, gates)) as url,
    ):
        yield url


def _app(engine: Engine, intake: Intake, gates: Path | None) -> FastAPI:
    evaluated = open_gates(engine, gates, None, Delivery(engine), intake) if gates else None
    assessor, baselines = Assessor(engine, intake.emit), Baselines(engine, intake.emit)
    return create_app(
        engine, Api(), post_events=intake.post_events, assessor=assessor, baselines=baselines, quality_gates=evaluated
    )


@contextmanager
def _intake(path: Path, accept: Accept) -> Iterator[Intake]:
    started, stopping = threading.Event(), threading.Event()

    async def receive() -> None:
        receiver = OtlpHttp(Otlp(), accept, handlers=event_handlers(Config(), accept), path=path)
        await receiver.start()
        started.set()
        await asyncio.to_thread(stopping.wait)
        await receiver.stop(1)

    thread = threading.Thread(target=lambda: asyncio.run(receive()))
    thread.start()
    assert started.wait(10)
    try:
        yield Intake(path)
    finally:
        stopping.set()
        thread.join()
