from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.journal import layout, record
from assay.journal.segment import OpenSegment, recover

NUMBER = 7


def _record(body: bytes, number: int = NUMBER, items: int = 2) -> bytes:
    return b"".join(record.encode(body, number, 1, "test", items))


def _lane(directory: Path, committed: int = 0) -> Path:
    lane = directory / "traces"
    lane.mkdir()
    layout.write_committed(lane, committed)
    return lane


def _recovered(content: bytes, committed: int = NUMBER - 1) -> dict[str, bytes]:
    """Return the files in a lane after the recovery of an open segment that holds `content`."""
    with tempfile.TemporaryDirectory() as name:
        lane = _lane(Path(name), committed)
        layout.open_path(lane, NUMBER).write_bytes(content)
        recover(lane, committed)
        return {path.name: path.read_bytes() for path in lane.iterdir() if path.name != "committed"}


def _sealed(records: list[bytes]) -> dict[str, bytes]:
    return {f"{NUMBER:016d}-{2 * len(records)}.segment": b"".join(records)} if records else {}


def _unchanged(records: list[bytes], content: bytes) -> list[bytes]:
    """Return the records before the first byte that differs."""
    whole = b"".join(records)
    agreed = next((place for place, pair in enumerate(zip(whole, content, strict=False)) if pair[0] != pair[1]), len(content))
    return [one for place, one in enumerate(records) if sum(map(len, records[: place + 1])) <= agreed]


bodies = st.lists(st.binary(max_size=200), min_size=1, max_size=4)


@given(bodies, st.data())
@settings(max_examples=60, deadline=None)
def test_recovery_after_a_cut(bodies: list[bytes], data: st.DataObject) -> None:
    """An open segment that was cut anywhere is sealed with exactly its whole records, or removed if there are none."""
    records = [_record(body) for body in bodies]
    whole = b"".join(records)
    content = whole[: data.draw(st.integers(0, len(whole)), label="cut")]
    assert _recovered(content) == _sealed(_unchanged(records, content))


@given(bodies, st.data())
@settings(max_examples=60, deadline=None)
def test_recovery_after_a_flip(bodies: list[bytes], data: st.DataObject) -> None:
    """With any byte changed, exactly the records before that byte are kept."""
    records = [_record(body) for body in bodies]
    content = bytearray(b"".join(records))
    content[data.draw(st.integers(0, len(content) - 1), label="position")] ^= data.draw(st.integers(1, 255), label="change")
    assert _recovered(bytes(content)) == _sealed(_unchanged(records, bytes(content)))


@given(bodies, st.data())
@settings(max_examples=60, deadline=None)
def test_recovery_after_a_repeat(bodies: list[bytes], data: st.DataObject) -> None:
    """With any byte written twice, exactly the records before the surplus byte are kept."""
    records = [_record(body) for body in bodies]
    whole = b"".join(records)
    position = data.draw(st.integers(0, len(whole) - 1), label="position")
    content = whole[: position + 1] + whole[position:]
    assert _recovered(content) == _sealed(_unchanged(records, content))


@pytest.mark.parametrize("tail", [bytes(4096), b"\xff" * 100, _record(b"old", number=NUMBER - 1)])
def test_recovery_cuts_what_no_record_of_this_segment_is(tail: bytes) -> None:
    """Zeroes of a file that only grew, garbage, and whole records of another segment are no part of this one."""
    assert _recovered(_record(b"mine") + tail) == _sealed([_record(b"mine")])


def test_recovery_drops_what_is_committed() -> None:
    """An open segment whose number is committed is stored already: only its renaming was lost in a power failure."""
    assert _recovered(_record(b"stored"), committed=NUMBER) == {}


def test_recovery_is_repeatable(tmp_path: Path) -> None:
    """A crash in the recovery harms nothing: the next one finds sealed segments and leaves them as they are."""
    lane = _lane(tmp_path, NUMBER - 1)
    layout.open_path(lane, NUMBER).write_bytes(_record(b"one"))
    recover(lane, NUMBER - 1)
    recover(lane, NUMBER - 1)
    assert list(layout.sealed_names(lane)) == [(NUMBER, 2, f"{NUMBER:016d}-2.segment")]


def test_recovery_fills_the_place_of_a_missing_segment(tmp_path: Path) -> None:
    """Where somebody has deleted sealed segments empty ones take their place, so that the numbers have no gap."""
    lane = _lane(tmp_path, committed=2)
    for number in (4, NUMBER):
        layout.sealed_path(lane, number, 2).write_bytes(_record(b"one", number))
    recover(lane, 2)
    found = sorted(layout.sealed_names(lane))
    assert [(number, items) for number, items, _ in found] == [(3, 0), (4, 2), (5, 0), (6, 0), (NUMBER, 2)]


def test_open_segment_is_sealed_under_its_number_and_items(tmp_path: Path) -> None:
    """What was appended is in the file at once, and under the final name after sealing."""
    lane = _lane(tmp_path)
    segment = OpenSegment(lane, NUMBER)
    pieces = record.encode(b"body", NUMBER, 1, "test", 2)
    segment.append(pieces, len(b"".join(pieces)), 2)
    assert layout.open_path(lane, NUMBER).read_bytes() == _record(b"body")
    segment.seal()
    assert layout.sealed_path(lane, NUMBER, 2).read_bytes() == _record(b"body")
    assert layout.open_segments(lane) == []


def test_open_segment_takes_more_pieces_than_one_system_call(tmp_path: Path) -> None:
    """A group of thousands of records is written whole and in order."""
    lane = _lane(tmp_path)
    segment = OpenSegment(lane, NUMBER)
    pieces = [b"%d," % place for place in range(5000)]
    segment.append(pieces, len(b"".join(pieces)), 5000)
    segment.seal()
    assert layout.sealed_path(lane, NUMBER, 5000).read_bytes() == b"".join(pieces)


def test_empty_segment_is_removed_by_sealing(tmp_path: Path) -> None:
    """A segment in which nothing was confirmed leaves no file, so that its number can be given again."""
    lane = _lane(tmp_path)
    OpenSegment(lane, NUMBER).seal()
    assert [path.name for path in lane.iterdir()] == ["committed"]


def test_failed_fsync_costs_only_what_it_should_have_confirmed(
    tmp_path: Path, replace_file: Callable[[Path, int], Callable[[], None]]
) -> None:
    """After a failed fsync the segment takes nothing more, keeps what earlier ones confirmed, and can be sealed with that.

    A pipe in place of the file makes the fsync fail: the kernel writes into it and refuses to synchronize it.
    """
    lane = _lane(tmp_path)
    segment = OpenSegment(lane, NUMBER)
    segment.append([_record(b"first")], len(_record(b"first")), 2)
    _, inlet = os.pipe()
    restore = replace_file(layout.open_path(lane, NUMBER), inlet)
    with pytest.raises(OSError, match="Invalid argument"):
        segment.append([_record(b"lost")], len(_record(b"lost")), 2)
    with pytest.raises(OSError, match="Invalid argument"):
        segment.seal()
    assert segment.damaged
    restore()
    with layout.open_path(lane, NUMBER).open("ab") as file:
        file.write(_record(b"lost"))
    segment.seal()
    assert layout.sealed_path(lane, NUMBER, 2).read_bytes() == _record(b"first")
