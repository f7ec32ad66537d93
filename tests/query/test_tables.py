from __future__ import annotations

import time
from uuid import uuid4

from tests.conftest import Store
from tests.otlp_requests import logs, record

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.tables import measure_tables


def test_tables_are_measured(engine: Engine, store: Store) -> None:
    """Each table that has rows is told with their number and its bytes on disk; our own bookkeeping is left out."""
    before = {table.name: table.rows for table in measure_tables(engine)}
    store(Signal.LOGS, logs(f"shop-{uuid4()}", [record(time.time_ns(), "x")] * 3))
    after = {table.name: table for table in measure_tables(engine)}
    assert after["otel_logs"].rows == before.get("otel_logs", 0) + 3
    assert after["otel_logs"].bytes > 0
    assert all(name.startswith("otel_") for name in after)
