"""The hot window: how long every span stays, and how much disk that may take."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from assay.core.ports import Engine
from assay.policies.sampling import model
from assay.policies.sampling.passes import Passes

_PARTITION_SECONDS = 300

# The engine knows the least and the greatest of a partition without reading it.
_PARTITIONS = """
SELECT toUInt32(splitByChar('-', _partition_id)[1]), _partition_id, max(Batch)
FROM otel_traces_recent GROUP BY _partition_id ORDER BY 1
"""
_BYTES = """
SELECT partition_id, sum(bytes_on_disk) FROM system.parts
WHERE database = currentDatabase() AND active AND table = 'otel_traces_recent' GROUP BY partition_id
"""
# What a table of ours is kept for: the days as a condition on its partitions, which are days.
_OLD = """
SELECT DISTINCT table, partition_id FROM system.parts WHERE database = currentDatabase() AND active AND (
    (table = 'assay_sampling_decisions' AND partition_id < formatDateTime(toDate({now}) - {traces_days}, '%Y%m%d'))
    OR (table = 'assay_sampling_decisions' AND endsWith(partition_id, '-0')
        AND partition_id < formatDateTime(toDate({now}) - 1, '%Y%m%d'))
    OR (table = 'assay_sampling_passes' AND partition_id < formatDateTime(toDate({now}) - 7, '%Y%m%d'))
    OR (table = 'assay_sampling_operations' AND max_time < toDateTime({now}) - 7200)
)
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Window:
    """What the hot window has: its bytes on disk, when it begins (Unix seconds, 0 if it is empty), and what has left it."""

    bytes: int
    since: int
    dropped: int
    dropped_early: int


def slide(engine: Engine, sampling: model.Sampling, passes: Passes, now: float) -> Window:
    """Drop the partitions of the hot window that are old enough, and older ones than need be while it takes too much disk.

    Only a partition goes whose spans are all copied or sampled out.
    """
    sizes = {partition: int(size) for partition, size in engine.query(_BYTES).rows}
    total = sum(sizes.values())
    partitions = engine.query(_PARTITIONS).rows
    dropped = early = 0
    since = partitions[0][0] if partitions else 0
    for start, partition, last_batch in partitions:
        old = start + _PARTITION_SECONDS <= now - sampling.hot_window
        large = total > sampling.recent_max_bytes
        if not (old or large) or last_batch > passes.last.copied:
            break
        engine.execute(f"ALTER TABLE otel_traces_recent DROP PARTITION ID '{partition}'")
        if not old:
            log.warning("hot_window_shortened", until=start + _PARTITION_SECONDS, bytes=total, limit=sampling.recent_max_bytes)
        total -= sizes.get(partition, 0)
        dropped, early, since = dropped + 1, early + (not old), start + _PARTITION_SECONDS
    return Window(total, since, dropped, early)


def drop_old(engine: Engine, traces_days: int, now: float) -> None:
    """Drop what the sampler has written long ago.

    Decisions to keep a trace go with its spans; those not to, a day after it has left the hot window.
    """
    for table, partition in engine.query(_OLD.format(now=int(now), traces_days=traces_days)).rows:
        engine.execute(f"ALTER TABLE {table} DROP PARTITION ID '{partition}'")
