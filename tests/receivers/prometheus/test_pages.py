"""Pages in each format, and the points that they become."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import generate_latest
from tests.receivers.conftest import read
from tests.receivers.prometheus.pages import (
    CLASSIC,
    CLASSIC_PAGE,
    NATIVE_PAGE,
    OPENMETRICS,
    OPENMETRICS_PAGE,
    PROTOBUF,
    SECONDS,
    delimited,
    protobuf_page,
)
from tests.receivers.prometheus.samples import TRACE

from assay.core.config import ScrapeJob
from assay.core.errors import InvalidInput, TooLarge
from assay.receivers.prometheus.points import make_buckets
from assay.receivers.prometheus.protobuf_page import METRIC_FAMILY
from assay.receivers.prometheus.scraper import read_page
from assay.receivers.prometheus.target import Scrape, Target

AT = 1_791_454_331_000_000_000


def convert(media_type: str, page: bytes) -> dict[str, Any]:
    """Give each metric of a page in OTLP by its name."""
    target = Target("orders", ScrapeJob(targets=["127.0.0.1:9090"]), "127.0.0.1:9090")
    found = target.convert(Scrape(AT, 0.5, read_page(media_type, page, 1_000)))
    message = ExportMetricsServiceRequest.FromString(found.request)
    return {
        metric.name: metric for group in message.resource_metrics for scope in group.scope_metrics for metric in scope.metrics
    }


@pytest.mark.parametrize(
    ("media_type", "page"), [(CLASSIC, CLASSIC_PAGE), (OPENMETRICS, OPENMETRICS_PAGE), (PROTOBUF, protobuf_page())]
)
def test_each_format_gives_the_same_kinds(media_type: str, page: bytes) -> None:
    """Counters are monotonic sums under their own names, histograms and summaries are whole, gauges are gauges."""
    found = convert(media_type, page)
    [orders] = found["orders_total"].sum.data_points
    assert (orders.as_double, read(orders.attributes), found["orders_total"].sum.is_monotonic) == (3, {"kind": "new"}, True)
    [latency] = found["latency_seconds"].histogram.data_points
    assert (latency.count, latency.sum, list(latency.explicit_bounds), list(latency.bucket_counts)) == (
        3,
        5.55,
        [0.1, 1],
        [1, 1, 1],
    )
    [size] = found["size"].summary.data_points
    assert (size.count, size.sum) == (1, 3)
    assert found["fill"].gauge.data_points[0].as_double == 0.5
    assert (found["orders_total"].description, found["orders_total"].sum.aggregation_temporality) == ("Orders.", 2)
    assert "target_info" not in found


@pytest.mark.parametrize(("media_type", "page"), [(OPENMETRICS, OPENMETRICS_PAGE), (PROTOBUF, protobuf_page())])
def test_starts_units_and_exemplars(media_type: str, page: bytes) -> None:
    """Formats that tell when a counter began, the unit and an exemplar have them kept."""
    found = convert(media_type, page)
    [orders] = found["orders_total"].sum.data_points
    assert orders.start_time_unix_nano > 0
    [exemplar] = orders.exemplars
    assert (exemplar.trace_id.hex(), exemplar.time_unix_nano > 0) == (TRACE, True)
    assert found["latency_seconds"].unit == "s"


def test_info_and_state_are_sums_that_may_fall() -> None:
    """What OpenMetrics calls info and state sets are non-monotonic sums, as the specification has it."""
    state = convert(OPENMETRICS, OPENMETRICS_PAGE)["state"]
    assert state.sum.is_monotonic is False
    assert {read(point.attributes)["state"]: point.as_double for point in state.sum.data_points} == {"on": 1, "off": 0}


@pytest.mark.parametrize(
    ("media_type", "page", "name", "offset"),
    [(PROTOBUF, protobuf_page(), "native_seconds", -3), (OPENMETRICS, NATIVE_PAGE, "native", -1)],
)
def test_native_histograms_are_exponential(media_type: str, page: bytes, name: str, offset: int) -> None:
    """Native histograms keep their buckets, in protobuf and in the text form that is being proposed."""
    [point] = convert(media_type, page)[name].exponential_histogram.data_points
    assert (point.count, point.sum, point.scale, point.zero_count) == (6, 3.5, 2, 1)
    assert (point.positive.offset, list(point.positive.bucket_counts)) == (offset, [1, 2, 0, 0, 0, 2])


def test_a_point_may_tell_its_own_time() -> None:
    """A time on the page wins over that of the scrape."""
    found = convert(PROTOBUF, protobuf_page())
    assert found["fill"].gauge.data_points[0].time_unix_nano == SECONDS * 10**9
    assert found["size"].summary.data_points[0].time_unix_nano == AT


@given(st.dictionaries(st.text(min_size=1, max_size=8).filter(str.isprintable), st.floats(allow_nan=False), max_size=5))
def test_any_value_and_label_of_a_classic_page_survives(series: dict[str, float]) -> None:
    """Whatever a label says, quotes and backslashes too, and whatever number a gauge has, is found in OTLP."""
    registry = CollectorRegistry()
    gauge = Gauge("fill", "x", ["place"], registry=registry)
    for place, value in series.items():
        gauge.labels(place).set(value)
    found = convert(CLASSIC, generate_latest(registry)).get("fill")
    points = found.gauge.data_points if found else []
    assert {read(point.attributes)["place"]: point.as_double for point in points} == series


@given(st.dictionaries(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 1000), max_size=8))
def test_buckets_of_classic_histograms_add_up(counts: dict[float, int]) -> None:
    """Counts of single buckets add up to the count, and each bound keeps what is below it."""
    pairs = sorted(counts.items())
    cumulative, total = [], 0
    for bound, count in pairs:
        total += count
        cumulative.append((bound, float(total)))
    made = make_buckets([*reversed(cumulative), (inf, total + 5.0)], total + 5.0, 1.0)
    assert made.count == total + 5
    assert list(made.bounds) == [bound for bound, _ in pairs]
    assert list(made.counts) == [*(count for _, count in pairs), 5]


@pytest.mark.parametrize(
    ("media_type", "page"),
    [
        (CLASSIC, b"a b c d"),
        (CLASSIC, b"\xff\xfe"),
        (CLASSIC, b'# TYPE a histogram\na_bucket{le="x"} 1\n'),
        (CLASSIC, b'# TYPE a histogram\na_bucket{le="1"} -1\n'),
        (OPENMETRICS, b"a 1\n"),
        (OPENMETRICS, b""),
        (PROTOBUF, b"\x05\x00"),
        (PROTOBUF, b"\x80" * 20),
        (PROTOBUF, b"\x02\xff\xff"),
        (PROTOBUF, delimited(METRIC_FAMILY(name="a", type=1, metric=[{"timestamp_ms": -1}]))),
    ],
)
def test_what_is_no_page_is_refused(media_type: str, page: bytes) -> None:
    """Garbage, cut off pages and numbers that cannot be are mistakes of the target."""
    with pytest.raises(InvalidInput):
        read_page(media_type, page, 1_000)


many: Callable[[int], bytes] = lambda count: b"".join(b"a%d 1\n" % number for number in range(count))  # noqa: E731 - a page of n samples


@pytest.mark.parametrize(
    ("media_type", "page"),
    [
        (CLASSIC, many(101)),
        (CLASSIC, b"\n" * 100_000),
        (OPENMETRICS, many(101) + b"# EOF\n"),
        (PROTOBUF, delimited(METRIC_FAMILY(name="a", type=1, metric=[{}] * 101))),
    ],
)
def test_pages_with_too_many_samples_are_refused(media_type: str, page: bytes) -> None:
    """A page over the limit of its job is not taken, however small it is."""
    with pytest.raises(TooLarge):
        read_page(media_type, page, 100)
