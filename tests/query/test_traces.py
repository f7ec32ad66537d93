from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.aliases import ALIASES
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.conditions import Condition
from assay.query.cursor import Cursor
from assay.query.times import HOUR, MINUTE, TimeRange, format_time
from assay.query.traces import SpanConditions, find_traces

_NOW = time.time_ns()
_RANGE = TimeRange(_NOW - HOUR, _NOW)


def _find(engine: Engine, limit: int = 100, **conditions: Any) -> list[str]:
    return [each.trace_id for each in find_traces(engine, SpanConditions(**conditions), _RANGE, limit).traces]


def test_a_trace_is_summed_up(engine: Engine, store: Store) -> None:
    """A summary tells of the whole trace: root, start, time from the first start to the last end, spans, errors, services."""
    service, other, trace_id = f"shop-{uuid4()}", f"bank-{uuid4()}", uuid4().hex
    start = _NOW - 60 * SECOND
    root = span(trace_id, 1, name="POST /orders", start_ns=start, duration_ns=2 * SECOND)
    store(Signal.TRACES, traces(service, [root]))
    late = span(trace_id, 2, 1, name="book", start_ns=start + SECOND, duration_ns=3 * SECOND, status={"code": 2})
    store(Signal.TRACES, traces(other, [late]))
    found = find_traces(engine, SpanConditions(service=other), _RANGE, 10)
    assert found.next_cursor is None
    (summary,) = found.traces
    assert (summary.trace_id, summary.root_service, summary.root_operation) == (trace_id, service, "POST /orders")
    assert (summary.start, summary.duration_ns) == (format_time(start), 4 * SECOND)
    assert (summary.spans, summary.errors, summary.services) == (2, 1, sorted([service, other]))


def test_a_trace_without_its_root_begins_with_its_first_span(engine: Engine, store: Store) -> None:
    """Where the span without a parent is missing, the first span stands for it."""
    service, trace_id = f"orphan-{uuid4()}", uuid4().hex
    spans = [span(trace_id, number, 9, name=f"step {number}", start_ns=_NOW - (10 - number) * SECOND) for number in (2, 1)]
    store(Signal.TRACES, traces(service, spans))
    (summary,) = find_traces(engine, SpanConditions(service=service), _RANGE, 10).traces
    assert summary.root_operation == "step 1"


@pytest.fixture(scope="module")
def shop(store: Store) -> dict[str, str]:
    """Three traces of one service; gives service, and trace ids by what they are."""
    service, slow, failed, plain = f"shop-{uuid4()}", uuid4().hex, uuid4().hex, uuid4().hex
    spans = [
        span(slow, 1, name="GET /a", start_ns=_NOW - 30 * SECOND, duration_ns=SECOND, values={"size": 12, "user": "ann"}),
        span(failed, 1, name="GET /a", start_ns=_NOW - 20 * SECOND, values={"size": 9.5, "ok": False}, status={"code": 2}),
        span(plain, 1, name="GET /b", start_ns=_NOW - 10 * SECOND, values={"user": "it's =\n bob"}, status={"code": 1}),
    ]
    store(Signal.TRACES, traces(service, spans, {"region": "eu", "user": "shadowed"}))
    return {"service": service, "slow": slow, "failed": failed, "plain": plain}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["plain", "failed", "slow"]),
        ({"operation": "GET /a"}, ["failed", "slow"]),
        ({"status": "error"}, ["failed"]),
        ({"status": "ok"}, ["plain"]),
        ({"status": "unset"}, ["slow"]),
        ({"min_duration_ns": SECOND}, ["slow"]),
        ({"max_duration_ns": SECOND - 1}, ["plain", "failed"]),
        ({"operation": "GET /b", "status": "error"}, []),
        ({"attributes": ["size=12"]}, ["slow"]),
        ({"attributes": ["size>9.5"]}, ["slow"]),
        ({"attributes": ["size>=9.5", "size<12"]}, ["failed"]),
        ({"attributes": ["size<=12"]}, ["failed", "slow"]),
        ({"attributes": ["ok=false"]}, ["failed"]),
        ({"attributes": ["user=it's =\n bob"]}, ["plain"]),
        ({"attributes": ["user!=ann"]}, ["plain", "failed"]),
        ({"attributes": ["missing!=x"]}, ["plain", "failed", "slow"]),
        ({"attributes": ["missing="]}, []),
        ({"attributes": ["user>1"]}, []),
        ({"attributes": ["region=eu", "user=shadowed"]}, ["failed"]),
    ],
)
def test_all_conditions_must_hold(
    engine: Engine, shop: dict[str, str], conditions: dict[str, Any], expected: list[str]
) -> None:
    """A trace is found if one span meets all conditions; a span's attribute hides that of its resource."""
    attributes = [Condition.parse(text) for text in conditions.pop("attributes", [])]
    found = _find(engine, service=shop["service"], attributes=attributes, **conditions)
    assert found == [shop[name] for name in expected]


