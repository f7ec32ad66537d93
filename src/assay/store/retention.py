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

_EVENT_TABLES = {
    "assay_delivery": "PartitionDate",
    "assay_event_records": "PartitionDate",
    "assay_invalid_events": "PartitionDate",
    "assay_deploy_spans": "PartitionDate",
    "assay_event_points": "PartitionDate",
    "assay_service_versions": "Day",
    "assay_event_days": "Day",
}

log = structlog.get_logger(__name__)


def kept_days(retention: Retention) -> list[tuple[str, int]]:
    """Return how many days tables are kept, by patterns of names."""
    return [*_days_of_partitions(retention), ("|".join(_EVENT_TABLES), retention.events_days)]


def _days_of_partitions(retention: Retention) -> list[tuple[str, int]]:
    return [
        ("otel_traces(_trace_id_ts)?", retention.traces_days),
        ("otel_logs", retention.logs_days),
        ("otel_metrics_.*", retention.metrics_days),
        ("assay_(filtered_items|scrubbed_values)", retention.service_metrics_days),
        ("assay_service_(metrics|graph)_hourly", retention.service_metrics_days),
        ("assay_service_(metrics|graph)", min(retention.service_metrics_days, _MINUTES_DAYS)),
    ]


def drop_expired(engine: Engine, retention: Retention, today: datetime.date) -> list[tuple[str, str]]:
    """Drop the partitions of days before the retention of their signal and return them as (table, `YYYYMMDD`)."""
    dropped = []
    for tables, days in _days_of_partitions(retention):
        oldest = today - datetime.timedelta(days=days)
        parameters = {"tables": f"^{tables}$", "oldest": oldest.strftime("%Y%m%d")}
        for table, partition in engine.query(_EXPIRED, parameters).rows:
            engine.execute(f"ALTER TABLE {table} DROP PARTITION ID '{partition}'")
            log.info("partition_dropped", table=table, partition=partition, retention_days=days)
            dropped.append((table, partition))
    return dropped


def delete_expired_events(engine: Engine, retention: Retention, today: datetime.date) -> list[str]:
    """Delete events that are older than their retention, and what they are concluded from; return the tables that had some.

    Events have no partitions, and few are deleted at a time.
    """
    oldest = {"oldest": today - datetime.timedelta(days=retention.events_days)}
    deleted = []
    for table, column in _EVENT_TABLES.items():
        if engine.query(f"SELECT 1 FROM {table} WHERE {column} < {{oldest:Date}} LIMIT 1", oldest).rows:
            engine.execute(f"DELETE FROM {table} WHERE {column} < '{oldest['oldest']}'")
            log.info("events_deleted", table=table, retention_days=retention.events_days)
            deleted.append(table)
    return deleted


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
                delete_expired_events(self._engine, self._retention, self._today())
            except AssayError as error:
                log.warning("retention_postponed", reason=str(error))
            if self._stopping.wait(_EVERY_SECONDS):
                return
