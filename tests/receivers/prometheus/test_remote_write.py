"""What requests of remote write become in OTLP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from tests.receivers.conftest import read
from tests.receivers.prometheus.samples import AT, COUNTER, GAUGE, LATENCY, TRACE, fill_histogram, first, second, snappy

from assay.core.errors import InvalidInput, TooLarge
from assay.core.signals import Signal
from assay.receivers.inspection import Format, inspect
from assay.receivers.prometheus.metric_request import STALE
from assay.receivers.prometheus.native import Limit, Side, read_side, to_exponential
from assay.receivers.prometheus.remote_write import FIRST, SECOND


def convert(request: Any, form: Format = FIRST) -> dict[str, tuple[dict[str, Any], Any, Any]]:
    """Give the resource, the scope and the metric of each name."""
    found = form.read(Signal.METRICS, snappy(request))
    message = ExportMetricsServiceRequest.FromString(found.request)
    assert inspect(Signal.METRICS, found.request).items == found.items
    return {
        metric.name: (read(group.resource.attributes), scope.scope, metric)
        for group in message.resource_metrics
        for scope in group.scope_metrics
        for metric in scope.metrics
    }


def test_a_series_of_version_1_is_a_sum_or_a_gauge() -> None:
    """Names tell sums from gauges, job and instance are the resource, and samples keep their times."""
    resource, _, metric = convert(first(COUNTER, 7, 9))["http_requests_total"]
    assert resource == {"service.namespace": "shop", "service.name": "orders", "service.instance.id": "10.0.0.1:8080"}
    assert (metric.sum.is_monotonic, metric.sum.aggregation_temporality) == (True, 2)
    points = metric.sum.data_points
    assert [(point.as_double, point.time_unix_nano) for point in points] == [(7, AT * 10**6), (9, (AT + 1) * 10**6)]
    assert read(points[0].attributes) == {"method": "GET"}
    [exemplar] = points[1].exemplars
    assert (exemplar.trace_id.hex(), exemplar.as_double, read(exemplar.filtered_attributes)) == (TRACE, 0.5, {"user": "7"})
    resource, scope, metric = convert(first(GAUGE, 0.5))["queue_fill"]
    assert (resource, scope.name, scope.version) == ({"service.name": "orders"}, "queues", "1.2")
    assert (metric.gauge.data_points[0].as_double, read(metric.gauge.data_points[0].attributes)) == (0.5, {})


def test_a_series_that_ends_says_so() -> None:
    """The NaN that marks the end is OTLP's flag for it, and any other NaN is a value."""
    ended, number = convert(first(GAUGE, STALE, float("nan")))["queue_fill"][2].gauge.data_points
    assert (ended.flags, ended.as_double) == (1, 0)
    assert number.flags == 0
    assert str(number.as_double) == "nan"


@pytest.mark.parametrize(("request_", "form"), [(first(LATENCY, histogram=True), FIRST), (second(), SECOND)])
def test_native_histograms_are_exponential(request_: Any, form: Format) -> None:
    """Buckets of both versions keep their bounds, with zeros between the spans, and zero is apart."""
    metric = convert(request_, form)["http_request_duration_seconds"][2]
    [point] = metric.exponential_histogram.data_points
    assert (point.count, point.sum, point.scale, point.zero_count, point.zero_threshold) == (6, 3.5, 2, 1, 1e-3)
    assert (point.positive.offset, list(point.positive.bucket_counts)) == (-3, [1, 2, 0, 0, 0, 2])
    assert list(point.negative.bucket_counts) == []


def test_version_2_tells_types_units_and_starts() -> None:
    """What the metadata says is there: type, unit in UCUM, description; counters have a start, custom buckets their bounds."""
    found = convert(second(), SECOND)
    counter = found["http_requests_total"][2]
    [point] = counter.sum.data_points
    assert (point.as_double, point.start_time_unix_nano) == (7, (AT - 1000) * 10**6)
    assert point.exemplars[0].trace_id.hex() == TRACE
    assert (found["queue_fill"][2].unit, found["queue_fill"][2].description) == ("By", "What it is.")
    [classic] = found["classic"][2].histogram.data_points
    assert (list(classic.explicit_bounds), list(classic.bucket_counts)) == ([0.1, 0.2, 0.5, 1, 2], [1, 2, 0, 0, 0, 2])
    assert SECOND.read(Signal.METRICS, snappy(second())).warning == "2 2 1"


