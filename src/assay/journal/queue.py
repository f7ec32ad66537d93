"""The read side: sealed segments in order, until they are stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Lock

import structlog

from assay.core.errors import NotFound
from assay.core.ports import Run, Segment
from assay.core.signals import Signal
from assay.journal import dead_letter, layout, record

_log = structlog.get_logger()


class Queue:
    """Hand out what the journal has sealed; implements `assay.core.ports.SegmentQueue`.

    It works on the directory alone, so the writer may be another process that comes and goes. All methods may be called
    from several threads. They raise OSError where the disk fails, and Misconfigured where the journal is damaged.
    """

    def __init__(self, directory: Path, clock: Callable[[], int] = time.time_ns) -> None:
        """Open or make the journal in `directory`; `clock` gives the time of a burial in nanoseconds since 1970.

        Raises:
            Misconfigured: the directory cannot be used, or what is in it is damaged.
        """
        self.writer = layout.prepare(directory)
        self._directory = directory
        self._clock = clock
        self._lock = Lock()
        self._known: dict[Path, Segment] = {}
        try:
            for signal in Signal:
                # A crash may have come between the news that segments are stored and their deletion.
                self._delete(signal, self.committed(signal))
        except OSError as error:
            raise layout.unusable(directory, error) from error

    def committed(self, signal: Signal) -> int:
        """Return the number of the last segment up to which all are stored, 0 at first."""
        return layout.read_committed(self._directory / signal)

    def sealed(self, signal: Signal, after: int) -> Sequence[Segment]:
        """Return the sealed segments with a number above `after`, in order, without those that are committed."""
        lane = self._directory / signal
        after = max(after, self.committed(signal))
        found = []
        for number, items, name in layout.sealed_names(lane):
            if number > after and (segment := self._segment(signal, number, items, lane / name)):
                found.append(segment)
        return sorted(found, key=lambda segment: segment.number)

    def commit(self, signal: Signal, number: int) -> None:
        """Remember durably that all segments up to `number` are stored, and delete them.

        Raises:
            NotFound: there is no sealed segment of that number.
        """
        lane = self._directory / signal
        with self._lock:
            if number <= self.committed(signal):
                return
            if all(number != sealed for sealed, _, _ in layout.sealed_names(lane)):
                raise NotFound("segment_unknown", f"There is no sealed segment {number} of {signal}")
            layout.write_committed(lane, number)
            self._delete(signal, number)

    def read(self, segment: Segment) -> tuple[bytes, int]:
        """Return the records of a segment, and how many items are lost because the disk has damaged them.

        One with a wrong checksum is not returned: it is in the dead letters, so every caller sees the same records every time.
        """
        data = layout.read(segment.path)
        runs = list(record.split(data))
        if all(sound for _, _, sound in runs):
            return data, 0
        lost = self._bury_damage(segment, data, runs)
        return b"".join(data[start:stop] for start, stop, sound in runs if sound), lost

    def split(self, records: bytes) -> list[bytes]:
        """Divide what `read` returned into its records, each with its length before it."""
        return [records[start:stop] for start, stop, _ in record.split(records)]

    def planned(self, signal: Signal) -> list[Run]:
        """Return the plan that was remembered last, without what is committed."""
        committed = self.committed(signal)
        return [(first, last) for first, last in layout.read_plan(self._directory / signal) if last > committed]

    def plan(self, signal: Signal, runs: Sequence[Run]) -> None:
        """Remember durably which runs of segments are loaded under one token each."""
        layout.write_plan(self._directory / signal, runs)

    def bury(self, segment: Segment, record: bytes, reason: str) -> int:
        """Move one record that the engine refuses to the dead letters, durably and once; return how many items it has."""
        return self._bury(segment, record, reason)

    def dead_letters(self) -> Iterator[dead_letter.DeadLetter]:
        """Yield all dead letters, by signal and segment."""
        for signal in Signal:
            yield from dead_letter.read(self._directory / signal)

    def _segment(self, signal: Signal, number: int, items: int, path: Path) -> Segment | None:
        segment = self._known.get(path)
        if segment is None:
            try:
                segment = Segment(signal, number, path, path.stat().st_size, items)
            except FileNotFoundError:
                # Committed by another thread since the directory was listed.
                return None
            self._known[path] = segment
        return segment

    def _bury_damage(self, segment: Segment, data: bytes, runs: list[tuple[int, int, bool]]) -> int:
        there = sum(_items(data[start:stop]) for start, stop, sound in runs if sound)
        lost_items = max(0, segment.items - there)
        damage = [data[start:stop] for start, stop, sound in runs if not sound]
        _log.error("journal_segment_damaged", segment=str(segment.path), places=len(damage), items=lost_items)
        for content in damage:
            reason = "the checksum is wrong: the disk has changed it since it was written"
            # What is missing from the segment is known only as a sum; it is counted once.
            self._bury(segment, content, reason, lost_items if content is damage[0] else 0)
        return lost_items

    def _bury(self, segment: Segment, content: bytes, reason: str, lost_items: int = 0) -> int:
        lane = self._directory / segment.signal
        with self._lock:
            return dead_letter.bury(lane, segment, content, reason, now=self._clock(), lost_items=lost_items)

    def _delete(self, signal: Signal, number: int) -> None:
        lane = self._directory / signal
        for sealed, _, name in layout.sealed_names(lane):
            if sealed <= number:
                (lane / name).unlink(missing_ok=True)
                self._known.pop(lane / name, None)


def _items(content: bytes) -> int:
    envelope = record.envelope(content)
    return envelope.items if envelope else 0
