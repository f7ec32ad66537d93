from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.otlp_requests import SECOND, span, traces
from tests.store.alone import alone, opened

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.core.statement import load
from assay.journal import record
from assay.store import ServiceGraph, migrate

BASE = time.time_ns() // (600 * SECOND) * 600 * SECOND
KINDS = {1: "Internal", 2: "Server", 3: "Client", 4: "Producer", 5: "Consumer"}
PEERS: dict[str, dict[str, str]] = {
    "": {},
    "external": {"server.address": "api.example"},
    "database": {"db.system": "postgresql", "db.name": "orders"},
    "queue": {"messaging.system": "kafka", "messaging.destination": "bills"},
}
NAMES = {"external": "api.example", "database": "postgresql/orders", "queue": "kafka/bills"}
LOCAL, UNKNOWN = 0x101, 0

Edge = tuple[str, str, str, str, str]
Calls = dict[Edge, tuple[float, float, float]]
"""Calls, errors and the sum of durations of (minute, caller, its kind, callee, its kind)."""

_batches = count(10**12, 1000)


@dataclass(frozen=True)
class Sent:
    """A span of a generated trace; `slot` is the half minute in which it begins."""

    number: int
    parent: int
    service: str
    kind: int
    slot: int
    duration: int
    failed: bool
    peer: str
    flags: int
    weight: int

    def message(self, trace: str) -> Span:
        return span(
            trace,
            self.number,
            self.parent,
            kind=self.kind,
            start_ns=BASE + self.slot * 30 * SECOND,
            duration_ns=self.duration,
            values=PEERS[self.peer],
            status={"code": 2 if self.failed else 0},
            flags=self.flags,
            trace_state="ot=th:8" if self.weight == 2 else "",
        )


def _record(sent: Sent, trace: str, batch: int) -> bytes:
    body = traces(sent.service, [sent.message(trace)]).SerializeToString()
    return b"".join(record.encode(body, batch, time.time_ns(), "tests", 1))


def _insert(engine: Engine, sent: Mapping[int, Sequence[Sent]]) -> None:
    """Store spans of one trace, by the batch in which they come."""
    trace = uuid4().hex
    pieces = [_record(each, trace, batch) for batch, spans in sent.items() for each in spans]
    engine.insert(Signal.TRACES, pieces, f"service-graph/{trace}")


