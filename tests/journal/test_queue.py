from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from assay.core.errors import Misconfigured, NotFound
from assay.core.ports import Segment, SegmentQueue
from assay.core.signals import Signal
from assay.journal import Queue, layout, record
from assay.journal.segment import OpenSegment


@pytest.fixture
def queue(directory: Path) -> Queue:
    return Queue(directory, clock=lambda: 99)


@pytest.fixture
def seal(directory: Path, queue: Queue) -> Callable[..., list[bytes]]:
    """Write a sealed segment of traces with one record of two items per body."""

    def write(number: int, *bodies: bytes) -> list[bytes]:
        segment = OpenSegment(directory / "traces", number)
        records = [b"".join(record.encode(body, number, 1, "test", 2)) for body in bodies]
        segment.append(records, sum(map(len, records)), 2 * len(bodies))
        segment.seal()
        return records

    return write


def _numbers(queue: SegmentQueue, after: int = 0) -> list[int]:
    return [segment.number for segment in queue.sealed(Signal.TRACES, after)]


def test_sealed_gives_segments_in_order(directory: Path, queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """Sealed segments come with number, path, size and items, in order, and only those above `after`."""
    for number in (2, 10, 1):
        seal(number, b"one", b"two")
    assert _numbers(queue) == [1, 2, 10]
    (segment,) = queue.sealed(Signal.TRACES, 2)
    path = directory / "traces" / f"{10:016d}-4.segment"
    assert segment == Segment(Signal.TRACES, 10, path, path.stat().st_size, 4)
    assert queue.sealed(Signal.LOGS, 0) == []


def test_sealed_ignores_what_is_being_written(directory: Path, queue: Queue) -> None:
    """An open segment is not handed out before it is sealed."""
    segment = OpenSegment(directory / "traces", 1)
    segment.append([b"x"], 1, 1)
    assert _numbers(queue) == []
    segment.seal()
    assert _numbers(queue) == [1]


def test_records_are_smaller_segments(queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """Each record comes whole, with its length, so that joining them gives the segment again."""
    records = seal(1, b"one", b"two" * 1000, b"three")
    (segment,) = queue.sealed(Signal.TRACES, 0)
    assert queue.split(queue.read(segment)[0]) == records
    assert segment.path.read_bytes() == b"".join(records)


def test_commit_deletes_what_is_stored(directory: Path, queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """A commit covers all segments up to its number, is remembered by the next process, and frees their disk."""
    for number in (1, 2, 3):
        seal(number, b"body")
    queue.commit(Signal.TRACES, 2)
    assert _numbers(queue) == [3]
    assert Queue(directory).committed(Signal.TRACES) == 2
    assert [path.name for path in (directory / "traces").glob("*.segment")] == [f"{3:016d}-2.segment"]


def test_commit_never_goes_back(queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """A repeated or late commit changes nothing."""
    for number in (1, 2):
        seal(number, b"body")
    queue.commit(Signal.TRACES, 2)
    queue.commit(Signal.TRACES, 1)
    queue.commit(Signal.TRACES, 2)
    assert queue.committed(Signal.TRACES) == 2


def test_commit_of_an_unknown_segment_is_refused(queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """A number that was never sealed is not committed: its segment would be deleted unread when it comes."""
    seal(1, b"body")
    with pytest.raises(NotFound):
        queue.commit(Signal.TRACES, 2)
    assert queue.committed(Signal.TRACES) == 0
    assert _numbers(queue) == [1]


def test_crash_between_commit_and_deletion(directory: Path, queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """Segments that are committed but still there are not handed out again, and are deleted at the next start."""
    for number in (1, 2):
        seal(number, b"body")
    layout.write_committed(directory / "traces", 1)
    assert _numbers(queue) == [2]
    Queue(directory)
    assert len(list((directory / "traces").glob("*.segment"))) == 1


def test_vanished_segment_is_no_surprise(queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """A segment that somebody deletes is missing from the next listing; the others are handed out."""
    seal(1, b"body")
    seal(2, b"body")
    queue.sealed(Signal.TRACES, 0)[0].path.unlink()
    assert _numbers(queue) == [2]


@pytest.mark.parametrize("position", ["length", "request", "checksum"])
def test_rotten_record_is_buried_and_the_others_survive(queue: Queue, seal: Callable[..., list[bytes]], position: str) -> None:
    """A record that the disk has changed becomes a dead letter with its items, once; all others are handed out."""
    first, second, third = seal(1, b"one", b"two", b"three")
    (segment,) = queue.sealed(Signal.TRACES, 0)
    content = bytearray(segment.path.read_bytes())
    content[len(first) + {"length": 0, "request": 2, "checksum": len(second) - 1}[position]] ^= 1
    segment.path.write_bytes(content)
    before = REGISTRY.get_sample_value("assay_dead_letter_items_total", {"signal": "traces"}) or 0
    for _ in range(2):
        assert queue.split(queue.read(segment)[0]) == [first, third]
    (letter,) = queue.dead_letters()
    assert letter.path.read_bytes() == bytes(content[len(first) : -len(third)])
    assert (letter.segment, letter.items) == (1, 2)
    assert "checksum" in letter.reason
    assert REGISTRY.get_sample_value("assay_dead_letter_items_total", {"signal": "traces"}) == before + 2


def test_counts_add_up_for_a_segment_in_ruins(queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """Items in sound records and in dead letters are together those of the segment, wherever it is damaged."""
    records = seal(1, *(b"%d" % place for place in range(6)))
    (segment,) = queue.sealed(Signal.TRACES, 0)
    content = bytearray(segment.path.read_bytes())
    content[len(records[0]) + 2] ^= 1
    content[sum(map(len, records[:4])) + 2] ^= 1
    segment.path.write_bytes(content[:-1])
    sound = len(queue.split(queue.read(segment)[0]))
    assert 2 * sound + sum(letter.items for letter in queue.dead_letters()) == segment.items == 12
    assert sound == 3


def test_empty_segment_gives_no_records(directory: Path, queue: Queue) -> None:
    """A sealed file without content, whatever made it so, does not stop the queue and can be committed."""
    (directory / "traces" / f"{1:016d}-0.segment").touch()
    (segment,) = queue.sealed(Signal.TRACES, 0)
    assert queue.split(queue.read(segment)[0]) == []
    queue.commit(Signal.TRACES, 1)
    assert _numbers(queue) == []


def test_bury_notes_the_reason_of_the_engine(queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """The loader buries a record with the words of the engine and the time of the clock."""
    (content,) = seal(1, b"poison")
    (segment,) = queue.sealed(Signal.TRACES, 0)
    assert queue.bury(segment, content, "Cannot parse") == queue.bury(segment, content, "Cannot parse") == 2
    (letter,) = queue.dead_letters()
    assert (letter.reason, letter.source, letter.items, letter.buried_unix_nano) == ("Cannot parse", "test", 2, 99)
    assert json.loads(letter.path.with_suffix(".json").read_bytes())["reason"] == "Cannot parse"


def test_bury_repairs_a_missing_directory(directory: Path, queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """Somebody who cleared the dead letters with their directory has not broken burying."""
    (content,) = seal(1, b"poison")
    shutil.rmtree(directory / "traces" / "dead")
    assert list(queue.dead_letters()) == []
    queue.bury(queue.sealed(Signal.TRACES, 0)[0], content, "Cannot parse")
    assert len(list(queue.dead_letters())) == 1


def test_damaged_committed_stops_the_queue(directory: Path, queue: Queue) -> None:
    """A damaged `committed` is an error at the start and later, and never a silent 0."""
    (directory / "traces" / "committed").write_bytes(b"garbage")
    with pytest.raises(Misconfigured):
        queue.sealed(Signal.TRACES, 0)
    with pytest.raises(Misconfigured):
        Queue(directory)


def test_plan_survives_without_what_is_committed(directory: Path, queue: Queue, seal: Callable[..., list[bytes]]) -> None:
    """What was planned is known to the next process, except the runs that are stored by then."""
    for number in (1, 2, 3):
        seal(number, b"request")
    queue.plan(Signal.TRACES, [(1, 2), (3, 3)])
    assert Queue(directory).planned(Signal.TRACES) == [(1, 2), (3, 3)]
    queue.commit(Signal.TRACES, 2)
    assert Queue(directory).planned(Signal.TRACES) == [(3, 3)]
    assert Queue(directory).planned(Signal.LOGS) == []


def test_damaged_plan_is_never_guessed(directory: Path, queue: Queue) -> None:
    """A plan that cannot be read stops the queue with a hint, because loading without it could store twice."""
    (directory / "traces" / "plan").write_text("1 two\n")
    with pytest.raises(Misconfigured, match="runs of segments"):
        queue.planned(Signal.TRACES)
