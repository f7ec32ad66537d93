"""One real engine for all tests of a process, and the way OTLP requests get into it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TypeAlias

import pytest
from fastapi import FastAPI
from google.protobuf.internal.encoder import _VarintBytes  # type: ignore[attr-defined]
from google.protobuf.message import Message
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from assay.api import create_app, serve_app
from assay.core import config
from assay.core.signals import Signal
from assay.policies import PolicyKeeper
from assay.store import EmbeddedEngine, ServiceGraph, migrate

Store: TypeAlias = Callable[[Signal, Message], int]
"""Put a request into the store and return the number of its batch."""
Derive: TypeAlias = Callable[[], None]
"""Bring the service graph up to what was put into the store."""


# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("assay", deadline=None)
settings.load_profile("assay")

_PEERS = Path(__file__).parent / "peers"
_LEFT_OUT = pytest.StashKey[bool]()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests against real systems, which need more than this project installs, unless somebody names them."""
    named = (config.invocation_params.dir / argument.partition("::")[0] for argument in config.args)
    if collection_path != _PEERS or any(path.resolve().is_relative_to(_PEERS) for path in named):
        return None
    config.stash[_LEFT_OUT] = True
    return True


class _ByFile(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """Runs files side by side, and those of tests/ui one after the other: they share a server and a browser."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/ui" if nodeid.startswith("tests/ui/") else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile:
    """Divide the tests among processes, where `pytest -n` asks for some."""
    return _ByFile(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say that they were left out."""
    if config.stash.get(_LEFT_OUT, False):
        terminalreporter.write_line("Not run: tests/peers, against real brokers and backends (make peers, make test-peers)")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """An empty, migrated store. All tests of a process share it: use service names and trace ids of your own."""
    engine = EmbeddedEngine(tmp_path_factory.mktemp("store"), config.Store(), config.Sql(max_seconds=5))
    migrate(engine)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def store(engine: EmbeddedEngine) -> Store:
    batches = count(1_000_000)

    def insert(signal: Signal, request: Message) -> int:
        batch = next(batches)
        engine.insert(signal, [_record(request, batch, time.time_ns())], f"tests/{signal}/{batch}")
        return batch

    return insert


@pytest.fixture(scope="session")
def derive(engine: EmbeddedEngine) -> Derive:
    newest = "SELECT max(Batch) FROM assay_call_ends WHERE Batch < 10000000"
    return ServiceGraph(engine, lambda: int(engine.query(newest).rows[0][0])).catch_up


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port of loopback, in a thread, and give its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    stopping, ready = threading.Event(), threading.Event()

    def serve() -> None:
        asyncio.run(serve_app(app, config.Api(port=port), stopping, ready.set))

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(10)
    yield f"http://127.0.0.1:{port}"
    stopping.set()
    thread.join()


@pytest.fixture(scope="session")
def server(engine: EmbeddedEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the API over the shared engine, which goes on without policies."""
    keeper = PolicyKeeper(engine, None, tmp_path_factory.mktemp("keys"), lambda statements: None)
    with listening(create_app(engine, config.Api(), keeper=keeper)) as url:
        yield url


def _record(request: Message, batch: int, received_unix_nano: int) -> bytes:
    # docs/formats/journal.md: the envelope is appended as extra fields of the request.
    body = request.SerializeToString() + _VarintBytes(15001 << 3) + _VarintBytes(batch)
    body += _VarintBytes(15002 << 3 | 1) + received_unix_nano.to_bytes(8, "little")
    return bytes(_VarintBytes(len(body)) + body)
