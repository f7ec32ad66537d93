"""What was acknowledged is stored exactly once, whatever dies and whatever fills up."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from tests.e2e.load import Load
from tests.e2e.running import Running, running, wait_for

_KILLS = 20


def _stored(server: Running) -> dict[str, int]:
    rows: list[list[object]] = []
    # The SQL endpoint gives a bounded number of rows: ask in slices.
    for digit in "0123456789abcdef":
        rows += server.rows(f"SELECT SpanId, count() FROM assay_spans WHERE endsWith(SpanId, '{digit}') GROUP BY SpanId")
    return {str(span): int(str(count)) for span, count in rows}


def _check(server: Running, load: Load) -> None:
    wait_for(server.ready, "ready again")
    expected = len(load.acknowledged)
    wait_for(lambda: int(server.rows("SELECT uniqExact(SpanId) FROM assay_spans")[0][0]) >= expected, "all is stored")
    stored = _stored(server)
    assert {span for span, count in stored.items() if count > 1} == set()
    assert load.acknowledged - stored.keys() == set()


def test_sigkill_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """SIGKILL of intake, core or both, twenty times at random moments: what was acknowledged is there exactly once."""
    chance = random.Random(20)
    with running(tmp_path / "data", JOURNAL__SEGMENT_AGE_SECONDS="0.1", API__SQL__MAX_ROWS="1000000") as server:
        with Load(server.grpc) as load:
            killed: dict[str, int] = {}
            for number in range(_KILLS):
                wait_for(lambda: all(server.pid(child) != pid for child, pid in killed.items()), "what was killed runs again")
                wait_for(server.ready, f"ready before kill {number}")
                before = len(load.acknowledged)
                wait_for(lambda before=before: len(load.acknowledged) > before, "load goes on")  # type: ignore[misc]
                time.sleep(chance.random() / 2)
                for child in chance.choice((("core",), ("intake",), ("core", "intake"))):
                    killed[child] = server.pid(child)
                    server.kill(child)
        assert len(load.acknowledged) > 100 * _KILLS
        _check(server, load)


def test_killing_core_costs_no_sender_an_error(tmp_path: Path) -> None:
    """While core is dead, requests are acknowledged as before."""
    with running(tmp_path / "data") as server, Load(server.grpc) as load:
        for _ in range(3):
            wait_for(server.ready, "ready")
            before = len(load.acknowledged)
            server.kill("core")
            wait_for(lambda before=before: len(load.acknowledged) > before + 100, "load goes on")  # type: ignore[misc]
        assert load.failures == []


def test_sigkill_of_the_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    """When the command itself is killed, its children drain and end, and the next start has everything."""
    with running(tmp_path / "data") as server, Load(server.grpc) as load:
        wait_for(lambda: len(load.acknowledged) > 500, "load")
        pids = [server.pid("intake"), server.pid("core")]
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        wait_for(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in pids), "children have ended")
    with running(tmp_path / "data", API__SQL__MAX_ROWS="1000000") as server:
        _check(server, load)


def test_sigterm_drains_and_succeeds(tmp_path: Path) -> None:
    """SIGTERM stores all that was acknowledged and exits with 0; nothing is left in the journal."""
    with running(tmp_path / "data") as server:
        with Load(server.grpc) as load:
            wait_for(lambda: len(load.acknowledged) > 500, "load")
        assert server.stop() == 0
        assert list((tmp_path / "data" / "journal" / "traces").glob("*.segment")) == []
    with running(tmp_path / "data", API__SQL__MAX_ROWS="1000000") as server:
        _check(server, load)


def test_second_instance_is_refused(tmp_path: Path) -> None:
    """A second Assay on the same data directory ends with exit code 2, says who holds it, and harms nothing."""
    with running(tmp_path / "data") as server:
        again = subprocess.run(server.process.args, check=False, capture_output=True, text=True, timeout=60)
        assert again.returncode == 2
        assert f"process {server.process.pid}" in again.stderr
        assert "--data" in again.stderr
        assert server.ready()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 160 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "assay-test", str(place)], check=True)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def test_full_disk_gives_back_pressure_and_recovers(small_disk: Path) -> None:
    """With a full disk senders are told to retry; with room again all goes on, and nothing is missing or double."""
    ballast = small_disk / "ballast"
    settings: dict[str, Any] = {
        "JOURNAL__MIN_FREE_DISK_BYTES": "1MiB",
        "JOURNAL__SEGMENT_AGE_SECONDS": "0.1",
        "API__SQL__MAX_ROWS": "1000000",
    }
    with running(small_disk / "data", **settings) as server:
        with Load(server.grpc) as load:
            wait_for(lambda: len(load.acknowledged) > 500, "load")
            _fill(ballast)
            wait_for(lambda: len(load.failures) > 20, "back-pressure")
            assert {error.code() for error in load.failures} == {grpc.StatusCode.UNAVAILABLE}
            before = len(load.acknowledged)
            ballast.unlink()
            wait_for(lambda: len(load.acknowledged) > before + 500, "recovered")
        _check(server, load)
