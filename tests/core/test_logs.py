from __future__ import annotations

import json
import subprocess
import sys

_PROGRAM = """
import logging, sys, structlog
from assay.core import logs
logs.configure(sys.argv[1], "core")
log = structlog.get_logger("somewhere")
log.debug("looked", table="otel_traces")
log.info("loaded", segment=7)
try:
    1 / 0
except ZeroDivisionError:
    log.error("failed", exc_info=True)
logging.getLogger("library").warning("something else")
"""


def _lines(level: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", _PROGRAM, level], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_a_line_is_one_json_object() -> None:
    """Where nobody watches each entry is one line of JSON with its time, level and process, even with an exception."""
    loaded, failed = (json.loads(line) for line in _lines("info")[:2])
    assert (loaded["event"], loaded["segment"], loaded["level"], loaded["process"]) == ("loaded", 7, "info", "core")
    assert loaded["timestamp"].endswith("Z")
    assert "ZeroDivisionError" in failed["exception"]


def test_less_severe_entries_are_left_out() -> None:
    """Only what is at least as severe as the configured level is logged."""
    levels = {"debug": 3, "info": 2, "warning": 1, "error": 1}
    for level, entries in levels.items():
        assert sum(line.startswith("{") for line in _lines(level)) == entries


def test_warnings_of_libraries_are_heard() -> None:
    """What a library warns of is on the same stream, with the process that it happened in."""
    assert "WARNING core library: something else" in _lines("error")
