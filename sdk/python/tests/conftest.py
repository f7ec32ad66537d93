"""What the tests of one process share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assay_sdk.testing import Captured, capture


@pytest.fixture
def telemetry() -> Iterator[Captured]:
    """What the SDK would send from this test."""
    with capture() as captured:
        yield captured