def _derive(engine: Engine, bounds: Sequence[int], parts: int = 1) -> Calls:
    """Add up what the ranges between `bounds` change."""
    found: dict[Edge, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for after, last in pairwise(bounds):
        for part in range(parts):
            rows = engine.query(
                load("assay.store.derive", "service_graph"), {"after": after, "last": last, "part": part, "parts": parts}
            ).rows
            for minute, caller, caller_kind, callee, callee_kind, _, *numbers, _sketch in rows:
                sums = found[minute, caller, caller_kind, callee, callee_kind]
                sums[:] = [one + more for one, more in zip(sums, numbers, strict=True)]
    return {edge: (calls, errors, total) for edge, (calls, errors, total) in found.items() if calls}


def _expect(spans: Sequence[Sent]) -> Calls:
    """Say what the documentation says: links between services and server spans, addresses without a link, queues."""
    found: dict[Edge, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    known = {each.number: each for each in spans}
    linked = set()

    def add(at: Sent, edge: tuple[str, str, str, str], failed: bool) -> None:
        minute = time.strftime("%Y-%m-%d %H:%M:00", time.gmtime(BASE // SECOND + at.slot * 30))
        sums = found[minute, *edge]
        sums[:] = [sums[0] + at.weight, sums[1] + at.weight * failed, sums[2] + at.weight * at.duration]

    for child in spans:
        parent = known.get(child.parent)
        served = child.kind == 2 or (child.kind == 5 and child.peer != "queue")
        if parent is None or abs(parent.slot - child.slot) > 1 or (child.kind == 5 and child.peer == "queue"):
            continue
        if child.kind == 2 or (parent.service != child.service and (served or child.flags != LOCAL)):
            linked.add(parent.number)
            failed = child.failed or (parent.kind == 3 and parent.failed)
            add(child, (parent.service, "service", child.service, "service"), failed)
    for each in spans:
        if each.peer == "queue" and each.kind == 5:
            add(each, (NAMES["queue"], "queue", each.service, "service"), each.failed)
        elif each.peer == "queue" and each.kind in (3, 4):
            add(each, (each.service, "service", NAMES["queue"], "queue"), each.failed)
        elif each.kind == 3 and each.peer and each.number not in linked:
            add(each, (each.service, "service", NAMES[each.peer], each.peer), each.failed)
    return {edge: (calls, errors, total) for edge, (calls, errors, total) in found.items()}


@st.composite
def _traces(draw: st.DrawFn) -> list[Sent]:
    """Spans of one trace, most of them children of the one before, calls and served calls in turn more often than not."""
    return [
        Sent(
            number=number,
            parent=max(0, number - draw(st.sampled_from([1, 1, 1, 2, -1, 40]))),
            service=draw(st.sampled_from(["a", "b", "c"])),
            kind=draw(st.sampled_from([3, 3, 3, 1, 4] if number % 2 else [2, 2, 2, 1, 5])),
            slot=draw(st.sampled_from([0, 0, 0, 0, 1, 2])),
            duration=number,
            failed=draw(st.booleans()),
            peer=draw(st.sampled_from(["external", "external", "database", "queue", ""])),
            flags=draw(st.sampled_from([UNKNOWN, LOCAL])),
            weight=draw(st.sampled_from([1, 2])),
        )
        for number in range(1, draw(st.integers(10, 30)) + 1)
    ]


@settings(max_examples=20, deadline=None)
@given(spans=_traces(), chance=st.randoms(use_true_random=False), parts=st.integers(1, 2))
def test_any_order_and_division_gives_the_same(engine: Engine, spans: list[Sent], chance: random.Random, parts: int) -> None:
    """Whatever batch a span comes in and wherever a range of batches ends, the graph is that of all spans."""
    base = next(_batches)
    batches: dict[int, list[Sent]] = defaultdict(list)
    for each in spans:
        batches[base + chance.randint(1, 5)].append(each)
    _insert(engine, batches)
    bounds = sorted({base, base + 5, *(base + chance.randint(1, 4) for _ in range(chance.randint(0, 2)))})
    assert _derive(engine, bounds, parts) == _expect(spans)


def _sent(number: int, parent: int = 0, service: str = "a", kind: int = 2, **others: Any) -> Sent:
    return Sent(
        number,
        parent,
        service,
        kind,
        **{"slot": 0, "duration": 5, "failed": False, "peer": "", "flags": 0, "weight": 1, **others},
    )


def test_a_callee_that_comes_late_takes_the_call_from_its_address(engine: Engine) -> None:
    """A call is one to an address until the span of the callee comes, and then one to that service."""
    base = next(_batches)
    call, served = _sent(1, kind=3, peer="external", failed=True), _sent(2, parent=1, service="b", duration=3)
    _insert(engine, {base + 1: [call], base + 2: [served]})
    minute = time.strftime("%Y-%m-%d %H:%M:00", time.gmtime(BASE // SECOND))
    address, link = (minute, "a", "service", "api.example", "external"), (minute, "a", "service", "b", "service")
    assert _derive(engine, [base, base + 1]) == {address: (1, 1, 5)}
    assert _derive(engine, [base + 1, base + 2]) == {address: (-1, -1, -5), link: (1, 1, 3)}


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (3, {"peer.service": "pay", "server.address": "10.0.0.1"}, ("pay", "external")),
        (3, {"service.peer.name": "pay", "net.peer.name": "x"}, ("pay", "external")),
        (3, {"server.address": "pay.example", "server.port": 443}, ("pay.example", "external")),
        (3, {"net.peer.name": "pay.example"}, ("pay.example", "external")),
        (3, {"url.full": "https://pay.example:443/v1?x=1"}, ("pay.example", "external")),
        (3, {"http.url": "http://pay.example/v1"}, ("pay.example", "external")),
        (3, {"net.sock.peer.addr": "10.0.0.1"}, ("10.0.0.1", "external")),
        (
            3,
            {"db.system.name": "postgresql", "db.namespace": "orders", "server.address": "db1"},
            ("postgresql/orders", "database"),
        ),
        (3, {"db.system": "redis", "net.peer.name": "cache1"}, ("redis/cache1", "database")),
        (3, {"db.system": "sqlite"}, ("sqlite", "database")),
        (4, {"messaging.system": "kafka", "messaging.destination.name": "bills"}, ("kafka/bills", "queue")),
        (4, {"messaging.system": "rabbitmq", "messaging.destination": "bills"}, ("rabbitmq/bills", "queue")),
        # As pika's and aio-pika's instrumentations say where they send to.
        (
            4,
            {"messaging.system": "rabbitmq", "messaging.destination": "bills", "messaging.temp_destination": True},
            ("rabbitmq/bills", "queue"),
        ),
        (
            4,
            {"messaging.system": "rabbitmq", "messaging.destination": ",bills", "messaging.temp_destination": True},
            ("rabbitmq/bills", "queue"),
        ),
        (
            4,
            {"messaging.system": "rabbitmq", "messaging.destination": "amq.gen-JzTY20BRgKO-HjmUJj0wLg"},
            ("rabbitmq/(temporary)", "queue"),
        ),
        (4, {"messaging.system": "rabbitmq", "messaging.destination": ",amq_" + "a1" * 16}, ("rabbitmq/(temporary)", "queue")),
        (
            4,
            {"messaging.system": "jms", "messaging.destination": "x1", "messaging.temp_destination": True},
            ("jms/(temporary)", "queue"),
        ),
        (
            3,
            {"messaging.system": "aws_sqs", "messaging.destination.name": "bills", "rpc.system": "aws-api"},
            ("aws_sqs/bills", "queue"),
        ),
        (
            4,
            {"messaging.system": "jms", "messaging.destination.name": "x1", "messaging.destination.temporary": True},
            ("jms/(temporary)", "queue"),
        ),
        (2, {"server.address": "us.example"}, ("", "")),
        (3, {"http.request.method": "GET"}, ("", "")),
    ],
)
def test_the_other_side_has_old_and_new_names(
    engine: Engine, kind: int, values: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Whom a span called is known by the present and the former names of attributes; a server span called nobody."""
    service = f"peers-{uuid4()}"
    request = traces(service, [span(uuid4().hex, 1, kind=kind, start_ns=BASE, values=values)])
    engine.insert(
        Signal.TRACES, record.encode(request.SerializeToString(), 1, time.time_ns(), "tests", 1), f"service-graph/{service}"
    )
    found = engine.query(
        "SELECT Peer, PeerKind FROM assay_call_ends WHERE ServiceName = {service:String}", {"service": service}
    )
    assert found.rows == [list(expected)]


class _Killed:
    """The real engine in a process that is killed at one of its statements."""

    def __init__(self, engine: Engine, statements: int) -> None:
        self._engine = engine
        self._left = statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._engine.execute(sql, parameters)
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


def _store_some(directory: Path) -> None:
    with opened(directory) as engine:
        migrate(engine)
        chance = random.Random(1)
        for batch in range(1, 5):
            spans = [_sent(n, n - 1, chance.choice("abc"), chance.choice([2, 3]), peer="external") for n in range(1, 40)]
            _insert(engine, {batch: spans[:20], batch + 1: spans[20:]})


def _follow(directory: Path, batches: Sequence[int], killed_after: int) -> None:
    with opened(directory) as engine:
        followed = iter(batches)
        graph = ServiceGraph(cast("Engine", _Killed(engine, killed_after)), lambda: next(followed))
        for _ in batches:
            graph.catch_up()


def _compare(directory: Path) -> None:
    with opened(directory) as engine:
        expected = _derive(engine, [0, 5])
        assert len(expected) > 5
        for table in ("assay_service_graph", "assay_service_graph_hourly"):
            query = f"SELECT sum(Calls), sum(Errors), sum(DurationSum), sum(arraySum(mapValues(Durations))) FROM {table}"
            totals = [sum(numbers) for numbers in zip(*expected.values(), strict=True)]
            assert engine.query(query).rows == [[*totals, totals[0]]]


def test_a_crash_counts_no_call_twice_and_loses_none(tmp_path: Path) -> None:
    """Killed after any statement, again and again, the graph ends up as if nothing had happened."""
    assert alone(_store_some, tmp_path) == 0
    for killed_after in (1, 2, 1, 2):
        assert alone(_follow, tmp_path, [2, 3, 5], killed_after) == -signal.SIGKILL
    assert alone(_follow, tmp_path, [2, 3, 5], 0) == 0
    assert alone(_compare, tmp_path) == 0


def _keep_an_hour(directory: Path) -> None:
    with opened(directory) as engine:
        migrate(engine)
        now = time.time_ns()
        for batch, age in ((1, 3 * 3600), (2, 2 * 3600), (3, 10), (4, 0)):
            request = traces("old", [span(uuid4().hex, 1, start_ns=now)]).SerializeToString()
            engine.insert(
                Signal.TRACES, record.encode(request, batch, now - age * SECOND, "tests", 1), f"service-graph/{batch}"
            )
        for committed, left in ((1, [2, 3, 4]), (3, [3, 4])):
            ServiceGraph(engine, lambda committed=committed: committed).catch_up()  # type: ignore[misc]
            assert engine.query("SELECT Batch FROM assay_call_ends ORDER BY Batch").rows == [[batch] for batch in left]


def test_the_ends_of_calls_are_kept_for_an_hour(tmp_path: Path) -> None:
    """What was received an hour before the newest is dropped, but never before it is derived from."""
    assert alone(_keep_an_hour, tmp_path) == 0
