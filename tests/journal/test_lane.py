from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

import pytest

from assay.core.config import Journal as Limits
from assay.core.errors import Retryable
from assay.core.signals import Signal
from assay.journal import Journal, Queue, layout, record
from assay.journal.lane import MAX_ITEMS, Entry, Lane

Eventually = Callable[[Callable[[], Any]], Any]


class OpenLane(Protocol):
    """Open the lane of the test, with some limits changed."""

    def __call__(self, **limits: Any) -> Lane: ...


@pytest.fixture
def lane_directory(directory: Path) -> Path:
    layout.prepare(directory)
    return directory / "traces"


@pytest.fixture
def open_lane(lane_directory: Path) -> Iterator[OpenLane]:
    opened: list[Lane] = []

    def open_one(**limits: Any) -> Lane:
        lane = Lane(Signal.TRACES, lane_directory, Limits(**{"min_free_disk_bytes": 1, "segment_age_seconds": 600, **limits}))
        opened.append(lane)
        return lane

    yield open_one
    for lane in opened:
        lane.close()


def _submit(lane: Lane, request: bytes, items: int = 1) -> Future[None]:
    waiter: Future[None] = Future()
    lane.submit(Entry(request, items, "test", 1, waiter))
    return waiter


def _write(lane: Lane, *requests: bytes) -> None:
    for request in requests:
        _submit(lane, request).result(10)


def _segments(directory: Path) -> dict[int, list[bytes]]:
    """Return the requests in the sealed segments by number, and check their envelopes."""
    segments: dict[int, list[bytes]] = {}
    for number, items, name in sorted(layout.sealed_names(directory)):
        data = (directory / name).read_bytes()
        segments[number] = []
        for start, stop, sound in record.split(data):
            envelope = record.envelope(data[start:stop])
            assert sound
            assert envelope
            assert envelope.batch == number
            segments[number].append(data[start:stop].partition(record.varint(record.BATCH << 3))[0][-5:])
        assert items == len(segments[number])
    return segments


def test_submit_is_done_when_the_record_is_in_the_file(lane_directory: Path, open_lane: OpenLane) -> None:
    """As soon as the waiter is told, the record is in the open segment, whole."""
    _write(open_lane(), b"00001")
    ((_, path),) = layout.open_segments(lane_directory)
    envelope = record.envelope(path.read_bytes())
    assert envelope == record.Envelope(1, 1, "test", "", 1)


def test_idle_lane_seals_by_age(lane_directory: Path, open_lane: OpenLane, eventually: Eventually) -> None:
    """A segment is sealed when it is old enough, without another request to wake the lane."""
    _write(open_lane(segment_age_seconds=0.05), b"00001")
    assert eventually(lambda: _segments(lane_directory)) == {1: [b"00001"]}


def test_segments_are_sealed_by_size_without_gaps(lane_directory: Path, open_lane: OpenLane) -> None:
    """Many requests end in numbered segments, none over the size limit, all of them once and in the order they came in."""
    lane = open_lane(segment_bytes=2000)
    requests = [b"%05d" % place for place in range(500)]
    for waiter in [_submit(lane, request) for request in requests]:
        waiter.result(10)
    lane.close()
    segments = _segments(lane_directory)
    assert list(segments) == list(range(1, len(segments) + 1))
    assert [request for number in segments for request in segments[number]] == requests
    assert all(path.stat().st_size <= 2000 for path in lane_directory.glob("*.segment"))
    assert len(segments) < 20


def test_large_record_has_its_own_segment(lane_directory: Path, open_lane: OpenLane) -> None:
    """A record larger than a segment may be is taken, alone, between its neighbors."""
    lane = open_lane(segment_bytes=2000)
    waiters = [_submit(lane, request) for request in (b"00001", b"x" * 5000 + b"00002", b"00003")]
    for waiter in waiters:
        waiter.result(10)
    lane.close()
    assert _segments(lane_directory) == {1: [b"00001"], 2: [b"00002"], 3: [b"00003"]}


def test_full_segment_is_sealed_at_once(lane_directory: Path, open_lane: OpenLane, eventually: Eventually) -> None:
    """A segment that has reached its size does not wait for another request or for its age."""
    _write(open_lane(segment_bytes=100), b"x" * 100 + b"00001")
    assert eventually(lambda: _segments(lane_directory)) == {1: [b"00001"]}


