"""Retention: whole partitions are dropped when they are old enough, which frees their disk at once."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable

import structlog

from assay.core.config import Retention
from assay.core.errors import AssayError
from assay.core.ports import Engine

_EVERY_SECONDS = 3600.0
# A month and its edges to the minute; what is older is asked for by the hour or day.
_MINUTES_DAYS = 35

_EXPIRED = """
SELECT DISTINCT table, partition_id
FROM system.parts
WHERE database = currentDatabase() AND active AND match(table, {tables:String}) AND partition_id < {oldest:String}
ORDER BY table, partition_id
"""

log = structlog.get_logger(__name__)


def drop_expired(engine: Engine, retention: Retention, today: datetime.date) -> list[tuple[str, str]]:
    """Drop the partitions of days, for events of months, before the retention of their signal.

    Returns them as (table, `YYYYMMDD` or `YYYYMM`).
    """
    dropped = []
    for tables, days, partitions in (
        ("otel_traces(_trace_id_ts)?", retention.traces_days, "%Y%m%d"),
        ("otel_logs", retention.logs_days, "%Y%m%d"),
        ("otel_metrics_.*", retention.metrics_days, "%Y%m%d"),
        ("assay_(event_records|event_points|service_versions)", retention.events_days, "%Y%m"),
        ("assay_(filtered_items|scrubbed_values)", retention.service_metrics_days, "%Y%m%d"),
        ("assay_service_(metrics|graph)_hourly", retention.service_metrics_days, "%Y%m%d"),
        ("assay_service_(metrics|graph)", min(retention.service_metrics_days, _MINUTES_DAYS), "%Y%m%d"),
    ):
        oldest = today - datetime.timedelta(days=days)
        parameters = {"tables": f"^{tables}$", "oldest": oldest.strftime(partitions)}
        for table, partition in engine.query(_EXPIRED, parameters).rows:
            engine.execute(f"ALTER TABLE {table} DROP PARTITION ID '{partition}'")
            log.info("partition_dropped", table=table, partition=partition, retention_days=days)
            dropped.append((table, partition))
    return dropped


class RetentionSchedule:
    """Drop what is expired, at the start and every hour, in a thread of its own."""

    def __init__(self, engine: Engine, retention: Retention, today: Callable[[], datetime.date]) -> None:
        self._engine = engine
        self._retention = retention
        self._today = today
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                drop_expired(self._engine, self._retention, self._today())
            except AssayError as error:
                log.warning("retention_postponed", reason=str(error))
            if self._stopping.wait(_EVERY_SECONDS):
                return
