"""Pages in Prometheus' protobuf format: messages of one metric family each, with their lengths before them.

It is the one format with native histograms, and the quickest to read (prometheus/client_model, metrics.proto).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assay.core.errors import InvalidInput
from assay.core.messages import define
from assay.receivers.inspection import parse
from assay.receivers.prometheus.metric_request import Kind
from assay.receivers.prometheus.native import CUSTOM_SCHEMA, read_side
from assay.receivers.prometheus.points import Exemplar, Family, Native, Point, Quantiles, make_buckets, to_count
from assay.receivers.prometheus.text_page import too_many

_MESSAGES = define(
    "io.prometheus.client",
    {
        "LabelPair": "1 string name, 2 string value",
        "Moment": "1 int64 seconds, 2 int32 nanos",
        "Number": "1 double value",
        "Counter": "1 double value, 2 Exemplar exemplar, 3 Moment created",
        "Quantile": "1 double quantile, 2 double value",
        "Summary": "1 uint64 sample_count, 2 double sample_sum, 3 Quantile* quantile, 4 Moment created",
        "Exemplar": "1 LabelPair* label, 2 double value, 3 Moment timestamp",
        "Bucket": "1 uint64 cumulative_count, 2 double upper_bound, 3 Exemplar exemplar, 4 double cumulative_count_float",
        "BucketSpan": "1 sint32 offset, 2 uint32 length",
        "Histogram": """1 uint64 sample_count, 2 double sample_sum, 3 Bucket* bucket, 4 double sample_count_float,
            5 sint32 schema, 6 double zero_threshold, 7 uint64 zero_count, 8 double zero_count_float,
            9 BucketSpan* negative_span, 10 sint64* negative_delta, 11 double* negative_count,
            12 BucketSpan* positive_span, 13 sint64* positive_delta, 14 double* positive_count, 15 Moment created,
            16 Exemplar* exemplars""",
        "Metric": """1 LabelPair* label, 2 Number gauge, 3 Counter counter, 4 Summary summary, 5 Number untyped,
            6 int64 timestamp_ms, 7 Histogram histogram""",
        "MetricFamily": "1 string name, 2 string help, 3 int32 type, 4 Metric* metric, 5 string unit",
    },
)
METRIC_FAMILY = _MESSAGES["MetricFamily"]
_KINDS: dict[int, tuple[Kind, str]] = {
    0: ("counter", "counter"),
    1: ("gauge", "gauge"),
    2: ("summary", "summary"),
    4: ("histogram", "histogram"),
    5: ("histogram", "histogram"),
}
_MILLISECOND = 1_000_000
_SECOND = 1_000_000_000
_MAX_NANOSECONDS = (1 << 64) - 1


def read_protobuf(body: bytes, max_samples: int) -> list[Point]:
    """Read a page.

    Raises:
        InvalidInput: it is none.
        TooLarge: it has more points than samples are allowed.
    """
    points: list[Point] = []
    for message in _messages(body):
        family = parse(METRIC_FAMILY, message)
        if len(points) + len(family.metric) > max_samples:
            raise too_many(max_samples)
        points += _read_family(family)
    return points


def _messages(body: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(body):
        length = shift = 0
        while True:
            if place >= len(body) or shift > 28:
                raise _bad("a length is cut off")
            byte = body[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if place + length > len(body):
            raise _bad("it is cut off")
        yield body[place : place + length]
        place += length


def _read_family(family: Any) -> Iterator[Point]:
    kind, member = _KINDS.get(family.type, ("gauge", "untyped"))
    described = Family(family.name, kind, family.unit, family.help)
    for metric in family.metric:
        labels = {pair.name: pair.value for pair in metric.label}
        value = getattr(metric, member)
        point = Point(described, labels, 0.0, _nanoseconds(metric.timestamp_ms * _MILLISECOND))
        if kind == "gauge":
            point.value = value.value
        else:
            point.start_ns = _moment(value.created)
            if kind == "counter":
                point.value = value.value
                point.exemplars = [_exemplar(value.exemplar)] if value.HasField("exemplar") else []
            elif kind == "summary":
                quantiles = [(found.quantile, found.value) for found in value.quantile]
                point.value = Quantiles(value.sample_count, value.sample_sum, quantiles)
            else:
                _read_histogram(point, value)
        yield point


def _read_histogram(point: Point, histogram: Any) -> None:
    count = histogram.sample_count_float or histogram.sample_count
    is_native = histogram.schema != 0 or histogram.zero_threshold or histogram.positive_span or histogram.negative_span
    if is_native and histogram.schema != CUSTOM_SCHEMA:
        family = point.family
        point.family = Family(family.name, "exponential", family.unit, family.description)
        positive, negative = (
            read_side([(span.offset, span.length) for span in spans], deltas, counts)
            for spans, deltas, counts in (
                (histogram.positive_span, histogram.positive_delta, histogram.positive_count),
                (histogram.negative_span, histogram.negative_delta, histogram.negative_count),
            )
        )
        zeros = to_count(histogram.zero_count_float or histogram.zero_count)
        total = histogram.sample_sum
        point.value = Native(to_count(count), total, histogram.schema, histogram.zero_threshold, zeros, positive, negative)
    else:
        steps = [(found.upper_bound, found.cumulative_count_float or found.cumulative_count) for found in histogram.bucket]
        point.value = make_buckets(steps, count, histogram.sample_sum)
    found = [bucket.exemplar for bucket in histogram.bucket if bucket.HasField("exemplar")]
    point.exemplars = [_exemplar(exemplar) for exemplar in (*histogram.exemplars, *found)]


def _exemplar(exemplar: Any) -> Exemplar:
    return Exemplar({pair.name: pair.value for pair in exemplar.label}, exemplar.value, _moment(exemplar.timestamp))


def _moment(moment: Any) -> int:
    return _nanoseconds(_SECOND * moment.seconds + moment.nanos)


def _nanoseconds(value: int) -> int:
    if not 0 <= value <= _MAX_NANOSECONDS:
        raise _bad("a time is out of range")
    return int(value)


def _bad(reason: str) -> InvalidInput:
    return InvalidInput("bad_page", f"the page cannot be read: {reason}", "check what makes it")
