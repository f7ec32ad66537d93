from __future__ import annotations

import json
import time
from uuid import uuid4

from tests.cli.conftest import Run
from tests.conftest import Derive, Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.signals import Signal

_NOW = time.time_ns()


def test_the_graph_is_a_table(run: Run, store: Store, derive: Derive) -> None:
    """Each caller and callee is a line with the callee's kind, how often, how often not well and how long."""
    service = f"shop-{uuid4()}"
    spans = [
        span(uuid4().hex, 1, kind=3, start_ns=_NOW - SECOND, duration_ns=5, values={"db.system": "sqlite"}, status={"code": 2}),
        span(uuid4().hex, 1, kind=5, start_ns=_NOW - SECOND, duration_ns=5, values={"messaging.system": "kafka"}),
    ]
    store(Signal.TRACES, traces(service, spans))
    derive()
    lines = [line.split() for line in run("graph", "--service", service).stdout.splitlines() if line.strip()]
    assert [service, "sqlite", "database", "1", "1", "5", "ns", "5", "ns", "5", "ns"] in lines
    assert ["kafka", service, "from", "a", "queue", "1", "0", "5", "ns", "5", "ns", "5", "ns"] in lines
    assert lines[-1] == ["3", "nodes,", "2", "edges"]
    assert len(json.loads(run("graph", "--service", service, "--json").stdout)["edges"]) == 2
    nobody = run("graph", "--since", "1971-01-01", "--until", "1971-01-02").stdout
    assert nobody.startswith("Nobody has called anybody")
