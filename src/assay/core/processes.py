"""Processes under one command: started, started again when they die, stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

from assay.core.errors import Misconfigured

_POLL_SECONDS = 0.05
_STABLE_SECONDS = 3.0
_LONGEST_PAUSE_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Child:
    """A process that is kept running. It stops on SIGTERM, and by itself when its standard input ends: when we are gone."""

    name: str
    command: Sequence[str]
    stop_seconds: float
    """Time that it has to stop before it is killed."""
    inherited: Sequence[int] = ()
    """File descriptors that it holds open too."""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause_seconds: float = 0.0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        if self.process:
            self.process.communicate()  # closes the pipe to the one that has died
        # Its own session: a Ctrl-C in the terminal reaches us alone, and we stop the children in order.
        self.process = subprocess.Popen(  # noqa: S603 - the command is ours
            self.command, stdin=subprocess.PIPE, start_new_session=True, pass_fds=tuple(self.inherited)
        )
        self.started = time.monotonic()
        self.restart_at = 0.0

    def stop(self) -> bool:
        """Ask it to stop and wait; return whether it did so by itself, with success."""
        if self.process is None:
            return True
        ended_before = self.process.poll() is not None
        self.process.terminate()
        try:
            self.process.communicate(timeout=self.stop_seconds)
        except subprocess.TimeoutExpired:
            log.error("child_killed", child=self.name, after_seconds=self.stop_seconds)
            self.process.kill()
            self.process.communicate()
        return ended_before or self.process.returncode == 0


def supervise(children: Sequence[Child], stopping: threading.Event) -> bool:
    """Run `children` until `stopping` is set, then stop them in the given order; return whether all ended well.

    Raises:
        SystemExit: a child could not start and has said why on standard error.
    """
    try:
        for child in children:
            child.start()
        while not stopping.wait(_POLL_SECONDS):
            for child in children:
                _keep_running(child)
    finally:
        ended_well = [child.stop() for child in children]
    return all(ended_well)


def _keep_running(child: Child) -> None:
    now = time.monotonic()
    if child.restart_at:
        if now >= child.restart_at:
            child.start()
        return
    assert child.process is not None
    code = child.process.poll()
    if code is None:
        return
    if code == Misconfigured.exit_code:
        raise SystemExit(code)
    if now - child.started > _STABLE_SECONDS:
        child.pause_seconds = 0.0
    child.restart_at = now + child.pause_seconds
    log.error("child_ended", child=child.name, exit_code=code, restart_in_seconds=child.pause_seconds)
    child.pause_seconds = min(max(0.1, child.pause_seconds * 2), _LONGEST_PAUSE_SECONDS)


def stop_event() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set. Call it in the main thread."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def watch_parent(stopping: threading.Event) -> None:
    """Set `stopping` when standard input ends, which for a child means that its parent is gone."""

    def watch() -> None:
        # Not through sys.stdin: a thread that waits in its buffer aborts the interpreter when that shuts down.
        while os.read(0, 1):
            pass
        stopping.set()

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