@pytest.fixture(scope="module")
def renamed(engine: Engine, store: Store) -> tuple[str, dict[str, str]]:
    """A service with a trace for each name of a renamed attribute, whose value tells the group; gives trace ids by name."""
    service, ids = f"renamed-{uuid4()}", {name: uuid4().hex for group in ALIASES for name in group}
    spans = [
        span(ids[name], 1, start_ns=_NOW - SECOND, values={name: f"value {place}"})
        for place, group in enumerate(ALIASES)
        for name in group
    ]
    store(Signal.TRACES, traces(service, spans))
    engine.execute("OPTIMIZE TABLE otel_traces FINAL")  # builds the indexes of values
    return service, ids


@settings(max_examples=15, deadline=None)
@given(place=st.integers(0, len(ALIASES) - 1), data=st.data())
def test_a_span_is_found_under_each_name(
    engine: Engine, renamed: tuple[str, dict[str, str]], place: int, data: st.DataObject
) -> None:
    """Whatever name of an attribute a condition uses, it finds the spans that have it under any name, and no others."""
    service, ids = renamed
    asked = data.draw(st.sampled_from(ALIASES[place]))
    found = _find(engine, service=service, attributes=[Condition(asked, "=", f"value {place}")])
    assert set(found) == {ids[name] for name in ALIASES[place]}
    others = _find(engine, 1000, service=service, attributes=[Condition(asked, "!=", f"value {place}")])
    assert set(others) == set(ids.values()) - set(found)


@pytest.mark.parametrize("sent", ["deployment.environment", "deployment.environment.name"])
def test_an_environment_is_found_under_both_names(engine: Engine, store: Store, sent: str) -> None:
    """The environment of a resource is the same under its old and its new name."""
    service, trace_id = f"staged-{uuid4()}", uuid4().hex
    store(Signal.TRACES, traces(service, [span(trace_id, 1, start_ns=_NOW - SECOND)], {sent: "staging"}))
    for asked in ("deployment.environment", "deployment.environment.name"):
        assert _find(engine, service=service, attributes=[Condition(asked, "=", "staging")]) == [trace_id]
        assert _find(engine, service=service, attributes=[Condition(asked, "!=", "staging")]) == []


def test_conditions_hold_for_one_span(engine: Engine, store: Store) -> None:
    """Two spans that meet one condition each do not make their trace meet both."""
    service, trace_id = f"split-{uuid4()}", uuid4().hex
    spans = [
        span(trace_id, 1, name="a", start_ns=_NOW - SECOND),
        span(trace_id, 2, name="b", start_ns=_NOW - SECOND, status={"code": 2}),
    ]
    store(Signal.TRACES, traces(service, spans))
    assert _find(engine, service=service, operation="a", status="error") == []
    assert _find(engine, service=service, operation="b", status="error") == [trace_id]


