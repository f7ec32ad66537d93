"""Pages as targets make them, in each format."""

from __future__ import annotations

from typing import Any

from google.protobuf.internal.encoder import _VarintBytes  # type: ignore[attr-defined]
from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, Info, Summary
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from tests.receivers.prometheus.samples import TRACE

from assay.receivers.prometheus.protobuf_page import METRIC_FAMILY

SECONDS = 1_791_454_330
PROTOBUF = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
CLASSIC = "text/plain; version=0.0.4"


def registry() -> CollectorRegistry:
    """A registry with a metric of each kind, as services have them."""
    made = CollectorRegistry()
    orders = Counter("orders", "Orders.", ["kind"], registry=made)
    orders.labels("new").inc(3, {"trace_id": TRACE, "user": "7"})
    latency = Histogram("latency", "Time.", unit="seconds", buckets=(0.1, 1), registry=made)
    for value in (0.05, 0.5, 5):
        latency.observe(value)
    Gauge("fill", "How full it is.", registry=made).set(0.5)
    Summary("size", "Sizes.", registry=made).observe(3)
    Info("target", "The process.", registry=made).info({"service_version": "1.2"})
    Enum("state", "State.", states=["on", "off"], registry=made).state("on")
    return made


def protobuf_page() -> bytes:
    """A page of client_golang's kind: a counter, a classic histogram and a native one, a summary and a gauge with a time."""
    counter = METRIC_FAMILY(name="orders_total", help="Orders.", type=0)
    metric = counter.metric.add()
    metric.label.add(name="kind", value="new")
    metric.counter.value, metric.counter.created.seconds = 3, SECONDS - 60
    exemplar = metric.counter.exemplar
    exemplar.value, exemplar.timestamp.seconds = 1, SECONDS
    exemplar.label.add(name="trace_id", value=TRACE)
    classic = METRIC_FAMILY(name="latency_seconds", help="Time.", type=4, unit="seconds")
    histogram = classic.metric.add().histogram
    histogram.sample_count, histogram.sample_sum = 3, 5.55
    for bound, count in ((0.1, 1), (1, 2)):
        histogram.bucket.add(upper_bound=bound, cumulative_count=count)
    native = METRIC_FAMILY(name="native_seconds", type=4)
    histogram = native.metric.add().histogram
    histogram.sample_count, histogram.sample_sum, histogram.schema = 6, 3.5, 2
    histogram.zero_threshold, histogram.zero_count = 1e-3, 1
    histogram.positive_span.add(offset=-2, length=2)
    histogram.positive_span.add(offset=3, length=1)
    histogram.positive_delta.extend([1, 1, 0])
    summary = METRIC_FAMILY(name="size", type=2)
    found = summary.metric.add().summary
    found.sample_count, found.sample_sum = 1, 3
    found.quantile.add(quantile=0.5, value=3)
    gauge = METRIC_FAMILY(name="fill", type=1)
    metric = gauge.metric.add(timestamp_ms=SECONDS * 1000)
    metric.gauge.value = 0.5
    return delimited(counter, classic, native, summary, gauge)


def delimited(*families: Any) -> bytes:
    return b"".join(_VarintBytes(family.ByteSize()) + family.SerializeToString() for family in families)


CLASSIC_PAGE = generate_latest(registry())
OPENMETRICS_PAGE: bytes = generate_openmetrics(registry())  # type: ignore[no-untyped-call] # it has no types
NATIVE_PAGE = b"""# TYPE native histogram
native {count:6,sum:3.5,schema:2,zero_threshold:0.001,zero_count:1,positive_spans:[0:2,3:1],positive_deltas:[1,1,0]}
# EOF
"""
