"""Processes of real systems: started for a test, waited for, and ended by their own id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.running import wait_for

_TAIL = 4000


@contextmanager
def started(
    command: Sequence[str | Path],
    *,
    ready: Callable[[], bool],
    log: Path,
    environment: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` while the block lasts, which begins when `ready` says so.

    What it writes goes to `log`; `environment` is put over ours. The test fails with the end of the log if the process ends
    early or is not ready within `seconds`.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(environment or {}),
            cwd=log.parent,
            start_new_session=True,
        )
    try:
        try:
            wait_for(lambda: process.poll() is not None or ready(), f"{command[0]} is ready", seconds, 0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{_tail(log)}") from None
        assert process.poll() is None, f"{command[0]} has ended with {process.returncode}\n{_tail(log)}"
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with what it has started
            process.wait()


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether somebody takes connections there."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def _tail(log: Path) -> str:
    return log.read_bytes()[-_TAIL:].decode(errors="replace")
