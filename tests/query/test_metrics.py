from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, HistogramDataPoint, Metric, NumberDataPoint
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, metrics

from assay.core.errors import InvalidInput, NotFound
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.conditions import Condition
from assay.query.metrics import SeriesQuestion, list_metrics, read_series
from assay.query.times import HOUR, MINUTE, TimeRange, instant

_NOW = time.time_ns() // MINUTE * MINUTE
_BEGIN = _NOW - 10 * MINUTE
_RANGE = TimeRange(_BEGIN, _NOW)
_DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
_CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE

_Values = list[tuple[dict[str, str], list[float | None]]]


def _points(values: Sequence[tuple[float, float]], started: float, labels: dict[str, Any]) -> list[NumberDataPoint]:
    """Return points of (minute, value) of a stream that began at the minute `started`."""
    return [
        NumberDataPoint(
            start_time_unix_nano=_BEGIN + int(started * MINUTE),
            time_unix_nano=_BEGIN + int(minute * MINUTE),
            as_double=value,
            attributes=attributes(labels),
        )
        for minute, value in values
    ]


def _counter(name: str, points: list[NumberDataPoint], temporality: Any = _CUMULATIVE, monotonic: bool = True) -> Metric:
    made = Metric(name=name, unit="1", description="what it counts")
    made.sum.data_points.extend(points)
    made.sum.aggregation_temporality, made.sum.is_monotonic = temporality, monotonic
    return made


def _gauge(name: str, points: list[NumberDataPoint]) -> Metric:
    made = Metric(name=name, unit="kg")
    made.gauge.data_points.extend(points)
    return made


def _ask(engine: Engine, name: str, within: TimeRange = _RANGE, **question: Any) -> _Values:
    """Return (labels without the service, values) of each series, in steps of a minute."""
    answer = read_series(engine, SeriesQuestion(name=name, step_ns=MINUTE, **question), within)
    return [
        (
            {key: label for key, label in series.labels.items() if key != "service.name"},
            [point.value for point in series.points],
        )
        for series in answer.series
    ]


def test_metrics_are_listed_as_they_are_sent(engine: Engine, store: Store) -> None:
    """The list tells name, kind, unit, temporality, description, services and the last point; one name may be there twice."""
    name, one, two = f"m-{uuid4()}", f"a-{uuid4()}", f"b-{uuid4()}"
    points = _points([(1, 1), (2, 2)], 0, {})
    store(Signal.METRICS, metrics(one, [_counter(name, points)]))
    store(Signal.METRICS, metrics(two, [_counter(name, points), _gauge(name, points)]))
    gauge, counter = list_metrics(engine, _RANGE, name=name).metrics
    assert (counter.kind, counter.unit, counter.temporality, counter.monotonic) == ("sum", "1", "cumulative", True)
    assert (counter.description, counter.services, counter.points) == ("what it counts", [one, two], 4)
    assert (gauge.kind, gauge.unit, gauge.temporality, gauge.services) == ("gauge", "kg", "", [two])
    assert [each.kind for each in list_metrics(engine, _RANGE, service=one, name=name).metrics] == ["sum"]


@pytest.mark.parametrize(
    ("aggregation", "alone", "merged"),
    [("avg", 3, 2.5), ("min", 1, 1), ("max", 5, 5), ("last", 3, 3), ("count", 3, 4), ("sum", 3, 4)],
)
def test_a_gauge_is_aggregated_by_step(engine: Engine, store: Store, aggregation: str, alone: float, merged: float) -> None:
    """Points of one step and series become one value; `sum` adds up the last values of the streams."""
    name = f"g-{uuid4()}"
    one = _points([(0.1, 1), (0.2, 5), (0.5, 3), (1, 1)], 0, {"host": "a"})
    store(Signal.METRICS, metrics("s", [_gauge(name, one)]))
    assert _ask(engine, name, aggregation=aggregation) == [({"host": "a"}, [alone, 1])]
    store(Signal.METRICS, metrics("t", [_gauge(name, _points([(0.4, 1)], 0, {"host": "b"}))]))
    assert _ask(engine, name, aggregation=aggregation, group_by=[]) == [({}, [merged, 1])]


def test_a_cumulative_counter_grows_by_differences(engine: Engine, store: Store) -> None:
    """The increase is what was added between points; the point before the range counts, one that was sent twice does not."""
    name = f"c-{uuid4()}"
    points = _points([(-1, 100), (0.5, 110), (1, 130), (1, 130), (2, 130)], -999, {})
    store(Signal.METRICS, metrics("s", [_counter(name, points)]))
    store(Signal.METRICS, metrics("s", [_counter(name, points[:2])]))
    assert _ask(engine, name, aggregation="increase") == [({}, [10, 20, 0])]
    assert _ask(engine, name) == [({}, [10 / 60, 20 / 60, 0])]


