from __future__ import annotations

import json
import time
from uuid import uuid4

from tests.cli.conftest import Run
from tests.conftest import Store
from tests.otlp_requests import SECOND, logs, record, span, traces

from assay.core.signals import Signal

_NOW = time.time_ns()


def test_services_are_listed(run: Run, store: Store) -> None:
    """A service is a line with requests, percentiles with units, and what else it sent; without requests there are dashes."""
    service, quiet = f"shop-{uuid4()}", f"quiet-{uuid4()}"
    store(Signal.TRACES, traces(service, [span(uuid4().hex, 1, kind=2, start_ns=_NOW - SECOND, duration_ns=5_000_000)]))
    store(Signal.LOGS, logs(quiet, [record(_NOW - SECOND, "x")]))
    lines = {line.split()[0]: line.split() for line in run("services").stdout.splitlines() if line.strip()}
    assert lines[service][1:8] == ["1", "5", "ms", "5", "ms", "5", "ms"]
    assert lines[quiet][1:8] == ["0", "-", "-", "-", "0", "0", "1"]
    names = [each["name"] for each in json.loads(run("services", "--json").stdout)["services"]]
    assert {service, quiet} <= set(names)
    assert run("services", "--since", "1971-01-01", "--until", "1971-01-02").stdout.startswith("Nobody has sent anything")
