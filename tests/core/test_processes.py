from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from assay.core.processes import Child, supervise

_CHILD = """
import sys, threading
from assay.core.processes import watch_parent
stopping = threading.Event()
watch_parent(stopping)
print("watching", flush=True)
sys.exit(0 if len(sys.argv) > 1 else not stopping.wait(30))
"""


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout and child.stdout.readline() == b"watching\n"
    return child


def test_a_child_notices_that_its_parent_is_gone() -> None:
    """When standard input ends the child is told to stop, however its parent ended."""
    with _child() as child:
        assert child.stdin
        child.stdin.close()
        assert child.wait(30) == 0


def test_watching_the_parent_does_not_disturb_the_end() -> None:
    """A child that ends by itself while it watches exits with its own code and says nothing."""
    with _child("end at once") as child:
        assert child.wait(30) == 0
        assert child.stderr and child.stderr.read() == b""


def _worker(folder: Path, name: str, *, deaf: bool = False, stop_seconds: float = 20) -> Child:
    """A child that writes its process id to a new file each time it starts, and its name to `order` when it stops."""
    code = f"""
import os, pathlib, signal, sys, threading
folder, stop = pathlib.Path({str(folder)!r}), threading.Event()
def end(*_):
    with (folder / "order").open("a") as file:
        file.write("{name} ")
    {"pass" if deaf else "stop.set()"}
signal.signal(signal.SIGTERM, end)
started = folder / f"{name}.{{len(list(folder.glob('{name}.*')))}}"
started.with_name("new-" + started.name).write_text(str(os.getpid()))
started.with_name("new-" + started.name).rename(started)
stop.wait()
"""
    return Child(name, [sys.executable, "-c", code], stop_seconds)


def _pid(started: Path) -> int:
    deadline = time.monotonic() + 30
    while not started.exists():
        assert time.monotonic() < deadline, f"{started.name} never started"
        time.sleep(0.01)
    return int(started.read_text())


@contextmanager
def _supervised(*children: Child) -> Iterator[tuple[threading.Event, Future[bool]]]:
    stopping = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ended_well = pool.submit(supervise, children, stopping)
        try:
            yield stopping, ended_well
        finally:
            stopping.set()


def test_children_stop_in_order(tmp_path: Path) -> None:
    """When told to stop, children are asked one after the other in the given order, and all ended well."""
    with _supervised(_worker(tmp_path, "intake"), _worker(tmp_path, "core")) as (stopping, ended_well):
        _pid(tmp_path / "intake.0")
        _pid(tmp_path / "core.0")
        stopping.set()
        assert ended_well.result(30)
    assert (tmp_path / "order").read_text() == "intake core "


def test_a_child_that_is_killed_is_started_again(tmp_path: Path) -> None:
    """SIGKILL of one child starts it again, as often as it happens, and does not touch the other."""
    with _supervised(_worker(tmp_path, "intake"), _worker(tmp_path, "core")) as (stopping, ended_well):
        intake = _pid(tmp_path / "intake.0")
        for times in range(3):
            os.kill(_pid(tmp_path / f"core.{times}"), signal.SIGKILL)
        again = _pid(tmp_path / "core.3")
        os.kill(intake, 0)
        stopping.set()
        assert ended_well.result(30)
    assert again != intake
    assert not (tmp_path / "intake.1").exists()


def test_a_child_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    """A child that has not stopped in its time is killed, and not all ended well."""
    with _supervised(_worker(tmp_path, "deaf", deaf=True, stop_seconds=0.2)) as (stopping, ended_well):
        pid = _pid(tmp_path / "deaf.0")
        stopping.set()
        assert not ended_well.result(30)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_that_cannot_start_ends_all(tmp_path: Path) -> None:
    """A child that says that it is misconfigured (2) is not started again: the others stop and the code is handed on."""
    wrong = Child("wrong", [sys.executable, "-c", "raise SystemExit(2)"], 20)
    with _supervised(_worker(tmp_path, "intake"), wrong) as (_, ended_well), pytest.raises(SystemExit) as caught:
        ended_well.result(30)
    assert caught.value.code == 2
    with pytest.raises(ProcessLookupError):
        os.kill(_pid(tmp_path / "intake.0"), 0)
