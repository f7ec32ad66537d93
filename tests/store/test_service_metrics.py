from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.otlp_requests import SECOND, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.journal import record

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
NOW = time.time_ns()
ERROR = 0.0055
"""How far a percentile may be from the exact one, relative to it."""
WEIGHTS = {1: "", 2: "ot=th:8", 10: "vendor=1,ot=rv:ffffffffffffff;th:e6666666666666"}
"""Trace states of spans that stand for so many: 2^56 / (2^56 - threshold)."""

_tokens = count(1)


def _insert(engine: Engine, service: str, spans: Sequence[Span], token: str = "", **resource: str) -> None:
    request = traces(service, spans, {key.replace("_", "."): value for key, value in resource.items()})
    pieces = record.encode(request.SerializeToString(), 1, time.time_ns(), "tests", len(spans))
    engine.insert(Signal.TRACES, pieces, token or f"service-metrics/{service}/{next(_tokens)}")


def _spans(durations: Sequence[int], start_ns: int = NOW, **fields: object) -> list[Span]:
    trace = uuid4().hex
    return [
        span(trace, 1 + place, start_ns=start_ns, duration_ns=duration, kind=2, **fields)  # type: ignore[arg-type]
        for place, duration in enumerate(durations)
    ]


def _totals(engine: Engine, table: str, service: str) -> list[float]:
    query = f"""SELECT sum(Count), sum(Spans), sum(DurationSum), sum(arraySum(mapValues(Durations)))
    FROM {table} WHERE ServiceName = {{service:String}}"""
    return engine.query(query, {"service": service}).rows[0]


@pytest.fixture
def service() -> str:
    return f"metrics-{uuid4()}"


def test_a_repeated_insert_counts_once(engine: Engine, service: str) -> None:
    """A segment that is inserted twice under one token is in the minutes, the hours and the ends of calls once."""
    for _ in range(3):
        _insert(engine, service, _spans([5, 7]), token=f"service-metrics/again/{service}")
    assert _totals(engine, "assay_service_metrics", service) == [2, 2, 12, 2]
    assert _totals(engine, "assay_service_metrics_hourly", service) == [2, 2, 12, 2]
    ends = engine.query("SELECT count() FROM assay_call_ends WHERE ServiceName = {service:String}", {"service": service})
    assert ends.rows == [[2]]


def test_spans_stand_for_those_that_the_sender_sampled_out(engine: Engine, service: str) -> None:
    """With weights of 1, 2 and 10 counts, errors, sums and percentiles are as if all spans had been sent."""
    sent = [
        made
        for weight, state in WEIGHTS.items()
        for made in _spans([weight * 100], trace_state=state, status={"code": 2 if weight == 2 else 0})
    ]
    _insert(engine, service, sent)
    assert _totals(engine, "assay_service_metrics", service) == pytest.approx([13, 3, 1 * 100 + 2 * 200 + 10 * 1000, 13])
    query = """SELECT sumIf(Count, StatusCode = 'Error'), sumMap(Durations) AS sketch,
        arrayMap(q -> assay_sketch_quantile(sketch, q), {q:Array(Float64)})
    FROM assay_service_metrics WHERE ServiceName = {service:String}"""
    parts = [0.05, 0.07, 0.1, 0.2, 0.24, 0.5, 1]
    errors, _, percentiles = engine.query(query, {"service": service, "q": parts}).rows[0]
    assert errors == 2
    # In order: once 100, twice 200, ten times 1000.
    assert percentiles == pytest.approx([100, 100, 200, 200, 1000, 1000, 1000], rel=ERROR)


@settings(max_examples=100, deadline=None)
@given(
    sent=st.lists(st.tuples(st.integers(0, 2**45), st.sampled_from([1.0, 2.0, 10.0])), min_size=1, max_size=60),
    q=st.one_of(st.sampled_from([0.5, 0.55, 0.95, 0.99, 1.0]), st.floats(0.001, 1)),
)
def test_percentiles_are_near(engine: Engine, sent: list[tuple[int, float]], q: float) -> None:
    """Any percentile of any weighted durations is within the promised error of the exact one by nearest rank."""
    query = """SELECT assay_sketch_quantile(sumMap(map(assay_duration_bucket(sent.1), sent.2)), {q:Float64})
    FROM (SELECT arrayJoin(arrayZip({durations:Array(UInt64)}, {weights:Array(Float64)})) AS sent)"""
    durations, weights = zip(*sent, strict=True)
    found = engine.query(query, {"durations": list(durations), "weights": list(weights), "q": q}).rows[0][0]
    rank, reached = q * sum(weights) * (1 - 1e-9), 0.0
    for duration, weight in sorted(sent):
        reached += weight
        if reached >= rank:
            assert found == pytest.approx(duration, rel=ERROR, abs=0)
            break


def test_the_numbers_outlive_the_spans(engine: Engine, service: str) -> None:
    """When 99 of 100 traces are gone from the store, every count is still that of all spans."""
    _insert(engine, service, [made for duration in range(1, 501) for made in _spans([duration])])
    for table in ("otel_traces_recent", "otel_traces"):
        engine.execute(f"DELETE FROM {table} WHERE ServiceName = '{service}' AND cityHash64(TraceId) % 100 != 0")
    left = engine.query("SELECT count() FROM assay_spans WHERE ServiceName = {service:String}", {"service": service}).rows[0][0]
    assert left < 50
    assert _totals(engine, "assay_service_metrics", service) == [500, 500, 500 * 501 / 2, 500]


