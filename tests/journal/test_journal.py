from __future__ import annotations

import asyncio
import os
import random
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from assay.core.config import Journal as Limits
from assay.core.errors import Misconfigured, Retryable
from assay.core.ports import Accept
from assay.core.signals import Signal
from assay.journal import Journal, Queue, layout, record

Eventually = Callable[[Callable[[], Any]], Any]
OpenJournal = Callable[..., Journal]
TRACES, METRICS, LOGS = Signal.TRACES, Signal.METRICS, Signal.LOGS


def _records(queue: Queue, signal: Signal) -> list[bytes]:
    return [one for segment in queue.sealed(signal, 0) for one in queue.split(queue.read(segment)[0])]


async def test_accept_returns_when_the_request_is_on_disk(directory: Path, open_journal: OpenJournal) -> None:
    """Once `accept` returns, the whole record with its envelope is in the file of its signal and in no other."""
    accept: Accept = open_journal().accept
    await accept(METRICS, b"\n\x02ab", 3, "otlp/grpc")
    ((_, path),) = layout.open_segments(directory / "metrics")
    envelope = record.envelope(path.read_bytes())
    assert envelope
    assert (envelope.batch, envelope.source, envelope.items) == (1, "otlp/grpc", 3)
    assert layout.open_segments(directory / "traces") == []


async def test_receive_time_is_that_of_the_clock(directory: Path) -> None:
    """The envelope has the time at which the request came in, from the clock that was given."""
    journal = Journal(directory, Limits(min_free_disk_bytes=1), clock=lambda: 1_790_000_000_000_000_000)
    await journal.accept(LOGS, b"", 1, "test")
    journal.close()
    envelope = record.envelope(_records(Queue(directory), LOGS)[0])
    assert envelope
    assert envelope.received_unix_nano == 1_790_000_000_000_000_000


async def test_empty_requests_are_not_written(directory: Path, open_journal: OpenJournal) -> None:
    """A request without items is acknowledged and leaves nothing behind."""
    journal = open_journal()
    await journal.accept(TRACES, b"\n\x00", 0, "test")
    journal.submit(TRACES, b"\n\x00", 0, "test").result(0)
    journal.close()
    assert Queue(directory).sealed(TRACES, 0) == []


def test_submit_serves_threads(directory: Path, open_journal: OpenJournal) -> None:
    """Threads without an event loop write through the same journal, each request once."""
    journal = open_journal()
    bodies = [b"%d" % place for place in range(300)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: journal.submit(LOGS, body, 1, "test").result(10), bodies))
    journal.close()
    assert len(_records(Queue(directory), LOGS)) == 300


