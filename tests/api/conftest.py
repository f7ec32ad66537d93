"""A client of the API over the shared engine."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.conftest import Store
from tests.intake import serving_events

from assay.core.ports import Engine


@pytest.fixture(scope="session")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def events_client(engine: Engine, store: Store) -> Iterator[httpx.Client]:
    """A client of an API behind which intake runs."""
    with serving_events(engine, store) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client
