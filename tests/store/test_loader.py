from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client import REGISTRY
from tests.store.alone import alone, opened

from assay.core.errors import Retryable
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.journal import Queue, record
from assay.journal.segment import OpenSegment
from assay.store import Loader, migrate

SPANS = 3
"""Spans of each request."""
MANY = 300_000
"""Spans that take more memory to decode than a small limit allows."""
POISON = b"\x0a\xff\xff\xff\xff\x0f this is no protobuf message"


def _request(service: str, spans: int = SPANS) -> bytes:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.add(key="service.name").value.string_value = service
    scope = group.scope_spans.add()
    for number in range(spans):
        scope.spans.add(name=str(number % 1000))
    return request.SerializeToString()


def _seal(directory: Path, number: int, requests: Iterable[bytes]) -> None:
    """Put a sealed segment of traces into the journal."""
    requests = list(requests)
    segment = OpenSegment(directory / "traces", number)
    records = [b"".join(record.encode(request, number, time.time_ns(), "tests", SPANS)) for request in requests]
    segment.append(records, sum(map(len, records)), SPANS * len(requests))
    segment.seal()


def _eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def _is_committed(queue: Queue, number: int) -> bool:
    return queue.committed(Signal.TRACES) == number


def _spans(engine: Engine, service: str) -> dict[int, int]:
    """Return how many spans each batch has."""
    query = "SELECT Batch, count() FROM assay_spans WHERE ServiceName = {service:String} GROUP BY Batch"
    return dict(engine.query(query, {"service": service}).rows)


def _total(name: str) -> float:
    return sum(sample.value for metric in REGISTRY.collect() for sample in metric.samples if sample.name == name)


@pytest.fixture
def service() -> str:
    return f"loader-{uuid4()}"


def test_what_is_sealed_is_stored_before_it_stops(engine: Engine, tmp_path: Path, service: str) -> None:
    """A loader that drains stores every sealed segment, commits the last one, deletes them, and says that nothing is left."""
    queue = Queue(tmp_path)
    for number in range(1, 8):
        _seal(tmp_path, number, [_request(service)] * number)
    before = _total("assay_stored_items_total")
    loader = Loader(engine, queue, streams=2)
    loader.start()
    assert loader.alive()
    assert loader.stop(drain_seconds=60)
    assert not loader.alive()
    assert _spans(engine, service) == {number: SPANS * number for number in range(1, 8)}
    assert _total("assay_stored_items_total") - before == SPANS * sum(range(1, 8))
    assert queue.committed(Signal.TRACES) == 7
    assert queue.sealed(Signal.TRACES, 0) == []


def test_segments_that_come_later_are_followed(engine: Engine, tmp_path: Path, service: str) -> None:
    """A running loader takes up each new segment by itself."""
    queue = Queue(tmp_path)
    loader = Loader(engine, queue, streams=2)
    loader.start()
    for number in (1, 2, 3):
        _seal(tmp_path, number, [_request(service)])
        _eventually(partial(_is_committed, queue, number))
    loader.stop()
    assert _spans(engine, service) == {1: SPANS, 2: SPANS, 3: SPANS}


def test_the_watermark_passes_only_what_is_stored(engine: Engine, tmp_path: Path, service: str) -> None:
    """With two streams, whichever is faster, every commit finds all segments up to its number in the store, in order."""
    seen: list[int] = []
    missing: list[int] = []

    class Watching(Queue):
        def commit(self, signal: Signal, number: int) -> None:
            stored = _spans(engine, service)
            missing.extend(below for below in range(1, number + 1) if below not in stored)
            seen.append(number)
            super().commit(signal, number)

    queue = Watching(tmp_path)
    for number in range(1, 13):
        # Large and small ones in turn, so that a later one is done first.
        _seal(tmp_path, number, [_request(service)] * (2000 if number % 3 == 1 else 1))
    loader = Loader(engine, queue, streams=2)
    loader.start()
    assert loader.stop(drain_seconds=60)
    assert missing == []
    assert seen == sorted(set(seen))
    assert seen[-1] == 12


