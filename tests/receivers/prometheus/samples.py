"""Requests of remote write in both versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cramjam

from assay.core.remote_write import METRIC_TYPES, Request, WriteRequest

AT = 1_791_454_330_000
TRACE = "5982fe77008310cc80f1da5e10147519"

COUNTER = {"__name__": "http_requests_total", "job": "shop/orders", "instance": "10.0.0.1:8080", "method": "GET"}
GAUGE = {"__name__": "queue_fill", "job": "orders", "otel_scope_name": "queues", "otel_scope_version": "1.2"}
LATENCY = {"__name__": "http_request_duration_seconds", "job": "orders"}


def snappy(message: Any) -> bytes:
    return bytes(cramjam.snappy.compress_raw(message.SerializeToString()))


def fill_histogram(histogram: Any, **fields: Any) -> None:
    """Make a native histogram of 6 observations: 1 around 0, 1, 2 and 2 in three buckets on the positive side."""
    values: dict[str, Any] = {
        "count_int": 6,
        "sum": 3.5,
        "schema": 2,
        "zero_threshold": 1e-3,
        "zero_count_int": 1,
        "timestamp": AT,
        **fields,
    }
    for name, value in values.items():
        setattr(histogram, name, value)
    histogram.positive_spans.add(offset=-2, length=2)
    histogram.positive_spans.add(offset=3, length=1)
    histogram.positive_deltas.extend([1, 1, 0])


def first(labels: Mapping[str, str] = COUNTER, *values: float, histogram: bool = False) -> Any:
    """Make a request of version 1.0 with one series."""
    request = WriteRequest()
    series = request.timeseries.add()
    for name, value in sorted(labels.items()):
        series.labels.add(name=name, value=value)
    for number, measured in enumerate(values):
        series.samples.add(value=measured, timestamp=AT + number)
    if histogram:
        fill_histogram(series.histograms.add())
    exemplar = series.exemplars.add(value=0.5, timestamp=AT)
    for name, value in (("trace_id", TRACE), ("user", "7")):
        exemplar.labels.add(name=name, value=value)
    return request


def second() -> Any:
    """Make a request of version 2.0: a counter with a start, a gauge, and histograms with native and with custom buckets."""
    request = Request()
    symbols = [""]

    def place(text: str) -> int:
        if text not in symbols:
            symbols.append(text)
        return symbols.index(text)

    def add(labels: Mapping[str, str], kind: str, unit: str = "") -> Any:
        series = request.timeseries.add()
        series.labels_refs.extend(place(text) for pair in sorted(labels.items()) for text in pair)
        series.metadata.type = METRIC_TYPES[kind]
        series.metadata.unit_ref, series.metadata.help_ref = place(unit), place("What it is.")
        return series

    counter = add(COUNTER, "counter")
    counter.samples.add(value=7, timestamp=AT, start_timestamp=AT - 1000)
    counter.exemplars.add(value=0.5, timestamp=AT, labels_refs=[place("trace_id"), place(TRACE)])
    add(GAUGE, "gauge", "bytes").samples.add(value=0.5, timestamp=AT)
    fill_histogram(add(LATENCY, "histogram", "seconds").histograms.add())
    custom = add({**LATENCY, "__name__": "classic"}, "histogram").histograms.add()
    fill_histogram(custom, schema=-53, zero_count_int=0, count_int=5)
    custom.positive_spans[0].offset = 0
    custom.custom_values.extend([0.1, 0.2, 0.5, 1, 2])
    request.symbols.extend(symbols)
    return request


FIRST = [snappy(first(COUNTER, 7)), snappy(first(LATENCY, histogram=True))]
SECOND = [snappy(second())]


def plain(bodies: list[bytes]) -> list[bytes]:
    """Give requests as they are before compression."""
    return [bytes(cramjam.snappy.decompress_raw(body)) for body in bodies]
