from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.core.errors import Misconfigured
from assay.core.signals import Signal
from assay.journal import layout


def test_prepare_makes_a_journal_once(directory: Path) -> None:
    """A new directory gets an id and starts every signal at 0; the id stays."""
    writer = layout.prepare(directory)
    assert layout.prepare(directory) == writer
    assert [layout.read_committed(directory / signal) for signal in Signal] == [0, 0, 0]


def test_prepare_agrees_between_racing_processes(directory: Path) -> None:
    """All who prepare a new directory at the same time get the same id, and no temporary file stays."""
    with ThreadPoolExecutor(16) as pool:
        writers = set(pool.map(lambda _: layout.prepare(directory), range(16)))
    assert len(writers) == 1
    assert list(directory.rglob("*.tmp")) == []


def test_prepare_keeps_the_progress_of_the_faster_process(directory: Path) -> None:
    """Whoever comes late to a new journal does not set back what was committed meanwhile."""
    layout.prepare(directory)
    layout.write_committed(directory / "traces", 5)
    (directory / "writer").unlink()
    layout.prepare(directory)
    assert layout.read_committed(directory / "traces") == 5


@pytest.mark.parametrize("content", [b"", b"garbage\n", b"-1\n", b"1.5", b"\x00" * 8, b"9" * 17, b"\xb2"])
def test_damaged_committed_is_refused(directory: Path, content: bytes) -> None:
    """A damaged `committed` is an error that names the file and says what to write into it; no number is guessed."""
    layout.prepare(directory)
    (directory / "logs" / "committed").write_bytes(content)
    with pytest.raises(Misconfigured, match=r"logs/committed does not hold .* highest Batch"):
        layout.prepare(directory)


def test_missing_committed_is_refused(directory: Path) -> None:
    """Where there is an id, a missing `committed` was lost, and to begin again at 1 would use numbers twice."""
    layout.prepare(directory)
    (directory / "logs" / "committed").unlink()
    with pytest.raises(Misconfigured, match="logs/committed"):
        layout.prepare(directory)


def test_missing_signal_is_refused(directory: Path) -> None:
    """A signal's directory that was removed is an error and not a new beginning."""
    layout.prepare(directory)
    shutil.rmtree(directory / "metrics")
    with pytest.raises(Misconfigured, match="metrics/committed"):
        layout.prepare(directory)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"ABC\n", b"0" * 31])
def test_damaged_writer_is_refused(directory: Path, content: bytes) -> None:
    """A damaged id is an error: another id would make the store take segments twice."""
    layout.prepare(directory)
    (directory / "writer").write_bytes(content)
    with pytest.raises(Misconfigured, match="writer does not hold the id"):
        layout.prepare(directory)


def test_unusable_directory_is_a_clear_error(tmp_path: Path) -> None:
    """A path that cannot be a directory is named in the error."""
    (tmp_path / "file").touch()
    with pytest.raises(Misconfigured, match="file cannot be used"):
        layout.prepare(tmp_path / "file")


def test_replace_survives_its_own_leftovers(tmp_path: Path) -> None:
    """A temporary file that a crash left behind is overwritten and not mistaken for content."""
    (tmp_path / "committed.tmp").write_bytes(b"12345678")
    layout.write_committed(tmp_path, 3)
    assert layout.read_committed(tmp_path) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["committed"]


def test_stray_files_are_no_segments(tmp_path: Path) -> None:
    """Only exact names count; whatever else lies in the directory is left alone."""
    for name in ("1-2.segment", "0000000000000001.segment", "0000000000000001-2.segment~", "notes.txt", "1.open", "dead"):
        (tmp_path / name).touch()
    assert list(layout.sealed_names(tmp_path)) == []
    assert layout.open_segments(tmp_path) == []