def test_a_span_counts_in_the_minute_in_which_it_began(engine: Engine, service: str) -> None:
    """A late span goes to its own minute; one from 1970 or from far ahead to that of its receipt."""
    late = NOW - 3 * HOUR
    for start in (late, 1, NOW + 40 * 24 * HOUR, NOW):
        _insert(engine, service, _spans([5], start_ns=start))
    query = """SELECT toUnixTimestamp(Minute), sum(Count) FROM assay_service_metrics
    WHERE ServiceName = {service:String} GROUP BY Minute ORDER BY Minute"""
    (first, one), *others = engine.query(query, {"service": service}).rows
    assert (first, one) == (late // MINUTE * 60, 1)
    assert sum(counted for _, counted in others) == 3
    assert all(NOW // MINUTE * 60 <= minute <= time.time() for minute, _ in others)


def test_environment_and_version_have_old_and_new_names(engine: Engine, service: str) -> None:
    """The environment is known by its present and its former name, the version by its only one."""
    _insert(engine, service, _spans([1]), deployment_environment_name="new", service_version="1")
    _insert(engine, service, _spans([1]), deployment_environment="old", service_version="2")
    query = """SELECT Environment, Version, SpanKind, StatusCode FROM assay_service_metrics
    WHERE ServiceName = {service:String} ORDER BY ALL"""
    assert engine.query(query, {"service": service}).rows == [["new", "1", "Server", "Unset"], ["old", "2", "Server", "Unset"]]


def test_names_without_end_are_counted_under_one(engine: Engine, service: str) -> None:
    """Of names made from ids a service has a few hundred; the rest is counted under (other), and no span is lost."""

    def insert(names: Sequence[str]) -> None:
        _insert(engine, service, [span(uuid4().hex, 1, name=name, start_ns=NOW) for name in names])

    def counted() -> dict[str, int]:
        query = "SELECT SpanName, sum(Count) FROM assay_service_metrics WHERE ServiceName = {service:String} GROUP BY SpanName"
        return dict(engine.query(query, {"service": service}).rows)

    insert(["GET /"] * 10)
    insert([f"GET /{uuid4()}" for _ in range(1000)])
    before = counted()
    assert sum(before.values()) == 1010
    assert len(before) == 302
    assert (before["GET /"], before["(other)"]) == (10, 700)
    insert([*["GET /"] * 5, *(f"GET /{uuid4()}" for _ in range(100))])
    after = counted()
    assert (after["GET /"], after["(other)"]) == (15, 800)
    assert after.keys() == before.keys()


def test_what_a_filter_drops_is_not_counted(engine: Engine, service: str) -> None:
    """A span that a filter drops is in no number; one that is kept without sampling is."""
    for stage in ("filtered", "kept"):
        engine.execute(
            f"""INSERT INTO assay_decoded_spans (ServiceName, Stage, ReceivedAt, PartitionDate)
            VALUES ('{service}', '{stage}', now(), today())"""
        )
    assert _totals(engine, "assay_service_metrics", service)[:2] == [1, 1]


def _count_minutes(engine: Engine) -> int:
    """Store the same eleven hours of minutes once, the first with 1, the next with 2 and so on; return when they begin."""
    base = NOW // HOUR * HOUR - 6 * HOUR
    if not engine.query("SELECT count() FROM assay_service_metrics WHERE ServiceName = 'metrics-within'").rows[0][0]:
        engine.execute(
            f"""INSERT INTO assay_service_metrics (Minute, ServiceName, Count)
            SELECT toDateTime({base // SECOND} + number * 60), 'metrics-within', number + 1 FROM numbers(660)"""
        )
    return base


@settings(max_examples=50, deadline=None)
@given(start=st.integers(0, 5 * HOUR), length=st.integers(0, 5 * HOUR))
def test_whole_hours_and_minutes_make_any_time(engine: Engine, start: int, length: int) -> None:
    """Asked by hours and minutes, any time range has just what its minutes have."""
    base = _count_minutes(engine)
    parameters = {"service": "metrics-within", "start": base + start, "end": base + start + length}
    query = """SELECT sum(Count) FROM assay_service_metrics_within(start = {start:Int64}, end = {end:Int64})
    WHERE ServiceName = {service:String}"""
    found = engine.query(query, parameters).rows[0][0]
    first, end = start // MINUTE, -(-(start + length) // MINUTE)
    assert found == sum(range(first + 1, end + 1))


@settings(max_examples=30, deadline=None)
@given(start=st.integers(0, 5), length=st.integers(1, 5), minutes=st.sampled_from([1, 5, 10, 15, 30, 60, 120]))
def test_a_course_has_each_minute_in_its_step(engine: Engine, start: int, length: int, minutes: int) -> None:
    """In steps of any length every step has just what its minutes have, also where whole hours lie between."""
    base, step = _count_minutes(engine), minutes * MINUTE
    begins = (base + start * HOUR) // step * step
    ends = -(-(base + (start + length) * HOUR) // step) * step
    query = """SELECT intDiv(toInt64(toUnixTimestamp(Time)) * 1000000000, {step:Int64}) AS place, sum(Count)
    FROM assay_service_metrics_in_steps(start = {start:Int64}, end = {end:Int64}, step = {step:Int64})
    WHERE ServiceName = 'metrics-within' GROUP BY place ORDER BY place"""
    found = dict(engine.query(query, {"start": begins, "end": ends, "step": step}).rows)
    wanted = dict.fromkeys(range(begins // step, ends // step), 0)
    for number in range(660):
        if begins <= (at := base + number * MINUTE) < ends:
            wanted[at // step] += number + 1
    assert found == {place: count for place, count in wanted.items() if count}
