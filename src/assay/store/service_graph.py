"""The service graph: what newly stored spans change in it, derived range by range of batches, each once.

A range is on disk before anything is derived from it, and each part of it is inserted under a token of its own. So after a
crash the last range is repeated as it was, and the engine drops what it has seen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import load

_PAUSE_SECONDS = 5.0
# A range costs a fixed amount for what lies around it; when ranges take long, they come less often and are larger.
_PAUSES = 20
_PART_SPANS = 2_000_000
_KEPT_SECONDS = 3600

_LAST = "SELECT After, Last, Parts FROM assay_service_graph_ranges ORDER BY Last DESC LIMIT 1"
_NEW = "SELECT count() FROM assay_call_ends WHERE Batch > {after:UInt64} AND Batch <= {last:UInt64}"
_INSERT = """INSERT INTO assay_service_graph SETTINGS insert_deduplication_token = 'graph/{token}',
deduplicate_blocks_in_dependent_materialized_views = 1, max_insert_threads = 1, max_partitions_per_insert_block = 0,
min_insert_block_size_rows = 1000000000, min_insert_block_size_bytes = 0
{select}"""
_DONE = """
SELECT _partition_id FROM assay_call_ends
GROUP BY _partition_id
HAVING max(Batch) <= {last:UInt64} AND max(ReceivedAt) < (SELECT max(ReceivedAt) FROM assay_call_ends) - {seconds:UInt32}
"""

log = structlog.get_logger(__name__)


class ServiceGraph:
    """Follow the loader's watermark in a thread of its own."""

    def __init__(self, engine: Engine, committed: Callable[[], int]) -> None:
        """Derive from the spans of all batches up to the number that `committed` returns."""
        self._engine = engine
        self._committed = committed
        self._select = load("assay.store.derive", "service_graph").text
        self._done: int | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="service-graph")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def catch_up(self) -> None:
        """Derive all that is stored and not derived yet.

        Raises:
            AssayError: the engine cannot do it now; the next call begins where this one was.
        """
        if self._done is None:
            self._done = self._repeat_last()
        after, last = self._done, self._committed()
        if last <= after:
            return
        new = self._engine.query(_NEW, {"after": after, "last": last}).rows[0][0]
        parts = 1 + new // _PART_SPANS
        self._done = None
        self._engine.execute(f"INSERT INTO assay_service_graph_ranges VALUES ({after}, {last}, {parts})")
        self._derive(after, last, parts)
        self._done = last
        self._drop_old(last)

    def _repeat_last(self) -> int:
        """Finish the range that was begun last and return where it ends."""
        rows = self._engine.query(_LAST).rows
        if not rows:
            return 0
        self._derive(*rows[0])
        last: int = rows[0][1]
        return last

    def _derive(self, after: int, last: int, parts: int) -> None:
        for part in range(parts):
            insert = _INSERT.format(token=f"{after}-{last}/{part}/{parts}", select=self._select)
            self._engine.execute(insert, {"after": after, "last": last, "part": part, "parts": parts})

    def _drop_old(self, last: int) -> None:
        for (partition,) in self._engine.query(_DONE, {"last": last, "seconds": _KEPT_SECONDS}).rows:
            self._engine.execute(f"ALTER TABLE assay_call_ends DROP PARTITION ID '{partition}'")

    def _run(self) -> None:
        pause = _PAUSE_SECONDS
        while not self._stopping.wait(pause):
            began = time.monotonic()
            try:
                self.catch_up()
            except (AssayError, OSError) as error:
                log.warning("service_graph_postponed", reason=str(error))
            pause = max(_PAUSE_SECONDS, _PAUSES * (time.monotonic() - began))
