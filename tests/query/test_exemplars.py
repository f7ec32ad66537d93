from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, Metric
from tests.conftest import Store
from tests.otlp_requests import attributes, metrics, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.conditions import Condition
from assay.query.exemplars import MetricExemplar, list_exemplars
from assay.query.times import HOUR, MINUTE, TimeRange, format_time

_NOW = time.time_ns() // MINUTE * MINUTE
_RANGE = TimeRange(_NOW - HOUR, _NOW)


def _histogram(name: str, route: str, exemplars: list[tuple[int, float, str]]) -> Metric:
    """Return a histogram of one point, with exemplars of (minutes ago, value, trace)."""
    made = Metric(name=name, unit="s")
    made.histogram.aggregation_temporality = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
    point = made.histogram.data_points.add(
        time_unix_nano=_NOW - MINUTE, count=5, bucket_counts=[5], attributes=attributes({"route": route})
    )
    for minutes, value, trace_id in exemplars:
        made_of: dict[str, Any] = {"trace_id": bytes.fromhex(trace_id), "span_id": (7).to_bytes(8)} if trace_id else {}
        values = attributes({"user": "ann"})
        point.exemplars.add(time_unix_nano=_NOW - minutes * MINUTE, as_double=value, filtered_attributes=values, **made_of)
    return made


def test_exemplars_lead_to_their_traces(engine: Engine, store: Store) -> None:
    """An exemplar tells its value, labels and trace, and whether that is there; one that was sent again is there once."""
    name, service, seen, gone = f"h-{uuid4()}", f"s-{uuid4()}", uuid4().hex, uuid4().hex
    store(Signal.TRACES, traces(service, [span(seen, 7, start_ns=_NOW - 5 * MINUTE)]))
    made = _histogram(name, "/a", [(5, 0.25, seen), (4, 0.5, gone), (3, 9.0, ""), (90, 1.0, seen)])
    for _ in range(2):
        store(Signal.METRICS, metrics(service, [made]))
    first, second = list_exemplars(engine, name, _RANGE).exemplars
    assert first == MetricExemplar(
        time=format_time(_NOW - 5 * MINUTE),
        value=0.25,
        kind="histogram",
        service=service,
        labels={"route": "/a"},
        filtered={"user": "ann"},
        trace_id=seen,
        span_id=f"{7:016x}",
        is_stored=True,
    )
    assert (second.trace_id, second.is_stored) == (gone, False)


def test_exemplars_are_of_the_series_that_is_asked_for(engine: Engine, store: Store) -> None:
    """Service, kind and conditions leave the others out, and of many in one step the highest three are given."""
    name, one, two = f"h-{uuid4()}", f"one-{uuid4()}", f"two-{uuid4()}"
    many = [(10, float(value), uuid4().hex) for value in range(9)]
    store(Signal.METRICS, metrics(one, [_histogram(name, "/a", many), _histogram(name, "/b", [(20, 1.5, uuid4().hex)])]))
    store(Signal.METRICS, metrics(two, [_histogram(name, "/a", [(20, 2.5, uuid4().hex)])]))

    def values(**asked: Any) -> list[float]:
        return [each.value for each in list_exemplars(engine, name, _RANGE, **asked).exemplars]

    assert values() == [1.5, 2.5, 6, 7, 8]
    assert values(service=two) == [2.5]
    assert values(conditions=[Condition.parse("route=/b")]) == [1.5]
    assert values(kind="histogram", limit=2) == [7, 8]
    assert values(kind="gauge") == []