@pytest.mark.parametrize("places", [[0], [4], [0, 1, 2, 3, 4], [1, 3]])
def test_poison_is_buried_and_the_rest_is_stored(engine: Engine, tmp_path: Path, service: str, places: list[int]) -> None:
    """A record that the engine cannot read goes to the dead letters with a reason; all others are stored; the counts add up."""
    requests = [POISON if place in places else _request(service) for place in range(5)]
    queue = Queue(tmp_path)
    _seal(tmp_path, 1, [_request(service)])
    _seal(tmp_path, 2, requests)
    _seal(tmp_path, 3, [_request(service)])
    stored, dead = _total("assay_stored_items_total"), _total("assay_dead_letter_items_total")
    loader = Loader(engine, queue, streams=2)
    loader.start()
    assert loader.stop(drain_seconds=60)
    good = SPANS * (len(requests) - len(places))
    assert _spans(engine, service) == {batch: spans for batch, spans in {1: SPANS, 2: good, 3: SPANS}.items() if spans}
    letters = list(queue.dead_letters())
    assert len(letters) == len(places)
    assert all(letter.reason for letter in letters)
    assert sum(letter.items for letter in letters) == SPANS * len(places)
    assert _total("assay_dead_letter_items_total") - dead == SPANS * len(places)
    # received = stored + dead
    assert good + 2 * SPANS + SPANS * len(places) == SPANS * 7
    assert _total("assay_stored_items_total") - stored == good + 2 * SPANS
    assert queue.committed(Signal.TRACES) == 3


