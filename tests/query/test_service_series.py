from __future__ import annotations

import time
from uuid import uuid4

from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.service_series import read_service_series
from assay.query.times import HOUR, MINUTE, TimeRange, instant

_NOW = time.time_ns()
_RANGE = TimeRange(_NOW - HOUR, _NOW)


def test_a_series_has_the_requests_of_a_service(engine: Engine, store: Store) -> None:
    """A service that is asked is told by its server and consumer spans, step by step; one that is not, by all its spans."""
    asked, alone = f"asked-{uuid4()}", f"alone-{uuid4()}"
    early, late = _NOW - 30 * MINUTE, _NOW - 5 * MINUTE
    spans = [
        span(uuid4().hex, 1, kind=2, start_ns=early, duration_ns=100, status={"code": 2}),
        span(uuid4().hex, 2, kind=5, start_ns=early, duration_ns=200),
        span(uuid4().hex, 3, kind=2, start_ns=late, duration_ns=50),
        span(uuid4().hex, 4, kind=3, start_ns=late, duration_ns=999_999),
    ]
    store(Signal.TRACES, traces(asked, spans))
    store(Signal.TRACES, traces(alone, [span(uuid4().hex, 5, kind=1, start_ns=late, duration_ns=7 * SECOND)]))

    answer = read_service_series(engine, _RANGE)

    found = {each.name: each.points for each in answer.services}
    assert [(point.spans, point.errors) for point in found[asked]] == [(2, 1), (1, 0)]
    assert [point.p95_ns for point in found[asked]] == [200, 50]
    assert [instant(point.time) for point in found[asked]] == [at // MINUTE * MINUTE for at in (early, late)]
    assert (found[alone][0].spans, found[alone][0].p95_ns) == (1, 7 * SECOND)
    assert (answer.step_seconds, instant(answer.start) % MINUTE) == (60, 0)
    assert instant(answer.start) <= _RANGE.start_ns < _RANGE.end_ns <= instant(answer.end)
