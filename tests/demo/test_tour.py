"""The whole demo as a user runs it: real processes from the command to the store."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.demo.server import Server

_DEMO = [sys.executable, "-m", "assay", "demo"]


@contextmanager
def _running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*_DEMO, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        try:
            yield demo
        finally:
            demo.kill()


def _read_until(demo: subprocess.Popen[str], words: str) -> str:
    assert demo.stdout
    output = ""
    for line in demo.stdout:
        output += line
        if words in line:
            return output
    raise AssertionError(f"never said {words!r}: {output}")


def _answer(assay: Server, command: str) -> str:
    """Run a command as soon as there is something to show, which is about a second after it was sent."""
    deadline = time.monotonic() + 30
    arguments = [sys.executable, "-m", "assay", *shlex.split(command), "--server", assay.api]
    while True:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
        if "orders" in done.stdout or time.monotonic() > deadline:
            assert done.returncode == 0, done.stderr
            return done.stdout


def test_once_proves_that_all_is_stored(ports: None, tmp_path: Path) -> None:
    """`assay demo --once` starts its own Assay, places its orders, finds all of them stored, and exits with 0."""
    done = subprocess.run([*_DEMO, "--once", "--data", str(tmp_path)], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "60 orders placed" in done.stdout
    assert "All that was sent is stored, once." in done.stdout
    assert "differs" not in done.stdout
    assert f"assay serve --data {tmp_path / 'server'}\n" in done.stdout
    assert done.stderr == ""


def test_what_it_says_to_look_at_is_there(assay: Server) -> None:
    """Each command that a running demo prints works; Ctrl-C ends it with 0 and leaves alone an Assay that it did not start."""
    with _running() as demo:
        output = _read_until(demo, "Press Ctrl-C")
        assert f"Assay runs already at {assay.api}" in output
        commands = re.findall(r"^  \S*assay (.+)$", output, re.MULTILINE)
        answers = {command: _answer(assay, command) for command in commands}
        demo.send_signal(signal.SIGINT)
        rest, errors = demo.communicate(timeout=120)
    assert (demo.returncode, errors) == (0, "")
    assert "In all they sent" in rest
    assert len(answers) == 7
    assert all("orders" in answer for answer in answers.values()), answers
    assert assay.is_ready()


def test_it_ends_after_the_given_time(assay: Server) -> None:
    """`--seconds` ends the demo by itself, with 0; by all rules on telemetry its services score at least 95."""
    done = subprocess.run([*_DEMO, "--seconds", "1"], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "In all they sent" in done.stdout
    services = json.loads(_answer(assay, "doctor --json --fail-under 95"))["services"]
    assert {each["name"] for each in services} >= {"approvals", "ledger", "orders"}
    assert all(each["looked_at"] == each["spans"] for each in services)