class Killed(Queue):
    """The journal of a process that is killed when its segments are stored and it is about to remember that."""

    def commit(self, signal_: Signal, number: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def _load(directory: Path, queue: type[Queue]) -> None:
    with opened(directory / "data") as engine:
        migrate(engine)
        loader = Loader(engine, queue(directory / "journal"), streams=2)
        loader.start()
        assert loader.stop(drain_seconds=60)


def _check(directory: Path, service: str, expected: dict[int, int]) -> None:
    with opened(directory / "data") as engine:
        assert _spans(engine, service) == expected, _spans(engine, service)
        assert Queue(directory / "journal").committed(Signal.TRACES) == max(expected)


def test_a_crash_before_the_commit_stores_nothing_twice(tmp_path: Path, service: str) -> None:
    """Killed after the insert and before the commit, again and again and with more segments come: each span is there once."""
    Queue(tmp_path / "journal")
    for number in range(1, 5):
        _seal(tmp_path / "journal", number, [_request(service)] * number)
    assert alone(_load, tmp_path, Killed) == -signal.SIGKILL
    _seal(tmp_path / "journal", 5, [_request(service)] * 5)
    assert alone(_load, tmp_path, Killed) == -signal.SIGKILL
    assert alone(_load, tmp_path, Queue) == 0
    assert alone(_check, tmp_path, service, {number: SPANS * number for number in range(1, 6)}) == 0


def test_a_crash_among_poison_stores_nothing_twice(tmp_path: Path, service: str) -> None:
    """A segment that is divided because of a poisonous record is divided the same way after a crash."""
    Queue(tmp_path / "journal")
    requests = [_request(service), POISON, _request(service), _request(service), POISON, _request(service), _request(service)]
    _seal(tmp_path / "journal", 1, requests)
    assert alone(_load, tmp_path, Killed) == -signal.SIGKILL
    assert alone(_load, tmp_path, Queue) == 0
    assert alone(_check, tmp_path, service, {1: SPANS * 5}) == 0
    assert len(list(Queue(tmp_path / "journal").dead_letters())) == 2


def _load_without_memory(directory: Path) -> None:
    with opened(directory / "data", max_memory_bytes=96 << 20) as engine:
        queue = Queue(directory / "journal")
        loader = Loader(engine, queue, streams=2)
        loader.start()
        try:
            _eventually(lambda: _total("assay_load_retries_total") >= 2)
            assert loader.alive()
        finally:
            assert not loader.stop()
        assert queue.committed(Signal.TRACES) == 0
        assert list(queue.dead_letters()) == []


def _migrate(directory: Path) -> None:
    with opened(directory / "data") as engine:
        migrate(engine)


def test_an_engine_without_memory_is_tried_again(tmp_path: Path, service: str) -> None:
    """While the engine has no memory nothing is lost, buried or committed, and stopping is quick; later everything goes in."""
    assert alone(_migrate, tmp_path) == 0
    Queue(tmp_path / "journal")
    _seal(tmp_path / "journal", 1, [_request(service, MANY)])
    _seal(tmp_path / "journal", 2, [_request(service)])
    assert alone(_load_without_memory, tmp_path) == 0
    assert alone(_load, tmp_path, Queue) == 0
    assert alone(_check, tmp_path, service, {1: MANY, 2: SPANS}) == 0


class _Narrow:
    """The real engine, but out of memory for more than one segment at once and for the requests of one service."""

    def __init__(self, engine: Engine, too_large: str) -> None:
        self._engine = engine
        self._too_large = too_large.encode()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def insert(self, signal: Signal, data: Iterable[bytes], token: str, stage: str = "") -> None:
        segments = list(data)
        if len(segments) > 1 or any(self._too_large in segment for segment in segments):
            raise Retryable("store_memory", "memory limit exceeded")
        self._engine.insert(signal, segments, token)


def test_what_is_too_large_together_is_stored_one_by_one(engine: Engine, tmp_path: Path, service: str) -> None:
    """Segments that need too much memory together are planned and stored alone; a request that never fits is a dead letter."""
    queue = Queue(tmp_path)
    # Numbers that no other test has used: whether something of a segment is stored is asked by its number.
    base = uuid4().int % 10**9 + 10**9
    (tmp_path / "traces" / "committed").write_text(f"{base}\n")
    large = f"large-{service}"
    for number in range(1, 6):
        _seal(tmp_path, base + number, [_request(large if number == 3 else service)])
    before = _total("assay_stored_items_total")
    loader = Loader(cast(Engine, _Narrow(engine, large)), queue, streams=2)
    loader.start()
    _eventually(partial(_is_committed, queue, base + 5))
    loader.stop()
    assert _spans(engine, service) == dict.fromkeys((base + 1, base + 2, base + 4, base + 5), SPANS)
    assert _total("assay_stored_items_total") - before == 4 * SPANS
    assert [(letter.segment, letter.items) for letter in queue.dead_letters()] == [(base + 3, SPANS)]
    assert "memory" in next(queue.dead_letters()).reason


class _Watched:
    """The real engine; notes the plan that is on disk at each insert."""

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self._engine = engine
        self._queue = queue
        self.plans: list[list[tuple[int, int]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def insert(self, signal: Signal, data: Iterable[bytes], token: str, stage: str = "") -> None:
        self.plans.append(self._queue.planned(signal))
        self._engine.insert(signal, data, token)


def test_a_plan_outlives_several_crashes(engine: Engine, tmp_path: Path, service: str) -> None:
    """Runs that were planned before a crash stay in the plan until they are stored, while earlier ones are repeated."""
    queue = Queue(tmp_path)
    for number in range(1, 6):
        _seal(tmp_path, number, [_request(service)])
    queue.plan(Signal.TRACES, [(1, 2), (3, 4)])
    watched = _Watched(engine, queue)
    loader = Loader(cast(Engine, watched), queue, streams=1)
    loader.start()
    assert loader.stop(drain_seconds=60)
    assert watched.plans == [[(1, 2), (3, 4)], [(3, 4)], [(5, 5)]]