def test_a_reset_counts_from_zero(engine: Engine, store: Store) -> None:
    """After a new start time, or a value that fell, the whole value was added since the reset."""
    name = f"c-{uuid4()}"
    restarted = [*_points([(1, 50), (2, 60)], -999, {"how": "restarted"}), *_points([(3, 70)], 2.5, {"how": "restarted"})]
    fell = _points([(1, 50), (2, 60), (3, 5)], -999, {"how": "fell"})
    store(Signal.METRICS, metrics("s", [_counter(name, restarted + fell)]))
    assert _ask(engine, name, aggregation="increase") == [({"how": "fell"}, [0, 10, 5]), ({"how": "restarted"}, [0, 10, 70])]


def test_a_counter_that_begins_in_sight_counts_from_its_start(engine: Engine, store: Store) -> None:
    """The first point of a counter counts whole if it began within reach of the range, and not at all if earlier."""
    name = f"c-{uuid4()}"
    points = [*_points([(1, 7)], 0.5, {"began": "now"}), *_points([(1, 7)], -999, {"began": "long ago"})]
    store(Signal.METRICS, metrics("s", [_counter(name, points)]))
    assert _ask(engine, name, aggregation="increase") == [({"began": "long ago"}, [0]), ({"began": "now"}, [7])]


def test_a_delta_counter_adds_up(engine: Engine, store: Store) -> None:
    """Delta points are increases as they are; one that was sent twice counts once."""
    name = f"c-{uuid4()}"
    points = [*_points([(0.5, 3)], 0.1, {}), *_points([(0.9, 4)], 0.5, {}), *_points([(1.5, 5)], 0.9, {})]
    store(Signal.METRICS, metrics("s", [_counter(name, points, _DELTA)]))
    store(Signal.METRICS, metrics("s", [_counter(name, points[-1:], _DELTA)]))
    assert _ask(engine, name, aggregation="increase") == [({}, [7, 5])]
    assert _ask(engine, name, aggregation="sum") == [({}, [7, 5])]


