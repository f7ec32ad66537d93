"""Gates behind a real API, with a real intake, over the shared engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import Store
from tests.intake import serving_events
from tests.quality.gates.world import World

from assay.core.ports import Engine


@pytest.fixture(scope="session")
def gates_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quality")


@pytest.fixture(scope="session")
def gates_client(engine: Engine, store: Store, gates_directory: Path) -> Iterator[httpx.Client]:
    with serving_events(engine, store, gates_directory) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture
def world(store: Store, gates_client: httpx.Client, gates_directory: Path) -> World:
    return World(store, gates_client, gates_directory)
