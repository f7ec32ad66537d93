from __future__ import annotations

import time
from uuid import uuid4

import pytest
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.errors import InvalidInput
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.service_metrics import ServiceQuestion, read_service_metrics
from assay.query.times import HOUR, MINUTE, TimeRange, format_time

_NOW = time.time_ns()
_FIRST = _NOW // MINUTE * MINUTE - 10 * MINUTE
_RANGE = TimeRange(_FIRST + SECOND, _NOW)
ERROR = 0.0055


@pytest.fixture(scope="module")
def service(store: Store) -> str:
    """A service with requests in two minutes, in two versions and environments, one of them failed, and a client span."""
    name = f"red-{uuid4()}"
    for place, (version, environment) in enumerate([("1", "staging"), ("2", "production"), ("2", "production")]):
        start, trace = _FIRST + place * MINUTE // 2, f"{place + 1:032x}"
        spans = [
            span(trace, 1, name="GET /", kind=2, start_ns=start, duration_ns=1_000, status={"code": 2 if place == 1 else 0}),
            span(trace, 2, name="GET /", kind=2, start_ns=start, duration_ns=3_000, trace_state="ot=th:8"),
            span(trace, 3, name="POST /", kind=5, start_ns=start, duration_ns=9_000),
            span(trace, 4, name="call", kind=3, start_ns=start, duration_ns=70_000),
        ]
        store(Signal.TRACES, traces(name, spans, {"service.version": version, "deployment.environment.name": environment}))
    return name


def test_requests_are_counted_by_step(engine: Engine, service: str) -> None:
    """Without more said it is the server and consumer spans, minute by minute, adjusted for the sender's sampling."""
    answer = read_service_metrics(engine, ServiceQuestion(service), _RANGE)
    assert (answer.kinds, answer.step_seconds, answer.start) == (["server", "consumer"], 60, format_time(_FIRST))
    (series,) = answer.series
    first, second = series.points
    assert [first.time, second.time] == [format_time(_FIRST), format_time(_FIRST + MINUTE)]
    assert (first.spans, first.errors, first.error_ratio) == (8, 1, 1 / 8)
    assert first.per_second == 8 / 60
    assert first.mean_ns == (2 * 1_000 + 4 * 3_000 + 2 * 9_000) / 8
    assert first.percentiles_ns == pytest.approx({"p50": 3_000, "p95": 9_000, "p99": 9_000}, rel=ERROR)
    assert first.slow is not None
    assert first.slow.duration_ns == 9_000
    assert first.failed is not None
    assert (first.failed.trace_id, first.failed.duration_ns) == (f"{2:032x}", 1_000)
    assert (second.spans, second.errors, second.failed) == (4, 0, None)


def test_series_are_what_is_grouped_by(engine: Engine, service: str) -> None:
    """Operations, kinds, versions and environments divide the numbers or choose among them; any percentile can be asked for."""
    question = ServiceQuestion(service, group_by=["version", "operation"], percentiles=["p0.1", "p100"], step_ns=HOUR)
    answer = read_service_metrics(engine, question, _RANGE)
    found = {
        (each.labels["version"], each.labels["operation"]): sum(point.spans for point in each.points) for each in answer.series
    }
    assert found == {("1", "GET /"): 3, ("1", "POST /"): 1, ("2", "GET /"): 6, ("2", "POST /"): 2}
    assert answer.series[0].points[0].percentiles_ns == pytest.approx({"p0.1": 1_000, "p100": 3_000}, rel=ERROR)

    def spans(question: ServiceQuestion) -> float:
        return sum(point.spans for each in read_service_metrics(engine, question, _RANGE).series for point in each.points)

    assert spans(ServiceQuestion(service, environment="production")) == 8
    assert spans(ServiceQuestion(service, version="1", kinds=["consumer"])) == 1
    assert spans(ServiceQuestion(service, operation="call")) == 3
    assert spans(ServiceQuestion(service, operation="call", kinds=["server"])) == 0
    assert spans(ServiceQuestion(f"none-{uuid4()}")) == 0


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (ServiceQuestion("a", percentiles=["95"]), "percentile_invalid"),
        (ServiceQuestion("a", percentiles=["p101"]), "percentile_invalid"),
        (ServiceQuestion("a", step_ns=90 * SECOND), "step_invalid"),
        (ServiceQuestion("a", step_ns=MINUTE), "step_too_small"),
    ],
)
def test_what_cannot_be_answered_is_refused(engine: Engine, question: ServiceQuestion, code: str) -> None:
    """A percentile that is none, a step that is no minutes and an answer without bounds are errors of the question."""
    with pytest.raises(InvalidInput) as refused:
        read_service_metrics(engine, question, TimeRange(_NOW - 30 * 24 * HOUR, _NOW))
    assert refused.value.code == code


def test_a_month_is_answered(engine: Engine, service: str) -> None:
    """A long time has longer steps, and what was counted by the minute is in them."""
    answer = read_service_metrics(engine, ServiceQuestion(service), TimeRange(_NOW - 30 * 24 * HOUR, _NOW))
    assert answer.step_seconds == 12 * 3600
    assert sum(point.spans for point in answer.series[0].points) == 12