def test_a_gap_is_no_point_and_loses_nothing(engine: Engine, store: Store) -> None:
    """Steps in which a counter was not heard of have no point; what it grew by meanwhile is told when it is heard of again."""
    name = f"c-{uuid4()}"
    store(Signal.METRICS, metrics("s", [_counter(name, _points([(1, 10), (2, 14), (7, 64)], -999, {}))]))
    answer = read_series(engine, SeriesQuestion(name, aggregation="increase", step_ns=MINUTE), _RANGE)
    begun = [(instant(point.time) - _BEGIN) // MINUTE for point in answer.series[0].points]
    assert list(zip(begun, _ask(engine, name, aggregation="increase")[0][1], strict=True)) == [(1, 0), (2, 4), (7, 50)]


def test_both_temporalities_are_added_up(engine: Engine, store: Store) -> None:
    """One sender reports differences and another one totals under the same name: the sum of both is right."""
    name = f"c-{uuid4()}"
    store(Signal.METRICS, metrics("totals", [_counter(name, _points([(0.5, 100), (1.5, 107), (2.5, 109)], -999, {}))]))
    store(Signal.METRICS, metrics("differences", [_counter(name, _points([(1.2, 3), (1.7, 1), (2.2, 5)], 1, {}), _DELTA)]))
    assert _ask(engine, name, aggregation="increase", group_by=[]) == [({}, [0, 11, 7])]
    listed = list_metrics(engine, _RANGE, name=name).metrics
    assert [(metric.temporality, metric.services) for metric in listed] == [
        ("delta", ["differences"]),
        ("cumulative", ["totals"]),
    ]


def test_the_highest_series_are_given_and_the_others_counted(engine: Engine, store: Store) -> None:
    """With `top` there are those with the highest average of their values, and how many there are in all is told."""
    name = f"g-{uuid4()}"
    values = {"a": [(1, 5), (2, 5)], "b": [(1, 9)], "c": [(1, 1), (2, 30)], "d": [(1, 4), (2, 5)]}
    store(Signal.METRICS, metrics("s", [_gauge(name, _points(points, 0, {"host": host})) for host, points in values.items()]))
    answer = read_series(engine, SeriesQuestion(name, group_by=["host"], step_ns=MINUTE, top=2), _RANGE)
    assert [series.labels["host"] for series in answer.series] == ["b", "c"]
    assert answer.series_count == 4
    assert len(read_series(engine, SeriesQuestion(name, group_by=["host"]), _RANGE).series) == 4


def test_series_are_made_by_labels(engine: Engine, store: Store) -> None:
    """Series are grouped by attributes of the point, of the resource and by the service, and filtered by conditions."""
    name, one, two = f"c-{uuid4()}", f"1-{uuid4()}", f"2-{uuid4()}"
    for service, zone in ((one, "x"), (two, "y")):
        points = [*_points([(1, 1)], 0.5, {"route": "/a"}), *_points([(1, 2)], 0.5, {"route": "/b"})]
        store(Signal.METRICS, metrics(service, [_counter(name, points)], {"zone": zone}))

    def ask(**question: Any) -> list[tuple[dict[str, str], list[float | None]]]:
        answer = read_series(engine, SeriesQuestion(name=name, aggregation="increase", step_ns=MINUTE, **question), _RANGE)
        return [(series.labels, [point.value for point in series.points]) for series in answer.series]

    assert ask(group_by=["service.name"]) == [({"service.name": one}, [3]), ({"service.name": two}, [3])]
    assert ask(group_by=["zone", "route"], attributes=[Condition.parse("route=/a")]) == [
        ({"zone": "x", "route": "/a"}, [1]),
        ({"zone": "y", "route": "/a"}, [1]),
    ]
    assert ask(group_by=["nothing"]) == [({"nothing": ""}, [6])]
    assert ask(group_by=[]) == [({}, [6])]
    assert ask(service=one) == [({"service.name": one, "route": "/a"}, [1]), ({"service.name": one, "route": "/b"}, [2])]


@pytest.mark.parametrize(("aggregation", "values"), [("increase", (8, 3, 4)), ("count", (8, 3, 4)), ("p100", (1, 1, 1))])
def test_series_are_made_by_labels_under_any_name(
    engine: Engine, store: Store, aggregation: str, values: tuple[float, ...]
) -> None:
    """A label is filtered and grouped by under the name that is asked for, whichever of its names was sent."""
    name, service = f"m-{uuid4()}", f"renamed-{uuid4()}"

    def metric(labels: dict[str, Any], count: int) -> Metric:
        if aggregation == "increase":
            return _counter(name, _points([(1, 0), (2, count)], -1, labels))
        return _histogram(name, [(1, [0, 0], 0), (2, [count, 0], 1)], [1.0], labels)

    sent = [({"http.method": "GET"}, 1), ({"http.request.method": "GET"}, 2), ({"http.request.method": "POST"}, 4), ({}, 8)]
    made = [metric(labels, count) for labels, count in sent]
    store(Signal.METRICS, metrics(service, made, {"deployment.environment": "eu"}))

    def ask(**question: Any) -> _Values:
        return [(labels, steps[-1:]) for labels, steps in _ask(engine, name, aggregation=aggregation, **question)]

    for asked in ("http.method", "http.request.method"):
        place = {"deployment.environment.name": "eu"}
        expected = [({asked: method, **place}, [value]) for method, value in zip(("", "GET", "POST"), values, strict=True)]
        assert ask(group_by=[asked, *place]) == expected
        assert ask(group_by=[], attributes=[Condition(asked, "=", "GET")]) == [({}, [values[1]])]


def _histogram(name: str, points: list[tuple[float, list[int], float]], bounds: list[float], labels: dict[str, Any]) -> Metric:
    made = Metric(name=name, unit="s")
    made.histogram.aggregation_temporality = _CUMULATIVE
    for minute, counts, total in points:
        made.histogram.data_points.append(
            HistogramDataPoint(
                start_time_unix_nano=_BEGIN - HOUR,
                time_unix_nano=_BEGIN + int(minute * MINUTE),
                count=sum(counts),
                sum=total,
                bucket_counts=counts,
                explicit_bounds=bounds,
                attributes=attributes(labels),
            )
        )
    return made


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [
        ("p50", 1),
        ("p75", 1.5),
        ("p100", 10),
        ("p0", 0),
        ("p25", 0.5),
        ("p97.5", 10),
        ("count", 20),
        ("sum", 40),
        ("avg", 2),
        ("rate", 20 / 60),
        ("max", None),
    ],
)
def test_a_histogram_is_interpolated_within_its_buckets(
    engine: Engine, store: Store, aggregation: str, value: float | None
) -> None:
    """Percentiles of what came between two points, over all streams of a series, are as Prometheus gives them."""
    name = f"h-{uuid4()}"
    one = _histogram(name, [(-1, [5, 5, 0, 0], 9), (1, [10, 10, 0, 0], 29)], [1, 2, 10], {"host": "a"})
    two = _histogram(name, [(-1, [0, 0, 0, 9], 99), (1, [5, 5, 0, 9], 119)], [1, 2, 10], {"host": "b"})
    three = _histogram(name, [(1, [99, 0, 0, 0], 1)], [1, 2, 10], {"host": "unknown before"})
    store(Signal.METRICS, metrics("s", [one, two, three]))
    if aggregation in ("p97.5", "p100"):
        more = _histogram(name, [(-1, [0, 0, 0, 0], 0), (1, [0, 0, 0, 9], 0)], [1, 2, 10], {"host": "c"})
        store(Signal.METRICS, metrics("s", [more]))
    ((_, values),) = _ask(engine, name, aggregation=aggregation, group_by=[])
    assert values == [pytest.approx(value) if value is not None else None]


