"""Where the journal keeps what on disk, and how a small file is written so that a crash leaves the old one or the new one."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from assay.core.errors import Misconfigured
from assay.core.signals import Signal

_SEALED = re.compile(r"(\d{16})-(\d+)\.segment")
_OPEN = re.compile(r"(\d{16})\.open")
_RUN = re.compile(r"\d{1,16} \d{1,16}")
_WRITER = re.compile(r"[0-9a-f]{32}")


def prepare(directory: Path) -> str:
    """Make the directories of a journal if there is none yet, and return the id of its writer.

    Both processes may call this at the same time; the first wins. The id comes last, so where there is an id all the rest
    must be there, and whatever is missing was lost later.

    Raises:
        Misconfigured: the directory cannot be used, or a part of an existing journal is missing or damaged.
    """
    try:
        writer = directory / "writer"
        if not writer.exists():
            # What people's services send is nobody else's to read.
            directory.mkdir(mode=0o750, parents=True, exist_ok=True)
            for signal in Signal:
                (directory / signal / "dead").mkdir(parents=True, exist_ok=True)
                _create(directory / signal / "committed", b"0\n")
                sync_directory(directory / signal)
            _create(writer, secrets.token_hex(16).encode() + b"\n")
            for parent in directory.absolute().parents[:2]:
                # One that may not be read was not made here either.
                with suppress(PermissionError):
                    sync_directory(parent)
        for signal in Signal:
            read_committed(directory / signal)
        text = writer.read_text("utf-8", errors="replace").strip()
    except OSError as error:
        raise unusable(directory, error) from error
    if not _WRITER.fullmatch(text):
        raise Misconfigured(
            "journal_damaged",
            f"{writer} does not hold the id of a journal",
            "restore the file, or move the whole journal directory away to begin a new one",
        )
    return text


def read_committed(lane: Path) -> int:
    """Return the number of the last segment up to which all are stored.

    It is never guessed: a number that is used twice would make the store drop the second segment as a repetition.

    Raises:
        Misconfigured: the file is missing or damaged.
        OSError: the file cannot be read.
    """
    path = lane / "committed"
    try:
        text = path.read_bytes().strip()
    except FileNotFoundError:
        text = b""
    if not (text.isdigit() and len(text) <= 16):
        raise Misconfigured(
            "journal_damaged",
            f"{path} does not hold the number of the last stored segment",
            "write that number into the file (the highest Batch in the tables of this signal), "
            "or move the whole journal directory away to begin a new one",
        )
    return int(text)


def write_committed(lane: Path, number: int) -> None:
    replace(lane / "committed", b"%d\n" % number)


def read_plan(lane: Path) -> list[tuple[int, int]]:
    """Return the runs of segments (first, last) that were about to be stored together; none if there is no plan.

    Raises:
        Misconfigured: the file is damaged.
    """
    path = lane / "plan"
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    if not all(_RUN.fullmatch(line) for line in lines):
        raise Misconfigured(
            "journal_damaged",
            f"{path} does not hold runs of segments",
            "restore the file; without it, segments that were being stored may be stored twice",
        )
    runs = [tuple(map(int, line.split())) for line in lines]
    return [(first, last) for first, last in runs]


def write_plan(lane: Path, runs: Sequence[tuple[int, int]]) -> None:
    replace(lane / "plan", "".join(f"{first} {last}\n" for first, last in runs).encode())


def open_path(lane: Path, number: int) -> Path:
    return lane / f"{number:016d}.open"


def sealed_path(lane: Path, number: int, items: int) -> Path:
    return lane / f"{number:016d}-{items}.segment"


def open_segments(lane: Path) -> list[tuple[int, Path]]:
    """Return the unsealed segments in order; any other file is left alone."""
    found = ((_OPEN.fullmatch(path.name), path) for path in lane.iterdir())
    return sorted((int(match[1]), path) for match, path in found if match)


def sealed_names(lane: Path) -> Iterator[tuple[int, int, str]]:
    """Yield number, items and file name of each sealed segment, in no order; any other file is left alone."""
    for path in lane.iterdir():
        if match := _SEALED.fullmatch(path.name):
            yield int(match[1]), int(match[2]), path.name


def read(path: Path) -> bytes:
    """Return the records of a segment, open or sealed. Every reader comes through here, and encryption will end here.

    Raises:
        FileNotFoundError: it was committed meanwhile.
    """
    return path.read_bytes()


def replace(path: Path, content: bytes) -> None:
    """Write a file durably; after a crash it is wholly the old one or wholly the new one. One at a time may do so."""
    temporary = path.with_name(f"{path.name}.tmp")
    _write(temporary, content)
    temporary.rename(path)
    sync_directory(path.parent)


def _create(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    _write(temporary, content)
    try:
        # Unlike rename this leaves alone what the other process has made meanwhile.
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    sync_directory(path.parent)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Make the creation, renaming and removal of files in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unusable(directory: Path, error: OSError) -> Misconfigured:
    return Misconfigured(
        "journal_unusable",
        f"The journal in {directory} cannot be used: {error.strerror or error}",
        "check the permissions, the free space and the health of the disk",
    )


def free_bytes(path: Path) -> int:
    """Return how much an ordinary user may still write to the disk of `path`."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize
