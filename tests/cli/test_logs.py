from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from tests.cli.conftest import Run
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record

from assay.core.signals import Signal

_NOW = time.time_ns()


def test_a_search_prints_the_oldest_first(run: Run, store: Store) -> None:
    """Records are lines in the order of time, with severity, service, body, attributes and trace."""
    service, trace_id = f"shop-{uuid4()}", uuid4().hex
    late = record(_NOW - SECOND, "second\nline", {"n": 5}, severity_number=17, trace_id=bytes.fromhex(trace_id))
    store(Signal.LOGS, logs(service, [late, record(_NOW - 2 * SECOND, "first", event_name="qms.gate")]))
    store(Signal.LOGS, logs(service, [record(_NOW - 3 * SECOND, None, {"n": 6})]))
    without_body, first, second = run("logs", "search", "--service", service).stdout.splitlines()
    assert without_body.endswith(f" {service} n=6")
    assert first.endswith(f" {service} qms.gate first")
    assert second.endswith(f" ERROR {service} second line n=5 trace={trace_id}")
    assert run("logs", "search", "--service", service, "--severity", "warn", "--text", "SECOND").stdout.count("\n") == 1
    answer = json.loads(run("logs", "search", "--service", service, "-a", "n=5", "--json").stdout)
    assert answer["logs"][0]["trace_id"] == trace_id
    assert run("logs", "search", "--service", "nobody").stdout == "No log record meets that in that time.\n"


def test_a_search_goes_on_with_the_cursor(run: Run, store: Store) -> None:
    """When there are older ones, stderr says how to go on."""
    service = f"shop-{uuid4()}"
    store(Signal.LOGS, logs(service, [record(_NOW - place * SECOND, f"body {place}") for place in (1, 2)]))
    cursor = run("logs", "search", "--service", service, "--limit", "1").stderr.split("--cursor ")[1].strip()
    assert run("logs", "search", "--service", service, "--cursor", cursor).stdout.endswith("body 2\n")


@contextmanager
def _tailing(server: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "assay", "logs", "tail", *arguments]
    environment = {**os.environ, "ASSAY_SERVER": server, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_tail_follows(server: str, store: Store) -> None:
    """The last records come first, then each new one once, also equal ones and those of an earlier time, until Ctrl-C."""
    service = f"shop-{uuid4()}"
    store(Signal.LOGS, logs(service, [record(_NOW - place * SECOND, f"old {place}") for place in range(12, 0, -1)]))
    with _tailing(server, "--service", service, "--json") as process:
        assert process.stdout

        def bodies(count: int) -> list[str]:
            assert process.stdout
            return [json.loads(process.stdout.readline())["body"]["value"] for _ in range(count)]

        assert bodies(10) == [f"old {place}" for place in range(10, 0, -1)]
        store(Signal.LOGS, logs(service, [record(_NOW - 1800 * SECOND, "late"), record(_NOW, "same"), record(_NOW, "same")]))
        assert bodies(3) == ["late", "same", "same"]
        store(Signal.LOGS, logs(f"other-{uuid4()}", [record(_NOW, "of another service")]))
        store(Signal.LOGS, logs(service, [record(_NOW, "new")]))
        assert bodies(1) == ["new"]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""
        assert process.stderr
        assert process.stderr.read() == ""