async def test_waiters_of_a_loop_are_told_in_groups(open_lane: OpenLane, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that arrive together share an fsync and one call into the event loop."""
    loop = asyncio.get_running_loop()
    calls: list[object] = []
    original = loop.call_soon_threadsafe
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *call: calls.append(call) or original(*call))  # type: ignore[func-returns-value]
    lane = open_lane()
    waiters = [loop.create_future() for _ in range(1000)]
    for waiter in waiters:
        lane.submit(Entry(b"00001", 1, "test", 1, waiter))
    await asyncio.gather(*waiters)
    assert len(calls) < 250


def test_numbers_go_on_after_a_restart(lane_directory: Path, open_lane: OpenLane) -> None:
    """The next run goes on with the next number, with and without segments waiting, and after all are committed."""
    for number in (1, 2):
        lane = open_lane()
        _write(lane, b"%05d" % number)
        lane.close()
    layout.write_committed(lane_directory, 2)
    for _, _, name in list(layout.sealed_names(lane_directory)):
        (lane_directory / name).unlink()
    lane = open_lane()
    _write(lane, b"00003")
    lane.close()
    assert _segments(lane_directory) == {3: [b"00003"]}


def test_number_of_an_empty_segment_is_given_again(lane_directory: Path, open_lane: OpenLane) -> None:
    """A crash before the first record of a segment leaves no gap in the numbers."""
    layout.open_path(lane_directory, 1).write_bytes(b"\x20torn")
    lane = open_lane()
    _write(lane, b"00001")
    lane.close()
    assert _segments(lane_directory) == {1: [b"00001"]}


def test_close_writes_what_is_queued(lane_directory: Path, open_lane: OpenLane) -> None:
    """Closing seals everything that was taken, answers every waiter, and refuses what comes later."""
    lane = open_lane()
    waiters = [_submit(lane, b"%05d" % place) for place in range(200)]
    lane.close()
    assert [waiter.exception(0) for waiter in waiters] == [None] * 200
    assert sum(map(len, _segments(lane_directory).values())) == 200
    assert layout.open_segments(lane_directory) == []
    with pytest.raises(Retryable, match="shutting down"):
        _submit(lane, b"late")


def test_failed_fsync_refuses_and_recovers(
    lane_directory: Path, open_lane: OpenLane, replace_file: Callable[[Path, int], Callable[[], None]]
) -> None:
    """What a failed fsync should have confirmed is refused; what was confirmed before stays; later requests go on.

    A pipe in place of the file makes the fsync fail: the kernel writes into it and refuses to synchronize it.
    """
    lane = open_lane()
    _write(lane, b"00001")
    outlet, inlet = os.pipe()
    restore = replace_file(layout.open_path(lane_directory, 1), inlet)
    for _ in range(2):
        with pytest.raises(Retryable, match="Invalid argument"):
            _write(lane, b"00002")
    restore()
    _write(lane, b"00003")
    lane.close()
    os.close(outlet)
    assert _segments(lane_directory) == {1: [b"00001"], 2: [b"00003"]}
    assert lane.waiting_bytes == 0


def test_failed_sealing_refuses_and_recovers(lane_directory: Path, open_lane: OpenLane) -> None:
    """A segment that cannot be renamed takes nothing more; when the obstacle is gone it is sealed as it is."""
    lane = open_lane(segment_bytes=100)
    obstacle = layout.sealed_path(lane_directory, 1, 1)
    (obstacle / "full").mkdir(parents=True)
    _write(lane, b"x" * 100 + b"00001")
    with pytest.raises(Retryable, match="directory"):
        _write(lane, b"00002")
    (obstacle / "full").rmdir()
    obstacle.rmdir()
    _write(lane, b"00003")
    lane.close()
    assert _segments(lane_directory) == {1: [b"00001"], 2: [b"00003"]}


def test_stored_bytes_follow_the_disk(lane_directory: Path, open_lane: OpenLane, eventually: Eventually) -> None:
    """The bytes of open and sealed segments count, also those of the last run, until they are committed."""
    lane = open_lane()
    _write(lane, b"00001")
    lane.close()
    lane = open_lane()
    _write(lane, b"00002")
    assert lane.stored_bytes == sum(path.stat().st_size for path in lane_directory.glob("0*"))
    layout.write_committed(lane_directory, 1)
    size = layout.open_path(lane_directory, 2).stat().st_size
    eventually(lambda: lane.stored_bytes == size)


def test_damaged_committed_frees_nothing(lane_directory: Path, open_lane: OpenLane, eventually: Eventually) -> None:
    """As long as `committed` cannot be read, writing goes on and nothing counts as stored."""
    lane = open_lane(segment_bytes=100)
    _write(lane, b"x" * 100)
    (lane_directory / "committed").write_bytes(b"garbage")
    before = lane.stored_bytes
    _write(lane, b"x" * 100)
    assert lane.stored_bytes == 2 * before
    layout.write_committed(lane_directory, 2)
    eventually(lambda: lane.stored_bytes == 0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_fault_leaves_nobody_waiting(open_lane: OpenLane) -> None:
    """Should the lane ever die of a fault of its own, all who wait and all who come are told to try again."""
    lane = open_lane()
    with pytest.raises(Retryable):
        _submit(lane, b"00001", items=-1).result(10)
    lane.close()
    with pytest.raises(Retryable):
        _submit(lane, b"00002")


async def test_a_segment_is_full_by_its_items_too(directory: Path) -> None:
    """Many items in few bytes are spread over segments, because the store takes a segment as one block in memory."""
    journal = Journal(directory, Limits(segment_age_seconds=60))
    await asyncio.gather(*(journal.accept(Signal.TRACES, b"\n\0", MAX_ITEMS // 2, "test") for _ in range(5)))
    journal.close()
    assert [segment.items for segment in Queue(directory).sealed(Signal.TRACES, 0)] == [MAX_ITEMS, MAX_ITEMS, MAX_ITEMS // 2]