def _exponential(name: str, counts: list[int], offset: int = 0, **fields: Any) -> Metric:
    made = Metric(name=name)
    made.exponential_histogram.aggregation_temporality = _DELTA
    point = made.exponential_histogram.data_points.add(time_unix_nano=_BEGIN + MINUTE, count=sum(counts), **fields)
    point.positive.offset = offset
    point.positive.bucket_counts.extend(counts)
    return made


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.floats(min_value=1e-3, max_value=1e6), min_size=1, max_size=200),
    st.integers(min_value=1, max_value=6),
    st.sampled_from(["p50", "p90", "p99", "p100"]),
)
def test_an_exponential_percentile_is_as_near_as_its_buckets_are_narrow(
    engine: Engine, store: Store, values: list[float], scale: int, percentile: str
) -> None:
    """The percentile of any values lies in the bucket of the exact one, so that it is off by no more than the width of that."""
    base = 2 ** (2**-scale)
    places = [math.ceil(math.log(value, base)) - 1 for value in values]
    counts = [places.count(place) for place in range(min(places), max(places) + 1)]
    name = f"e-{uuid4()}"
    store(Signal.METRICS, metrics("s", [_exponential(name, counts, offset=min(places), scale=scale)]))
    ((_, (found,)),) = _ask(engine, name, aggregation=percentile)
    exact = sorted(values)[max(0, math.ceil(float(percentile[1:]) / 100 * len(values)) - 1)]
    assert found is not None
    # Values at the very edge of a bucket may be counted in the one beside it.
    assert 1 / base**1.001 <= found / exact <= base**1.001


@pytest.mark.parametrize(
    ("buckets", "percentile", "value"),
    [
        ({"counts": [10]}, "p50", math.sqrt(2)),
        ({"offset": 1, "counts": [1, 1]}, "p50", 4),
        ({"scale": 1, "offset": 2, "counts": [5, 5]}, "p100", 4),
        ({"scale": -1, "offset": -1, "counts": [4]}, "p50", 0.5),
        ({"counts": [5], "zero_count": 5}, "p25", 0),
        ({"counts": [], "negative": {"offset": 0, "bucket_counts": [10]}}, "p50", -math.sqrt(2)),
    ],
)
def test_an_exponential_histogram_is_interpolated_in_proportion(
    engine: Engine, store: Store, buckets: dict[str, Any], percentile: str, value: float
) -> None:
    """Within a bucket of an exponential histogram the logarithm is interpolated; zeros and negative values have their place."""
    name = f"e-{uuid4()}"
    store(Signal.METRICS, metrics("s", [_exponential(name, **buckets)]))
    ((_, values),) = _ask(engine, name, aggregation=percentile)
    assert values == [pytest.approx(value)]


def test_exponential_histograms_of_several_scales_are_added_up(engine: Engine, store: Store) -> None:
    """Buckets of a finer scale go into those of the coarsest."""
    name = f"e-{uuid4()}"
    store(Signal.METRICS, metrics("a", [_exponential(name, [2], offset=1)]))
    store(Signal.METRICS, metrics("b", [_exponential(name, [1, 1], offset=2, scale=1)]))
    ((_, values),) = _ask(engine, name, aggregation="p50", group_by=[])
    assert values == [pytest.approx(math.sqrt(8))]


def test_a_summary_tells_count_and_mean(engine: Engine, store: Store) -> None:
    """A summary has no buckets, but what came between its points is known."""
    name = f"q-{uuid4()}"
    made = Metric(name=name)
    for minute, count, total in ((-1, 10, 50.0), (1, 14, 90.0)):
        made.summary.data_points.add(time_unix_nano=_BEGIN + minute * MINUTE, count=count, sum=total)
    store(Signal.METRICS, metrics("s", [made]))
    assert _ask(engine, name) == [({}, [10])]
    assert _ask(engine, name, aggregation="count") == [({}, [4])]
    with pytest.raises(InvalidInput, match="p95"):
        _ask(engine, name, aggregation="p95")


