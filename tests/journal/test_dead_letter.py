from __future__ import annotations

import json
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from assay.core.ports import Segment
from assay.core.signals import Signal
from assay.journal import dead_letter, record
from assay.journal.dead_letter import DeadLetter

RECORD = b"".join(record.encode(b"\n\x02ab", 7, 1234, "otlp/grpc", 3))


@pytest.fixture
def segment(tmp_path: Path) -> Segment:
    (tmp_path / "logs").mkdir()
    return Segment(Signal.LOGS, 7, tmp_path / "logs" / f"{7:016d}-3.segment", len(RECORD), 3)


def _counted() -> tuple[float, float]:
    names = ("assay_dead_letter_records_total", "assay_dead_letter_items_total")
    records, items = (REGISTRY.get_sample_value(name, {"signal": "logs"}) or 0 for name in names)
    return records, items


def test_bury_keeps_the_bytes_and_the_reason(segment: Segment) -> None:
    """A buried record is there byte for byte, with what its envelope says, the reason and the time."""
    dead_letter.bury(segment.path.parent, segment, RECORD, "cannot parse", now=99)
    (letter,) = dead_letter.read(segment.path.parent)
    assert letter.path.read_bytes() == RECORD
    assert letter == DeadLetter(Signal.LOGS, letter.path, 7, "cannot parse", 99, 1234, "otlp/grpc", "", 3, len(RECORD))
    assert letter.path.name.startswith(f"{7:016d}-")


def test_bury_counts_once(segment: Segment) -> None:
    """The same record buried again, after a crash, is neither written nor counted again."""
    records, items = _counted()
    for now in (1, 2):
        assert dead_letter.bury(segment.path.parent, segment, RECORD, "cannot parse", now=now) == 3
    assert [letter.buried_unix_nano for letter in dead_letter.read(segment.path.parent)] == [1]
    assert _counted() == (records + 1, items + 3)


def test_bury_finishes_what_a_crash_left_half_done(segment: Segment) -> None:
    """A record without its description is no dead letter yet; burying it again completes it."""
    dead_letter.bury(segment.path.parent, segment, RECORD, "cannot parse", now=1)
    (letter,) = dead_letter.read(segment.path.parent)
    letter.path.with_suffix(".json").unlink()
    assert list(dead_letter.read(segment.path.parent)) == []
    dead_letter.bury(segment.path.parent, segment, RECORD, "cannot parse", now=2)
    assert [letter.buried_unix_nano for letter in dead_letter.read(segment.path.parent)] == [2]


def test_bury_counts_what_damage_cannot_tell(segment: Segment) -> None:
    """Damaged bytes have no envelope to read, so the items are those that the caller misses."""
    dead_letter.bury(segment.path.parent, segment, RECORD[:-1], "checksum", now=1, lost_items=3)
    (letter,) = dead_letter.read(segment.path.parent)
    assert (letter.items, letter.source, letter.received_unix_nano) == (3, "", 0)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"signal": "traces"}', b'{"signal": 3}'])
def test_damaged_description_is_listed_as_such(segment: Segment, content: bytes) -> None:
    """A description that cannot be read hides neither its record nor the other dead letters."""
    dead_letter.bury(segment.path.parent, segment, RECORD, "cannot parse", now=1)
    dead_letter.bury(segment.path.parent, segment, RECORD[:-1], "checksum", now=1)
    damaged, whole = sorted(dead_letter.read(segment.path.parent), key=lambda letter: letter.reason == "checksum")
    damaged.path.with_suffix(".json").write_bytes(content)
    letters = {letter.path: letter for letter in dead_letter.read(segment.path.parent)}
    assert letters[whole.path] == whole
    assert "is damaged" in letters[damaged.path].reason
    assert letters[damaged.path].bytes == len(RECORD)


def test_description_is_for_people_too(segment: Segment) -> None:
    """The description is JSON with exactly the documented keys, and its path is good wherever the directory is moved."""
    dead_letter.bury(segment.path.parent, segment, RECORD, "cannot parse", now=1)
    (path,) = (segment.path.parent / "dead").glob("*.json")
    description = json.loads(path.read_text("utf-8"))
    document = (Path(__file__).parents[2] / "docs/formats/journal.md").read_text("utf-8")
    assert all(f"`{key}`" in document for key in description)
    assert description["path"] == path.with_suffix(".record").name