async def test_cancelled_senders_harm_nobody(directory: Path, open_journal: OpenJournal) -> None:
    """Senders that go away while their request is on its way disturb neither the others nor the journal."""
    journal = open_journal()
    tasks = [asyncio.create_task(journal.accept(TRACES, b"%d" % place, 1, "test")) for place in range(100)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[1::2] == [None] * 50
    await journal.accept(TRACES, b"later", 1, "test")
    journal.close()
    assert 51 <= len(_records(Queue(directory), TRACES)) <= 101


async def test_full_journal_holds_senders_back_until_it_is_emptied(
    directory: Path, open_journal: OpenJournal, eventually: Eventually
) -> None:
    """Over `max_bytes` senders of every signal are asked to retry; when the queue has committed, they get through."""
    journal = open_journal(max_bytes=10_000, segment_bytes=1000)
    for _ in range(9):
        await journal.accept(TRACES, b"x" * 1000, 1, "test")
    with pytest.raises(Retryable, match=r"journal\.max_bytes") as refusal:
        await journal.accept(LOGS, b"x" * 1000, 1, "test")
    assert refusal.value.retry_after_seconds > 0
    assert refusal.value.hint
    queue = Queue(directory)
    queue.commit(TRACES, eventually(lambda: queue.sealed(TRACES, 4))[0].number)
    eventually(lambda: _accepted(journal, LOGS, b"x" * 1000))


async def test_metric_shows_what_waits_for_the_store(
    directory: Path, open_journal: OpenJournal, eventually: Eventually
) -> None:
    """`assay_journal_bytes` follows the disk taken by each signal, up and down."""
    journal = open_journal(segment_bytes=1000)
    await journal.accept(LOGS, b"x" * 1000, 1, "test")
    queue = Queue(directory)
    (segment,) = eventually(lambda: queue.sealed(LOGS, 0))
    eventually(lambda: REGISTRY.get_sample_value("assay_journal_bytes", {"signal": "logs"}) == segment.bytes)
    queue.commit(LOGS, 1)
    eventually(lambda: REGISTRY.get_sample_value("assay_journal_bytes", {"signal": "logs"}) == 0)


def test_slow_disk_holds_senders_back(
    directory: Path, open_journal: OpenJournal, replace_file: Callable[[Path, int], Callable[[], None]]
) -> None:
    """Over `max_pending_bytes` of requests that wait for the disk, senders are asked to retry, and get through later.

    The disk is a pipe that nobody reads, so that a write hangs as long as the test wants, and then fails.
    """
    journal = open_journal(max_pending_bytes=250_000)
    journal.submit(TRACES, b"first", 1, "test").result(10)
    outlet, inlet = os.pipe()
    restore = replace_file(layout.open_path(directory / "traces", 1), inlet)
    hanging = [journal.submit(TRACES, b"x" * 100_000, 1, "test") for _ in range(2)]
    for signal in (TRACES, LOGS):
        with pytest.raises(Retryable, match=r"journal\.max_pending_bytes"):
            journal.submit(signal, b"x" * 100_000, 1, "test")
    os.close(outlet)
    for waiter in hanging:
        with pytest.raises(Retryable, match="Broken pipe"):
            waiter.result(10)
    restore()
    journal.submit(TRACES, b"x" * 100_000, 1, "test").result(10)
    journal.close()
    assert len(_records(Queue(directory), TRACES)) == 2


async def test_low_disk_holds_senders_back(open_journal: OpenJournal) -> None:
    """Below `min_free_disk_bytes` nothing is taken, so that the store on the same disk can still work."""
    journal = open_journal(min_free_disk_bytes=1 << 60)
    with pytest.raises(Retryable, match=r"journal\.min_free_disk_bytes"):
        await journal.accept(TRACES, b"x", 1, "test")


async def test_limits_smaller_than_a_request_do_not_lock_it_out(open_journal: OpenJournal) -> None:
    """A request larger than every limit is taken when nothing else is there."""
    journal = open_journal(max_bytes=100, max_pending_bytes=100, segment_bytes=100)
    await journal.accept(TRACES, b"x" * 10_000, 1, "test")


@dataclass(frozen=True)
class SmallDisk:
    """A directory that can be filled up and given space again; `how` says by what means."""

    how: str
    directory: Path
    fill: Callable[[], object]
    free: Callable[[], object]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A real file system of 4 MB where this process may mount one, else a limit on file size that no request fits in."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mounted)]
    if shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0:
        filler = mounted / "filler"
        try:
            yield SmallDisk("tmpfs", mounted, lambda: _fill(filler), filler.unlink)
        finally:
            subprocess.run(["umount", str(mounted)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield SmallDisk(
            "RLIMIT_FSIZE",
            mounted,
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard)),
            lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)),
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


async def test_full_disk_refuses_and_recovers(small_disk: SmallDisk, eventually: Eventually) -> None:
    """On a full disk senders are asked to retry, what was acknowledged stays, and it goes on by itself when there is space."""
    journal = Journal(small_disk.directory / "journal", Limits(min_free_disk_bytes=1, segment_age_seconds=600))
    acknowledged = [await _accept_numbered(journal, number) for number in range(10)]
    small_disk.fill()
    outcomes = [await _accept_numbered(journal, number) for number in range(10, 40)]
    assert outcomes[-1] is None, f"{small_disk.how} never got full"
    small_disk.free()
    acknowledged += [*outcomes, eventually(lambda: _accepted(journal, TRACES, b"%09d-" % 40))]
    journal.close()
    queue = Queue(small_disk.directory / "journal")
    stored = [one.partition(b"-")[0][-9:] for one in _records(queue, TRACES)]
    assert stored == [one.rstrip(b"-") for one in acknowledged if one]
    assert [segment.number for segment in queue.sealed(TRACES, 0)] == [1, 2]


