"""From the journal into the store: each segment exactly once, in parallel, with a contiguous watermark.

Segments that wait are inserted together, as one block under the token `<writer>/<signal>/<first>-<last>`. The plan of what
goes together is on disk before the insert, so a crash between the insert and the commit repeats it under the same token, and
the engine drops what it has seen. The watermark moves only over segments that are all stored, so a reader that follows
`Batch` up to it misses nothing.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from enum import Enum, auto
from functools import partial

import structlog

from assay.core import metrics
from assay.core.errors import AssayError, InvalidInput, Retryable
from assay.core.ports import Engine, Run, Segment, SegmentQueue
from assay.core.signals import Signal

_POLL_SECONDS = 0.05
_SHORTEST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 5.0
# What one insert takes: enough that planning it is a small part of the work, little enough for memory.
_RUN_BYTES = 64 << 20
_RUN_ITEMS = 300_000
_SMALL_BYTES = 30 << 20
# How often an insert may run out of memory: another at the same time may be the reason.
_TRIES_TOGETHER = 3
_TRIES_ALONE = 7
# A small insert is nearly all planning, however little it has: from one to the next at least this long, and so long that
# most of the time none is planned.
_SMALL_PAUSE_SECONDS = 0.5
_SMALL_PAUSE_INSERTS = 3
_LONGEST_SMALL_PAUSE_SECONDS = 2.0

_PRESENT = {
    signal: f"SELECT count() FROM merge(currentDatabase(), '{tables}') WHERE Batch BETWEEN {{first:UInt64}} AND {{last:UInt64}}"
    for signal, tables in (
        (Signal.TRACES, "^(otel_traces(_recent)?|assay_call_ends)$"),
        (Signal.LOGS, "^otel_logs$"),
        (Signal.METRICS, "^otel_metrics_"),
    )
}

# Where the spans of some batches are already, though not all that belongs to them may be. Sampled ones are copies.
_STAGE = """SELECT Stage FROM (
    SELECT 'kept' AS Stage FROM otel_traces WHERE Batch BETWEEN {first:UInt64} AND {last:UInt64} AND SamplingPolicy = '' LIMIT 1
    UNION ALL SELECT 'recent' FROM otel_traces_recent WHERE Batch BETWEEN {first:UInt64} AND {last:UInt64} LIMIT 1)"""

log = structlog.get_logger(__name__)


class _Outcome(Enum):
    STORED = auto()
    STOPPED = auto()
    TOO_LARGE = auto()
    """Together the segments need more memory than the engine has."""


_Running = tuple[Run, Future[_Outcome], Sequence[Segment]]


class Loader:
    """Follow the journal until it is stopped."""

    def __init__(self, engine: Engine, segments: SegmentQueue, streams: int, failed: Callable[[], None] = lambda: None) -> None:
        """Load `streams` inserts at a time; `failed` is called if something unforeseen ends the loading of a signal."""
        self._engine = engine
        self._segments = segments
        self._streams = streams
        self._failed = failed
        self._repeated = dict.fromkeys(Signal, 0)
        self._small_pause = dict.fromkeys(Signal, _SMALL_PAUSE_SECONDS)
        self._stopping = threading.Event()
        self._draining = threading.Event()
        self._pool = ThreadPoolExecutor(streams, thread_name_prefix="load")
        self._lanes = [threading.Thread(target=self._run, args=(signal,), name=f"load-{signal}") for signal in Signal]

    def start(self) -> None:
        """Begin to load."""
        for lane in self._lanes:
            lane.start()

    def alive(self) -> bool:
        """Say whether every signal is still being followed."""
        return all(lane.is_alive() for lane in self._lanes)

    def stop(self, drain_seconds: float = 0) -> bool:
        """Load what is sealed for at most `drain_seconds`, then stop; return whether nothing was left."""
        self._draining.set()
        deadline = time.monotonic() + drain_seconds
        for lane in self._lanes:
            lane.join(max(0, deadline - time.monotonic()))
        drained = not any(lane.is_alive() for lane in self._lanes)
        self._stopping.set()
        for lane in self._lanes:
            lane.join()
        self._pool.shutdown()
        return drained

    def _run(self, signal: Signal) -> None:
        try:
            self._follow(signal)
        except Exception:
            log.exception("loading_failed", signal=signal)
            self._failed()

    def _follow(self, signal: Signal) -> None:
        planned = deque(self._segments.planned(signal))
        self._repeated[signal] = planned[-1][1] if planned else 0
        running: deque[_Running] = deque()
        submitted = self._segments.committed(signal)
        next_small = 0.0
        while not self._stopping.is_set():
            draining = self._draining.is_set()
            waiting = self._segments.sealed(signal, submitted)
            while waiting and len(running) < self._streams:
                # A small insert costs nearly as much as one of a middling size: wait a little for more.
                if not draining and _size(waiting) < _SMALL_BYTES and time.monotonic() < next_small:
                    break
                if running and not _fill_a_run(waiting):
                    break
                next_small = time.monotonic() + self._small_pause[signal]
                together = _take_run(waiting, planned)
                waiting = waiting[len(together) :]
                submitted = together[-1].number
                run = (together[0].number, submitted)
                if not self._plan(signal, [*(before for before, *_ in running), run, *planned]):
                    return
                running.append((run, self._pool.submit(self._load, together), together))
            if not self._settle(signal, running, planned):
                return
            self._note_lag(signal, waiting[0] if waiting else None)
            if running:
                wait([future for _, future, _ in running], _POLL_SECONDS, FIRST_COMPLETED)
            elif draining and not waiting:
                return
            else:
                self._draining.wait(_POLL_SECONDS)

    def _settle(self, signal: Signal, running: deque[_Running], planned: deque[Run]) -> bool:
        """Move the watermark over what is stored; return False if the loader is stopped first."""
        while running and running[0][1].done():
            (_, last), future, together = running.popleft()
            if future.result() is _Outcome.STOPPED:
                return False
            if future.result() is _Outcome.TOO_LARGE:
                alone = [((one.number, one.number), [one]) for one in together]
                if not self._plan(signal, [*(run for run, _ in alone), *(run for run, *_ in running), *planned]):
                    return False
                running.extendleft((run, self._pool.submit(self._load, one), one) for run, one in reversed(alone))
            elif not self._persist(signal, partial(self._segments.commit, signal, last)):
                return False
            else:
                metrics.COMMITTED_BATCH.labels(signal).set(last)
        return True

    def _note_lag(self, signal: Signal, oldest: Segment | None) -> None:
        with suppress(FileNotFoundError):
            lag = time.time() - oldest.path.stat().st_mtime if oldest else 0.0
            metrics.LAG_SECONDS.labels(signal).set(max(0.0, lag))

    def _plan(self, signal: Signal, runs: list[Run]) -> bool:
        return self._persist(signal, partial(self._segments.plan, signal, runs))

    def _load(self, together: Sequence[Segment]) -> _Outcome:
        """Store segments that follow each other."""
        signal = together[0].signal
        began = time.monotonic()
        token = f"{self._segments.writer}/{signal}/{together[0].number}-{together[-1].number}"
        read: list[tuple[bytes, int]] = []
        if not self._persist(signal, lambda: read.extend([self._segments.read(segment) for segment in together])):
            return _Outcome.STOPPED
        lost = sum(items for _, items in read)
        data = [records for records, _ in read]
        try:
            tries = _TRIES_TOGETHER if len(together) > 1 else _TRIES_ALONE
            buried = 0 if self._insert(together, data, token, tries) else None
        except InvalidInput:
            pairs = zip(together, data, strict=True)
            buried = self._divide([(one, record) for one, found in pairs for record in self._segments.split(found)], token)
        except Retryable as error:
            if len(together) > 1 and self._is_absent(together):
                log.warning("run_too_large", signal=signal, segments=len(together))
                return _Outcome.TOO_LARGE
            buried = self._insist(together, data, token, error)
        if buried is None:
            return _Outcome.STOPPED
        lost += buried
        if _size(together) < _SMALL_BYTES:
            pause = _SMALL_PAUSE_INSERTS * (time.monotonic() - began)
            self._small_pause[signal] = min(max(_SMALL_PAUSE_SECONDS, pause), _LONGEST_SMALL_PAUSE_SECONDS)
        metrics.STORED_SEGMENTS.labels(signal).inc(len(together))
        metrics.STORED_ITEMS.labels(signal).inc(sum(segment.items for segment in together) - lost)
        return _Outcome.STORED

    def _insist(self, together: Sequence[Segment], data: Sequence[bytes], token: str, error: Retryable) -> int | None:
        """Bury a lone record that the engine has never had the memory for, and go on trying with all else."""
        if len(together) == 1 and len(self._segments.split(data[0])) == 1 and self._is_absent(together):
            return self._bury(together[0], data[0], f"the engine has not enough memory for it: {error.message}")
        return 0 if self._insert(together, data, token) else None

    def _is_absent(self, together: Sequence[Segment]) -> bool:
        """Say whether nothing of these segments is in a table, so that they may be inserted under other tokens."""
        parameters = {"first": together[0].number, "last": together[-1].number}
        try:
            return self._engine.query(_PRESENT[together[0].signal], parameters).rows == [[0]]
        except AssayError:
            return False

    def _divide(self, records: Sequence[tuple[Segment, bytes]], token: str) -> int | None:
        """Store the readable ones of records that are not readable together, and bury the others.

        Halves have tokens of their own, so a repetition after a crash divides the same way and inserts nothing twice. Returns
        how many items were buried, or None if the loader is stopped first.
        """
        segment, record = records[0]
        if len(records) == 1:
            return self._bury(segment, record, "the engine cannot read it as an OTLP request")
        buried = 0
        middle = len(records) // 2
        for name, half in (("a", records[:middle]), ("b", records[middle:])):
            try:
                if not self._insert([one for one, _ in half], [record for _, record in half], token + name):
                    return None
            except InvalidInput:
                more = self._divide(half, token + name)
                if more is None:
                    return None
                buried += more
        return buried

    def _bury(self, segment: Segment, record: bytes, reason: str) -> int | None:
        """Return how many items are dead letters now, or None if the loader is stopped first."""
        log.error("record_refused", signal=segment.signal, segment=segment.number, reason=reason)
        buried: list[int] = []
        done = self._persist(segment.signal, lambda: buried.append(self._segments.bury(segment, record, reason)))
        return buried[0] if done else None

    def _insert(self, segments: Sequence[Segment], data: Sequence[bytes], token: str, memory_tries: int | None = None) -> bool:
        signal = segments[0].signal
        again = segments[0].number <= self._repeated[signal]

        def insert() -> None:
            nonlocal again
            stage = self._stage(segments) if again else ""
            again = True
            self._engine.insert(signal, data, token, stage)

        return self._persist(signal, insert, memory_tries)

    def _stage(self, segments: Sequence[Segment]) -> str:
        """Return where an earlier attempt has put the spans of these segments; empty if it did not come so far.

        Other policies may hold now, by which they would go elsewhere, where the token has not been seen.
        """
        if segments[0].signal != Signal.TRACES:
            return ""
        rows = self._engine.query(_STAGE, {"first": segments[0].number, "last": segments[-1].number}).rows
        return str(rows[0][0]) if rows else ""

    def _persist(self, signal: Signal, action: Callable[[], None], memory_tries: int | None = None) -> bool:
        """Do it until the disk and the engine let it succeed and return True, or False if the loader is stopped first.

        Raises:
            InvalidInput: it can never succeed.
            Retryable: the engine was out of memory `memory_tries` times.
        """
        wait_seconds = _SHORTEST_WAIT_SECONDS
        while not self._stopping.is_set():
            try:
                action()
            except InvalidInput:
                raise
            except (AssayError, OSError) as error:
                reason = error.code if isinstance(error, AssayError) else "disk"
                if reason == "store_memory" and memory_tries is not None:
                    memory_tries -= 1
                    if not memory_tries:
                        raise
                metrics.LOAD_RETRIES.labels(signal, reason).inc()
                log.warning("load_retried", signal=signal, reason=str(error), wait_seconds=wait_seconds)
                self._stopping.wait(wait_seconds)
                wait_seconds = min(wait_seconds * 2, _LONGEST_WAIT_SECONDS)
            else:
                return True
        return False


def _fill_a_run(waiting: Sequence[Segment]) -> bool:
    """Say whether it is worth another insert at the same time; less than that is cheaper together with what comes next."""
    return _size(waiting) > _RUN_BYTES or sum(segment.items for segment in waiting) > _RUN_ITEMS


def _size(segments: Sequence[Segment]) -> int:
    return sum(segment.bytes for segment in segments)


def _take_run(waiting: Sequence[Segment], planned: deque[Run]) -> Sequence[Segment]:
    """Return the first segments to be loaded together: as a plan before a crash had it, or as many as make a good insert."""
    if planned:
        _, last = planned.popleft()
        if waiting[0].number <= last:
            return [segment for segment in waiting if segment.number <= last]
    size = items = 0
    for count, segment in enumerate(waiting):
        size += segment.bytes
        items += segment.items
        if count and (size > _RUN_BYTES or items > _RUN_ITEMS):
            return waiting[:count]
    return waiting
