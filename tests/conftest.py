"""One real engine for all tests of a process, and the way OTLP requests get into it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import TypeAlias

import pytest
from google.protobuf.internal.encoder import _VarintBytes  # type: ignore[attr-defined]
from google.protobuf.message import Message

from assay.core import config
from assay.core.signals import Signal
from assay.store import EmbeddedEngine, migrate

Store: TypeAlias = Callable[[Signal, Message], int]
"""Put a request into the store and return the number of its batch."""


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """An empty, migrated store. All tests of a process share it: use service names and trace ids of your own."""
    engine = EmbeddedEngine(tmp_path_factory.mktemp("store"), config.Store(), config.Sql())
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


def _record(request: Message, batch: int, received_unix_nano: int) -> bytes:
    # docs/formats/journal.md: the envelope is appended as extra fields of the request.
    body = request.SerializeToString() + _VarintBytes(15001 << 3) + _VarintBytes(batch)
    body += _VarintBytes(15002 << 3 | 1) + received_unix_nano.to_bytes(8, "little")
    return bytes(_VarintBytes(len(body)) + body)
