from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from tests.conftest import Derive, Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.graph import Node, read_graph
from assay.query.times import HOUR, MINUTE, TimeRange
from assay.query.traces import SpanConditions, find_traces

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
    assert [(node.name, node.kind, node.calls, node.mean_ns) for node in graph.nodes] == [
        (bills, "service", 2, 3_000),
        (f"kafka/{bills}", "queue", 1, 1_000_000),
        (shop, "service", 1, 1_000_000),
    ]
    assert {"production", "staging"} <= set(graph.environments)
    called, queued = graph.edges
    assert (called.caller.name, called.callee.name, called.calls, called.errors, called.mean_ns) == (shop, bills, 2, 0, 3_000)
    assert called.percentiles_ns == pytest.approx({"p50": 3_000, "p95": 3_000, "p99": 3_000}, rel=0.0055)
    assert (queued.callee, queued.calls) == (Node(f"kafka/{bills}", "queue"), 1)
    (database,) = (edge for edge in read_graph(engine, _RANGE, service=shop).edges if edge.callee.kind == "database")
    assert (database.callee.name, database.calls, database.errors) == ("redis", 1, 1)
    assert {edge.callee.kind for edge in read_graph(engine, _RANGE, shop, "production").edges} == {"database"}
    assert read_graph(engine, TimeRange(_NOW - 2 * HOUR, _NOW - HOUR), shop).edges == []


def test_nodes_tell_what_is_asked_of_them(engine: Engine, store: Store, derive: Derive) -> None:
    """Requests to a service count whoever sent them; those to a database are added up over callers; who only calls has none."""
    store_of, web, job = f"s-{uuid4()}", f"web-{uuid4()}", f"job-{uuid4()}"
    values = {"db.system.name": "redis", "server.address": store_of}
    for service, root, took, fails in ((web, 2, 100, False), (web, 2, 200, True), (job, 1, 900, False)):
        trace, status = uuid4().hex, {"code": 2} if fails else {}
        spans = [
            span(trace, 1, kind=root, start_ns=_NOW - SECOND, duration_ns=1_000, status=status),
            span(trace, 2, 1, kind=3, start_ns=_NOW - SECOND, duration_ns=took, values=values, status=status),
        ]
        store(Signal.TRACES, traces(service, spans))
    derive()
    nodes = {node.name: node for each in (web, job) for node in read_graph(engine, _RANGE, each).nodes}
    assert (nodes[web].calls, nodes[web].errors, nodes[web].mean_ns) == (2, 1, 1_000)
    assert nodes[web].percentiles_ns["p95"] == pytest.approx(1_000, rel=0.0055)
    redis = nodes[f"redis/{store_of}"]
    assert (redis.kind, redis.calls, redis.errors, redis.mean_ns) == ("database", 3, 1, 400)
    assert redis.percentiles_ns["p99"] == pytest.approx(900, rel=0.0055)
    assert (nodes[job].calls, nodes[job].mean_ns, nodes[job].percentiles_ns) == (0, None, {})


def test_the_calls_of_an_edge_have_their_traces(engine: Engine, store: Store) -> None:
    """By the caller of a span, or by the database or queue that it names, one finds just the traces of one edge."""
    shop, bills, other = f"shop-{uuid4()}", f"bills-{uuid4()}", f"other-{uuid4()}"
    called, elsewhere, start = uuid4().hex, uuid4().hex, _NOW - 5 * SECOND
    queue = {"messaging.system": "kafka", "messaging.destination.name": shop}
    store(
        Signal.TRACES,
        traces(shop, [span(called, 1, kind=3, start_ns=start), span(called, 3, 1, kind=4, start_ns=start, values=queue)]),
    )
    store(Signal.TRACES, traces(bills, [span(called, 2, 1, kind=2, start_ns=start + SECOND)]))
    # Both services are in this trace, but one does not call the other.
    store(Signal.TRACES, traces(shop, [span(elsewhere, 1, kind=2, start_ns=start)]))
    store(Signal.TRACES, traces(other, [span(elsewhere, 2, 1, kind=2, start_ns=start)]))
    store(Signal.TRACES, traces(bills, [span(elsewhere, 3, 2, kind=2, start_ns=start)]))

    def found(**conditions: Any) -> list[str]:
        return [each.trace_id for each in find_traces(engine, SpanConditions(**conditions), _RANGE, 10).traces]

    assert found(service=bills, caller=shop) == [called]
    assert found(service=bills, caller=other) == [elsewhere]
    assert set(found(service=bills)) == {called, elsewhere}
    assert found(service=shop, peer=f"kafka/{shop}") == [called]
    assert found(service=bills, caller=shop, status="error") == found(service=shop, peer="kafka/none") == []
