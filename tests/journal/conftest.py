"""What the tests of the journal share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from assay.core.config import Journal as Limits
from assay.journal import Journal


class OpenJournal(Protocol):
    """Open the journal in the test's directory, with some limits changed."""

    def __call__(self, **limits: Any) -> Journal: ...


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def open_journal(directory: Path) -> Iterator[OpenJournal]:
    opened: list[Journal] = []

    def open_one(**limits: Any) -> Journal:
        # A disk that runs low and segments that grow old are the matter of single tests.
        journal = Journal(directory, Limits(**{"min_free_disk_bytes": 1, "segment_age_seconds": 600, **limits}))
        opened.append(journal)
        return journal

    yield open_one
    for journal in opened:
        journal.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Wait until a condition holds, and return what it gave; it fails after ten seconds."""

    def wait(condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 10
        while not (result := condition()):
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.005)
        return result

    return wait


@pytest.fixture
def replace_file() -> Iterator[Callable[[Path, int], Callable[[], None]]]:
    """Put another open file in place of one that this process has open; the result puts it back."""
    spare: list[int] = []

    def replace(path: Path, other: int) -> Callable[[], None]:
        target = path.stat()
        descriptor = next(number for number in range(3, 4096) if _is_open(number, target))
        original = os.dup(descriptor)
        spare.extend((original, other))
        os.dup2(other, descriptor)

        def restore() -> None:
            os.dup2(original, descriptor)

        return restore

    yield replace
    for number in spare:
        os.close(number)


def _is_open(descriptor: int, target: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), target)
    except OSError:
        return False