async def test_low_disk_ends_by_itself(small_disk: SmallDisk, eventually: Eventually) -> None:
    """When space returns above `min_free_disk_bytes`, senders get through again without a restart."""
    enough = layout.free_bytes(small_disk.directory) - (1 << 20)
    journal = Journal(small_disk.directory / "journal", Limits(min_free_disk_bytes=enough))
    await journal.accept(TRACES, b"before", 1, "test")
    filler = small_disk.directory / "more"
    filler.write_bytes(bytes(2 << 20))
    eventually(lambda: not _accepted(journal, TRACES, b"x"))
    filler.unlink()
    eventually(lambda: _accepted(journal, TRACES, b"after"))
    journal.close()


async def _accept_numbered(journal: Journal, number: int) -> bytes | None:
    name = b"%09d" % number
    try:
        await journal.accept(TRACES, name + b"-" + bytes(100_000), 1, "test")
    except Retryable:
        return None
    return name


def _accepted(journal: Journal, signal: Signal, request: bytes) -> bytes | None:
    try:
        journal.submit(signal, request, 1, "test").result(10)
    except Retryable:
        return None
    return request


def test_damaged_journal_is_refused_at_the_start(directory: Path) -> None:
    """A journal that is damaged is not written to; the error names the file."""
    Journal(directory, Limits()).close()
    (directory / "logs" / "committed").write_bytes(b"garbage")
    with pytest.raises(Misconfigured, match="logs/committed"):
        Journal(directory, Limits())


def test_unreadable_segment_is_refused_at_the_start(directory: Path) -> None:
    """A lane that cannot be recovered stops the start with an error that names the journal and the cause."""
    Journal(directory, Limits()).close()
    layout.open_path(directory / "logs", 1).mkdir()
    with pytest.raises(Misconfigured, match="cannot be used: Is a directory"):
        Journal(directory, Limits())


def test_kill_at_any_moment_loses_nothing(directory: Path) -> None:
    """SIGKILL of the writer, in its recovery or under load: what was acknowledged is there exactly once, without gaps."""
    chance = random.Random(20)
    acknowledged: set[bytes] = set()
    stored: Counter[bytes] = Counter()
    numbers: dict[Signal, list[int]] = {signal: [] for signal in Signal}
    for seed in range(20):
        acknowledged |= _write_and_kill(directory, seed, chance, stored, numbers)
    Journal(directory, Limits()).close()
    _store(Queue(directory), stored, numbers)
    assert len(acknowledged) > 1000
    assert acknowledged - stored.keys() == set()
    assert [name for name, times in stored.items() if times > 1] == []
    for found in numbers.values():
        assert found == list(range(1, len(found) + 1))
    assert list(Queue(directory).dead_letters()) == []


def _write_and_kill(
    directory: Path, seed: int, chance: random.Random, stored: Counter[bytes], numbers: dict[Signal, list[int]]
) -> set[bytes]:
    """Start a writer, store what it seals while it writes, kill it after some lines of its output; give what it said."""
    command = [sys.executable, str(Path(__file__).with_name("writing_process.py")), str(directory), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        lines = [process.stdout.readline()]
        for place in range(chance.choice((0, 1, 50, 300, 600))):
            lines.append(process.stdout.readline())
            if place % 100 == 99:
                _store(Queue(directory), stored, numbers)
        process.kill()
        lines += process.stdout.readlines()
    assert lines[0] == b"opening\n"
    # The last line may be cut.
    return {line.strip() for line in lines[2:] if line.endswith(b"\n")}


def _store(queue: Queue, stored: Counter[bytes], numbers: dict[Signal, list[int]]) -> None:
    for signal in Signal:
        for segment in queue.sealed(signal, 0):
            records = queue.split(queue.read(segment)[0])
            assert len(records) == segment.items
            for one in records:
                start = one.index(b"-") - 6
                stored[one[start : start + 19]] += 1
            numbers[signal].append(segment.number)
            queue.commit(signal, segment.number)
