"""One Assay for all tests against real systems; use names of services of your own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.running import Running, running


@pytest.fixture(scope="session")
def assay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`assay serve` as it is without any settings, but for its ports, and with segments that are stored soon."""
    with running(tmp_path_factory.mktemp("assay") / "data", JOURNAL__SEGMENT_AGE_SECONDS="0.2") as server:
        yield server