def test_a_summary_has_the_percentiles_that_it_was_sent_with(engine: Engine, store: Store) -> None:
    """Those are listed and given; of several streams it is the highest, of one that counted nothing there is none."""
    name = f"q-{uuid4()}"

    def summary(host: str, quantiles: dict[float, float]) -> Metric:
        made = Metric(name=name)
        point = made.summary.data_points.add(time_unix_nano=_BEGIN + MINUTE, count=4, attributes=attributes({"host": host}))
        for quantile, value in quantiles.items():
            point.quantile_values.add(quantile=quantile, value=value)
        return made

    sent = {"a": {0.5: 3.0, 0.99: 8.0}, "b": {0.5: 2.0, 0.99: 9.0}, "c": {0.5: math.nan, 0.99: math.nan}}
    store(Signal.METRICS, metrics("s", [summary(host, quantiles) for host, quantiles in sent.items()]))
    [listed] = list_metrics(engine, _RANGE, name=name).metrics
    assert (listed.quantiles, listed.aggregations[0]) == ([0.5, 0.99], "avg")
    assert _ask(engine, name, aggregation="p99", group_by=[]) == [({}, [9])]
    assert _ask(engine, name, aggregation="p50") == [({"host": "a"}, [3]), ({"host": "b"}, [2]), ({"host": "c"}, [None])]
    with pytest.raises(InvalidInput) as caught:
        _ask(engine, name, aggregation="p95")
    assert "p50, p99" in caught.value.hint


def test_a_missing_value_is_no_point(engine: Engine, store: Store) -> None:
    """Points that say that no value was recorded count for nothing."""
    name = f"g-{uuid4()}"
    points = _points([(1, 5), (2, 0)], 0, {})
    points[1].flags = 1
    store(Signal.METRICS, metrics("s", [_gauge(name, points)]))
    assert _ask(engine, name) == [({}, [5])]


def test_one_name_for_two_kinds_gives_both(engine: Engine, store: Store) -> None:
    """Series of every kind are given if one aggregation fits them all; else the question must say which is meant."""
    name = f"x-{uuid4()}"
    points = _points([(1, 5)], 0, {})
    store(Signal.METRICS, metrics("s", [_gauge(name, points), _counter(name, points)]))
    with pytest.raises(InvalidInput, match="gauge and a sum"):
        _ask(engine, name)
    assert _ask(engine, name, aggregation="max") == [({}, [5]), ({}, [5])]
    assert _ask(engine, name, kind="gauge") == [({}, [5])]
    with pytest.raises(NotFound):
        _ask(engine, name, kind="summary")


@pytest.mark.parametrize("aggregation", ["p95", "rate", "increase", "nonsense", "p101", "avg "])
def test_an_aggregation_must_fit_the_metric(engine: Engine, store: Store, aggregation: str) -> None:
    """What a gauge cannot answer is refused with what it can."""
    name = f"g-{uuid4()}"
    store(Signal.METRICS, metrics("s", [_gauge(name, _points([(1, 5)], 0, {}))]))
    with pytest.raises(InvalidInput) as caught:
        _ask(engine, name, aggregation=aggregation)
    assert "avg" in caught.value.hint


def test_steps_fit_the_time_range(engine: Engine, store: Store) -> None:
    """Without a step there are at most sixty; too many of them are refused; they begin at multiples of their length."""
    name = f"g-{uuid4()}"
    store(Signal.METRICS, metrics("s", [_gauge(name, _points([(1, 5)], 0, {}))]))

    def steps(length: int) -> float:
        answer = read_series(engine, SeriesQuestion(name=name), TimeRange(max(0, _NOW - length), _NOW))
        assert length <= answer.step_seconds * SECOND * 60
        return answer.step_seconds

    assert [steps(length) for length in (10 * MINUTE, HOUR, HOUR + 1, 24 * HOUR, 24 * 365 * HOUR)] == [
        60,
        60,
        300,
        1800,
        7 * 86400,
    ]
    with pytest.raises(InvalidInput):
        read_series(engine, SeriesQuestion(name=name, step_ns=SECOND), TimeRange(_NOW - 24 * HOUR, _NOW))


def test_an_unknown_metric_is_not_found(engine: Engine) -> None:
    """A name that nobody sent in the range is an error of its own."""
    with pytest.raises(NotFound):
        _ask(engine, f"none-{uuid4()}")
