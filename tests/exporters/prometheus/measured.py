"""Metrics in few words, and what a scrape of them says."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    Exemplar,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
    Summary,
    SummaryDataPoint,
)
from prometheus_client import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_classic
from tests.otlp_requests import attributes

_TEMPORALITY = {
    True: AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA,
    False: AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE,
}
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
TRACE = bytes.fromhex("0af7651916cd43dd8448eb211c80319c")
Samples: TypeAlias = dict[tuple[str, frozenset[tuple[str, str]]], float]


def gauge(name: str, value: float, unit: str = "", values: Mapping[str, Any] | None = None, **more: Any) -> Metric:
    point = NumberDataPoint(as_double=value, attributes=attributes(values or {}), **{"time_unix_nano": time.time_ns(), **more})
    return Metric(name=name, unit=unit, gauge=Gauge(data_points=[point]))


def counter(name: str, value: int, unit: str = "", *, monotonic: bool = True, delta: bool = False, **more: Any) -> Metric:
    point = NumberDataPoint(
        as_int=value,
        exemplars=[_exemplar(float(value))],
        **{"time_unix_nano": time.time_ns(), "start_time_unix_nano": 1, **more},
    )
    return Metric(
        name=name, unit=unit, sum=Sum(data_points=[point], is_monotonic=monotonic, aggregation_temporality=_temporality(delta))
    )


def histogram(name: str, unit: str = "s", *, delta: bool = False, **more: Any) -> Metric:
    point = HistogramDataPoint(
        count=4, sum=2.5, explicit_bounds=[0.1, 1], bucket_counts=[1, 2, 1], exemplars=[_exemplar(0.5)],
        **{"time_unix_nano": time.time_ns(), "start_time_unix_nano": 1, **more},
    )  # fmt: skip
    return Metric(name=name, unit=unit, histogram=Histogram(data_points=[point], aggregation_temporality=_temporality(delta)))


def exponential(name: str, *, delta: bool = False, **more: Any) -> Metric:
    given: dict[str, Any] = {
        "count": 7, "sum": 20.0, "scale": 1, "zero_count": 1, "positive": {"offset": -2, "bucket_counts": [1, 0, 2, 3]},
        "time_unix_nano": time.time_ns(), "start_time_unix_nano": 1, **more,
    }  # fmt: skip
    made = ExponentialHistogram(
        data_points=[ExponentialHistogramDataPoint(**given)], aggregation_temporality=_temporality(delta)
    )
    return Metric(name=name, exponential_histogram=made)


def summary(name: str) -> Metric:
    middle = SummaryDataPoint.ValueAtQuantile(quantile=0.5, value=2)
    point = SummaryDataPoint(count=3, sum=6, quantile_values=[middle], time_unix_nano=time.time_ns())
    return Metric(name=name, summary=Summary(data_points=[point]))


def _temporality(delta: bool) -> AggregationTemporality.ValueType:
    if delta:
        return AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
    return AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE


def _exemplar(value: float) -> Exemplar:
    return Exemplar(as_double=value, trace_id=TRACE, span_id=b"\1" * 8, time_unix_nano=1_700_000_000_000_000_000)


def scrape(port: int, form: str = OPENMETRICS) -> list[Family]:
    """Read the page of an endpoint with the parser of the format."""
    answer = httpx.get(f"http://127.0.0.1:{port}/metrics", headers={"accept": form})
    answer.raise_for_status()
    openmetrics = answer.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics == (form == OPENMETRICS)
    return list((parse_openmetrics if openmetrics else parse_classic)(answer.text))


def samples(families: list[Family], *without: str) -> Samples:
    """Return what is said, by name and labels; `without` are labels that are left out."""
    found: Samples = {}
    for sample in (sample for family in families for sample in family.samples):
        labels = frozenset((name, value) for name, value in sample.labels.items() if name not in without)
        found[sample.name, labels] = sample.value
    return found


def key(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())