def test_only_the_time_range_is_searched(engine: Engine, store: Store) -> None:
    """The start of the range belongs to it, its end does not."""
    service, trace_id = f"range-{uuid4()}", uuid4().hex
    at = _NOW - 100 * SECOND
    store(Signal.TRACES, traces(service, [span(trace_id, 1, start_ns=at)]))

    def found(start: int, end: int) -> int:
        return len(find_traces(engine, SpanConditions(service=service), TimeRange(start, end), 10).traces)

    assert (found(at, at + 1), found(at - 1, at), found(at + 1, at + 2)) == (1, 0, 0)


def test_pages_are_disjoint_and_complete_while_traces_arrive(engine: Engine, store: Store) -> None:
    """Going from page to page gives every trace once, the newest first, also of the same time, whatever arrives meanwhile."""
    service = f"pages-{uuid4()}"
    ids = [uuid4().hex for _ in range(7)]
    times = [_NOW - place * SECOND for place in (9, 8, 8, 8, 5, 4, 3)]
    store(Signal.TRACES, traces(service, [span(each, 1, start_ns=at) for each, at in zip(ids, times, strict=True)]))
    got: list[str] = []
    cursor = None
    while True:
        page = find_traces(engine, SpanConditions(service=service), _RANGE, 2, cursor)
        got += [each.trace_id for each in page.traces]
        store(Signal.TRACES, traces(service, [span(uuid4().hex, 1, start_ns=_NOW - SECOND)]))
        if page.next_cursor is None:
            break
        cursor = Cursor.decode(page.next_cursor)
    expected = sorted(zip(times, ids, strict=True), reverse=True)
    assert got == [each for _, each in expected]


def test_a_trace_that_lasts_long_has_its_place(engine: Engine, store: Store) -> None:
    """A trace stands where its first span that meets the conditions is, however recent another one is."""
    service = f"long-{uuid4()}"
    ids = [uuid4().hex for _ in range(6)]
    begun = [_NOW - minutes * MINUTE for minutes in (1, 2, 30, 31, 32, 59)]
    spans = [span(each, 1, start_ns=at) for each, at in zip(ids, begun, strict=True)]
    lasting = [span(each, 2, 1, start_ns=_NOW - place * SECOND) for place, each in enumerate(ids, 1)]
    store(Signal.TRACES, traces(service, spans + lasting))
    for limit in (1, 2, 3, 5):
        page = find_traces(engine, SpanConditions(service=service), _RANGE, limit)
        got = [each.trace_id for each in page.traces]
        while page.next_cursor:
            page = find_traces(engine, SpanConditions(service=service), _RANGE, limit, Cursor.decode(page.next_cursor))
            got += [each.trace_id for each in page.traces]
        assert got == ids


def test_a_list_says_which_traces_stay(engine: Engine, store: Store) -> None:
    """Each trace of a list has what was decided on it last, by which policy, or that nothing was decided yet."""
    service = f"decided-{uuid4()}"
    kept, dropped, waiting = (uuid4().hex for _ in range(3))
    for trace_id in (kept, dropped, waiting):
        store(Signal.TRACES, traces(service, [span(trace_id, 1, start_ns=_NOW - SECOND)]))
    columns = "TraceId, Kept, Policy, Reason, AdjustedCount, DecidedAt, FirstReceivedAt, Spans, DurationNano, FirstBatch, Pass"
    for trace_id, is_kept, policy, ago in ((kept, 0, "", 9), (kept, 1, "errors", 5), (dropped, 0, "", 5)):
        engine.execute(
            f"INSERT INTO assay_sampling_decisions ({columns}) SELECT '{trace_id}', {is_kept}, '{policy}', 'root', 1,"
            f" now() - {ago}, now() - 20, 1, 1, 0, 0"
        )
    found = find_traces(engine, SpanConditions(service=service), TimeRange(_NOW - HOUR, _NOW), 10).traces
    assert {each.trace_id: (each.kept, each.policy) for each in found} == {
        kept: (True, "errors"),
        dropped: (False, ""),
        waiting: (None, ""),
    }
