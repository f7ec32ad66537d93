"""The segment that is being written, and what a crash left of one."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from assay.journal import layout, record

_log = structlog.get_logger()

_MAX_PIECES = 1024
"""Pieces that one writev takes (IOV_MAX of Linux and macOS)."""


class OpenSegment:
    """A file that takes records at its end. All methods raise OSError and can then be tried again."""

    def __init__(self, lane: Path, number: int) -> None:
        """Create the file, durably."""
        self.number = number
        self.bytes = 0
        self.items = 0
        self.created = time.monotonic()
        self.damaged = False
        """A write or fsync failed: what is beyond `bytes` counts as garbage, and nothing may be added."""
        self._lane = lane
        self._path = layout.open_path(lane, number)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            os.ftruncate(self._descriptor, 0)
            layout.sync_directory(lane)
        except OSError:
            os.close(self._descriptor)
            raise

    def append(self, pieces: Sequence[bytes], size: int, items: int) -> None:
        """Write whole records, `size` bytes in all, and return when they are on disk for good.

        Every record passes through here on its way to the disk, and encryption will begin here.
        """
        assert not self.damaged
        try:
            _write_all(self._descriptor, pieces)
            _synchronize(self._descriptor)
        except OSError:
            # After a failed fsync the kernel may call the lost pages clean, so that a second fsync means nothing.
            # Only what earlier ones have confirmed stays; giving the rest back may help a full disk.
            self.damaged = True
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.bytes)
            raise
        self.bytes += size
        self.items += items

    def seal(self) -> None:
        """Close the file under its final name, or remove it if nothing was confirmed."""
        if self.damaged:
            os.ftruncate(self._descriptor, self.bytes)
            os.fsync(self._descriptor)
        _seal(self._lane, self.number, self.bytes, self.items)
        self.abandon()

    def abandon(self) -> None:
        """Leave the file as it is; unless it is sealed, the next start recovers it."""
        # What was confirmed is on disk, whatever closing says.
        with suppress(OSError):
            os.close(self._descriptor)


def recover(lane: Path, committed: int) -> None:
    """Leave nothing but sealed segments in a lane, without gaps in their numbers above `committed`.

    Seal what a crash left open: the records up to the first one that is not whole, with the right checksum and number.

    What follows was never acknowledged, because an acknowledgement waits for the disk. A segment without such a record is
    removed, and its number is given again. Where somebody has deleted a sealed segment an empty one takes its place, so that
    the reader does not wait for it.

    Raises:
        OSError: the directory cannot be read or written.
    """
    for number, path in layout.open_segments(lane):
        size, items = _verify(layout.read(path), number)
        torn = path.stat().st_size - size
        if number <= committed:
            # Its sealing did not reach the disk before a power failure, but the news that it is stored did.
            size = torn = 0
        if torn:
            _log.warning("journal_tail_cut", segment=str(path), kept_bytes=size, cut_bytes=torn)
        with path.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())
        _seal(lane, number, size, items)
    numbers = {number for number, _, _ in layout.sealed_names(lane)}
    for number in set(range(committed + 1, max(numbers, default=0))) - numbers:
        _log.error("journal_segment_missing", directory=str(lane), number=number)
        layout.sealed_path(lane, number, 0).touch()
    layout.sync_directory(lane)


def _verify(data: bytes, number: int) -> tuple[int, int]:
    items = size = 0
    while (stop := record.end(data, size)) is not None:
        envelope = record.envelope(data[size:stop])
        if envelope is None or envelope.batch != number:
            break
        size = stop
        items += envelope.items
    return size, items


def _seal(lane: Path, number: int, size: int, items: int) -> None:
    path = layout.open_path(lane, number)
    if size:
        path.rename(layout.sealed_path(lane, number, items))
    else:
        path.unlink(missing_ok=True)
    # The records are on disk under one name or the other, and recovery seals what it finds open: the next file's creation
    # makes the new name durable too, and senders do not wait for that twice.


def _write_all(descriptor: int, pieces: Sequence[bytes]) -> None:
    for first in range(0, len(pieces), _MAX_PIECES):
        run = pieces[first : first + _MAX_PIECES]
        written = os.writev(descriptor, run)
        if written < sum(map(len, run)):
            # The kernel takes less than all of it near the end of the disk, and at most 2 GiB at once.
            rest = memoryview(b"".join(run))[written:]
            while rest:
                rest = rest[os.write(descriptor, rest) :]


def _synchronize(descriptor: int) -> None:
    # macOS has no fdatasync.
    getattr(os, "fdatasync", os.fsync)(descriptor)
