from __future__ import annotations

import subprocess
import sys

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