buckets = st.dictionaries(st.integers(-300, 300), st.integers(0, 1000), max_size=20)


@given(buckets, st.integers(-4, 8))
def test_buckets_survive(given_buckets: dict[int, int], schema: int) -> None:
    """However buckets are spread over spans, each count is found in its bucket, one lower in OTLP."""
    spans, deltas, before, last = [], [], 0, 0
    for index in sorted(given_buckets):
        spans.append((index - last, 1))
        deltas.append(given_buckets[index] - before)
        before, last = given_buckets[index], index + 1
    read_back = read_side(spans, deltas, [])
    assert read_back == given_buckets
    assert read_back == read_side(spans, [], [float(given_buckets[index]) for index in sorted(given_buckets)])
    scale, side, other = to_exponential(schema, read_back, {}, Limit())
    counts = {side.offset + 1 + number: count for number, count in enumerate(side.counts) if count}
    assert (scale, counts, other) == (schema, {index: count for index, count in given_buckets.items() if count}, Side())


@given(st.sets(st.integers(-(1 << 23), 1 << 23), min_size=1, max_size=20))
def test_buckets_far_apart_are_merged(indexes: set[int]) -> None:
    """A few buckets whose distance would be millions of zeros become coarser; none is lost and bounds still hold them."""
    scale, side, _ = to_exponential(8, dict.fromkeys(indexes, 1), {}, Limit())
    assert len(side.counts) <= 2048
    assert sum(side.counts) == len(indexes)
    for index in indexes:
        assert side.counts[((index - 1) >> (8 - scale)) - side.offset] > 0


def test_zeros_of_one_request_are_bounded() -> None:
    """Many histograms, each of few bytes, cannot stand for more buckets than there is memory for."""
    request = first(LATENCY)
    for number in range(3_000):
        histogram = request.timeseries[0].histograms.add(timestamp=AT + number)
        histogram.positive_spans.add(offset=0, length=1)
        histogram.positive_spans.add(offset=2_000, length=1)
        histogram.positive_deltas.extend([1, 0])
    with pytest.raises(TooLarge):
        FIRST.read(Signal.METRICS, snappy(request))


def _nameless(request: Any) -> None:
    del request.timeseries[0].labels[0]


def _twice(request: Any) -> None:
    request.timeseries[0].labels.add(name="job", value="again")


def _early(request: Any) -> None:
    request.timeseries[0].samples[0].timestamp = -1


def _schema(request: Any) -> None:
    fill_histogram(request.timeseries[0].histograms.add(), schema=9)


def _spans(request: Any) -> None:
    fill_histogram(request.timeseries[0].histograms.add())
    request.timeseries[0].histograms[0].positive_deltas.append(1)


def _negative(request: Any) -> None:
    fill_histogram(request.timeseries[0].histograms.add())
    request.timeseries[0].histograms[0].positive_deltas[0] = -1


@pytest.mark.parametrize("spoil", [_nameless, _twice, _early, _schema, _spans, _negative])
def test_invalid_samples_are_refused(spoil: Callable[[Any], None]) -> None:
    """One sample that cannot be right refuses its request, as the specification has it."""
    request = first(COUNTER, 7)
    spoil(request)
    with pytest.raises(InvalidInput):
        FIRST.read(Signal.METRICS, snappy(request))


@pytest.mark.parametrize("symbols", [[], ["x"], ["", "a"]])
def test_symbols_that_are_not_there_are_refused(symbols: list[str]) -> None:
    """A reference without its symbol, and a table that does not begin with the empty text, are mistakes of the sender."""
    request = second()
    del request.symbols[:]
    request.symbols.extend(symbols)
    with pytest.raises(InvalidInput):
        SECOND.read(Signal.METRICS, snappy(request))


def test_what_is_not_compressed_as_it_should_be_is_refused() -> None:
    """Garbage is no block, and one that says that it is large is not even begun."""
    for body in (b"", b"\xff" * 20, first(COUNTER, 7).SerializeToString(), snappy(first(COUNTER, 7))[:-5]):
        with pytest.raises(InvalidInput):
            FIRST.read(Signal.METRICS, body)
    with pytest.raises(TooLarge):
        FIRST.read(Signal.METRICS, b"\xff\xff\xff\xff\x0f" + bytes(cramjam.snappy.compress_raw(b"a"))[1:])
