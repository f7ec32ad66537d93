from __future__ import annotations

import time
from uuid import uuid4

import pytest
from tests.conftest import Derive, Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.graph import Node, read_graph
from assay.query.times import HOUR, MINUTE, TimeRange

_NOW = time.time_ns()
_RANGE = TimeRange(_NOW - HOUR, _NOW + MINUTE)


def test_callers_and_callees_are_found(engine: Engine, store: Store, derive: Derive) -> None:
    """Services are joined by their spans, and databases and queues are nodes although they send none; weights count."""
    shop, bills = f"shop-{uuid4()}", f"bills-{uuid4()}"
    trace, start = uuid4().hex, _NOW - 5 * SECOND
    production, staging = {"deployment.environment.name": "production"}, {"deployment.environment": "staging"}
    spans = [
        span(trace, 1, name="POST /", kind=2, start_ns=start),
        span(trace, 2, 1, kind=3, start_ns=start, duration_ns=5_000, values={"server.address": "bills"}, trace_state="ot=th:8"),
        span(trace, 3, 1, kind=3, start_ns=start, duration_ns=700, values={"db.system": "redis"}, status={"code": 2}),
    ]
    store(Signal.TRACES, traces(shop, spans, production))
    served = [
        span(trace, 4, 2, kind=2, start_ns=start, duration_ns=3_000, trace_state="ot=th:8"),
        span(trace, 5, 4, kind=4, start_ns=start, values={"messaging.system": "kafka", "messaging.destination.name": bills}),
    ]
    store(Signal.TRACES, traces(bills, served, staging))
    derive()

    graph = read_graph(engine, _RANGE, service=bills)
    assert graph.nodes == [Node(bills, "service"), Node(f"kafka/{bills}", "queue"), Node(shop, "service")]
    called, queued = graph.edges
    assert (called.caller.name, called.callee.name, called.calls, called.errors, called.mean_ns) == (shop, bills, 2, 0, 3_000)
    assert called.percentiles_ns == pytest.approx({"p50": 3_000, "p95": 3_000, "p99": 3_000}, rel=0.0055)
    assert (queued.callee, queued.calls) == (Node(f"kafka/{bills}", "queue"), 1)
    (database,) = (edge for edge in read_graph(engine, _RANGE, service=shop).edges if edge.callee.kind == "database")
    assert (database.callee.name, database.calls, database.errors) == ("redis", 1, 1)
    assert {edge.callee.kind for edge in read_graph(engine, _RANGE, shop, "production").edges} == {"database"}
    assert read_graph(engine, TimeRange(_NOW - 2 * HOUR, _NOW - HOUR), shop).edges == []
