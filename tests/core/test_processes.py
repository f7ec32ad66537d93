"""Processes under one command: kept running, stopped in order, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.processes import Child, supervise


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _child(name: str, script: str, stop_seconds: float = 20) -> Child:
    return Child(name, [sys.executable, "-c", script], stop_seconds)


def _run(children: list[Child]) -> tuple[threading.Thread, threading.Event, list[bool]]:
    stopping, outcome = threading.Event(), list[bool]()
    thread = threading.Thread(target=lambda: outcome.append(supervise(children, stopping)))
    thread.start()
    return thread, stopping, outcome


def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    """A child that is killed runs again soon, as another process."""
    marks = tmp_path / "pids"
    child = _child("worker", f"import os, time; open({str(marks)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)")
    thread, stopping, _ = _run([child])
    _until(lambda: marks.exists() and marks.read_text().count("\n") == 1)
    os.kill(int(marks.read_text()), signal.SIGKILL)
    _until(lambda: marks.read_text().count("\n") == 2)
    stopping.set()
    thread.join()
    first, second = marks.read_text().split()
    assert first != second


def test_children_stop_in_order_and_well(tmp_path: Path) -> None:
    """The second child is asked to stop only when the first has ended, and the outcome says that both ended well."""
    log = tmp_path / "log"
    script = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(log)!r}, 'a').write('{{0}} ends\\n'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"open({str(log)!r}, 'a').write('ready\\n')\n"
        "time.sleep(60)\n"
    )
    thread, stopping, outcome = _run([_child(name, script.replace("{0}", name)) for name in ("first", "second")])
    _until(lambda: log.exists() and log.read_text().count("ready") == 2)
    stopping.set()
    thread.join()
    assert log.read_text().splitlines()[2:] == ["first ends", "second ends"]
    assert outcome == [True]


def test_a_child_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    """A child that ignores SIGTERM is killed after its time, and the outcome says so."""
    ready = tmp_path / "ready"
    script = f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(60)"
    child = _child("deaf", script, stop_seconds=0.2)
    thread, stopping, outcome = _run([child])
    _until(ready.exists)
    stopping.set()
    thread.join()
    assert outcome == [False]
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_cannot_start_ends_everything() -> None:
    """Exit code 2 means that starting again would not help: all stop, with the same code."""
    other = _child("other", "import time; time.sleep(60)")
    with pytest.raises(SystemExit) as ended:
        supervise([other, _child("wrong", "raise SystemExit(2)")], threading.Event())
    assert ended.value.code == 2
    assert other.process is not None
    assert other.process.poll() is not None


def test_a_child_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    """The standard input of a child ends with its parent, and that stops it even if nobody sends a signal."""
    script = (
        "import threading; from assay.core.processes import watch_parent\n"
        "stopping = threading.Event(); watch_parent(stopping); print('ready', flush=True); stopping.wait(); print('ended')"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == "ready\n"
        child.stdin.close()
        assert child.stdout.readline() == "ended\n"


def test_watching_the_parent_does_not_disturb_the_end() -> None:
    """A child that ends by itself while it watches exits with its own code and says nothing."""
    script = (
        "import sys, threading; from assay.core.processes import watch_parent\n"
        "watch_parent(threading.Event()); print('ready', flush=True); sys.stdout.flush(); sys.exit(3)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.wait(30) == 3
        assert child.stderr is not None
        assert child.stderr.read() == ""
