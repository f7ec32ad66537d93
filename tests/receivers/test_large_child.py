"""The child process that inspects large requests, by its standard streams."""

from __future__ import annotations

import subprocess
import sys

from assay.receivers.large import READY


def test_it_ends_with_its_parent() -> None:
    """When the parent's end of the pipe closes, however the parent ended, the child goes too."""
    child = subprocess.Popen(
        [sys.executable, "-m", "assay.receivers.large_child", "1073741824"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None and child.stdin is not None
        assert child.stdout.read(1) == READY
        child.stdin.close()
        assert child.wait(10) == 0
