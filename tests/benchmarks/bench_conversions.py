"""Measure what it costs to turn requests of older protocols into OTLP: spans or points per second of CPU time.

Run it with `python -m tests.benchmarks.bench_conversions`. Requests have 100 spans with ten attributes each. The limit that the
ratio is taken of is the least that any conversion does: parsing the finished request once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from time import process_time
from typing import Any

from tests.receivers.jaeger.samples import POSTED, call, encode, thrift_batch, thrift_span, thrift_tags
from tests.receivers.prometheus.pages import CLASSIC, delimited
from tests.receivers.prometheus.pages import PROTOBUF as PAGE_PROTOBUF
from tests.receivers.prometheus.samples import snappy

from assay.core.config import ScrapeJob
from assay.core.remote_write import WriteRequest
from assay.core.signals import Signal
from assay.receivers.inspection import OTLP, Format, Inspected
from assay.receivers.jaeger.batch import COMPACT_DATAGRAM, POST_SPANS, PROTOBUF, THRIFT
from assay.receivers.prometheus.protobuf_page import METRIC_FAMILY
from assay.receivers.prometheus.remote_write import FIRST
from assay.receivers.prometheus.scraper import read_page
from assay.receivers.prometheus.target import Scrape, Target
from assay.receivers.thrift_reading import COMPACT
from assay.receivers.zipkin import v2
from assay.receivers.zipkin.v1 import JSON_V1
from assay.receivers.zipkin.v2 import JSON_V2, PROTOBUF_V2

ITEMS = 100
SECONDS = 0.5
START = 1_764_000_000_000_000

_TAGS = {f"http.attribute.{index}": f"value-{index}-xxxxxxxx" if index % 3 else str(index) for index in range(10)}


def zipkin_v2() -> bytes:
    return json.dumps(
        [
            {
                "traceId": f"{number + 1:032x}",
                "id": f"{number + 1:016x}",
                "parentId": f"{number + 2:016x}",
                "kind": "SERVER",
                "name": "get /orders",
                "timestamp": START + number,
                "duration": 1_000,
                "localEndpoint": {"serviceName": "orders", "ipv4": "10.0.0.1", "port": 80},
                "tags": _TAGS,
            }
            for number in range(ITEMS)
        ]
    ).encode()


def zipkin_v1() -> bytes:
    endpoint = {"serviceName": "orders", "ipv4": "10.0.0.1", "port": 80}
    return json.dumps(
        [
            {
                "traceId": f"{number + 1:032x}",
                "id": f"{number + 1:016x}",
                "name": "get /orders",
                "timestamp": START + number,
                "duration": 1_000,
                "annotations": [
                    {"timestamp": START + number, "value": "sr", "endpoint": endpoint},
                    {"timestamp": START + number + 1_000, "value": "ss", "endpoint": endpoint},
                ],
                "binaryAnnotations": [{"key": key, "value": value, "endpoint": endpoint} for key, value in _TAGS.items()],
            }
            for number in range(ITEMS)
        ]
    ).encode()


def zipkin_protobuf() -> bytes:
    request: Any = v2._SPANS()
    for number in range(ITEMS):
        span = request.spans.add(
            trace_id=(number + 1).to_bytes(16, "big"),
            id=(number + 1).to_bytes(8, "big"),
            kind=2,
            name="get /orders",
            timestamp=START + number,
            duration=1_000,
        )
        span.local_endpoint.service_name = "orders"
        for key, value in _TAGS.items():
            span.tags.add(key=key, value=value)
    return bytes(request.SerializeToString())


def jaeger_thrift() -> Any:
    tags = thrift_tags({key: int(value) if value.isdigit() else value for key, value in _TAGS.items()})
    spans = [thrift_span(spanId=number + 1, references=None, logs=None, tags=tags) for number in range(ITEMS)]
    return thrift_batch(*spans)


def jaeger_protobuf() -> bytes:
    request = POST_SPANS.FromString(POSTED[0])
    [span] = request.batch.spans
    for field in ("references", "logs", "tags"):
        span.ClearField(field)
    for key, value in _TAGS.items():
        span.tags.add(key=key, v_str=value)
    request.batch.spans.extend([span] * (ITEMS - 1))
    return bytes(request.SerializeToString())


def remote_write(labels: int) -> bytes:
    request = WriteRequest()
    for number in range(ITEMS):
        series = request.timeseries.add()
        told = {"__name__": "http_requests_total", "instance": "10.0.0.1:80", "job": "shop/orders", "n": str(number)}
        for name, value in [*told.items(), *_TAGS.items()][:labels]:
            series.labels.add(name=name, value=value)
        series.samples.add(value=number / 7, timestamp=START // 1000)
    return snappy(request)


def text_page() -> bytes:
    labels = ",".join(f'{key.replace(".", "_")}="{value}"' for key, value in _TAGS.items())
    lines = [f'orders_total{{n="{number}",{labels}}} {number}' for number in range(ITEMS)]
    return "\n".join(["# TYPE orders_total counter", *lines, ""]).encode()


def protobuf_page() -> bytes:
    family = METRIC_FAMILY(name="orders_total", type=0)
    for number in range(ITEMS):
        metric = family.metric.add()
        metric.counter.value = number
        for key, value in {"n": str(number), **_TAGS}.items():
            metric.label.add(name=key, value=value)
    return delimited(family)


def read_text_page(_signal: Signal, body: bytes) -> Inspected:
    return _scrape(CLASSIC, body)


def read_protobuf_page(_signal: Signal, body: bytes) -> Inspected:
    return _scrape(PAGE_PROTOBUF, body)


def _scrape(media_type: str, body: bytes) -> Inspected:
    return _TARGET.convert(Scrape(START * 1000, 0.1, read_page(media_type, body, ITEMS)))


_TARGET = Target("orders", ScrapeJob(targets=["10.0.0.1:80"]), "10.0.0.1:80")

REQUESTS: Mapping[str, tuple[Signal, Format, Callable[[], bytes]]] = {
    "Zipkin v2, JSON": (Signal.TRACES, JSON_V2, zipkin_v2),
    "Zipkin v2, protobuf": (Signal.TRACES, PROTOBUF_V2, zipkin_protobuf),
    "Zipkin v1, JSON": (Signal.TRACES, JSON_V1, zipkin_v1),
    "Jaeger, Thrift over HTTP": (Signal.TRACES, THRIFT, lambda: encode(jaeger_thrift())),
    "Jaeger, compact": (Signal.TRACES, COMPACT_DATAGRAM, lambda: call(jaeger_thrift(), COMPACT)),
    "Jaeger, gRPC": (Signal.TRACES, PROTOBUF, jaeger_protobuf),
    "Remote write 1.0": (Signal.METRICS, FIRST, lambda: remote_write(10)),
    "Page, classic text": (Signal.METRICS, Format(read_text_page, 0), text_page),
    "Page, protobuf": (Signal.METRICS, Format(read_protobuf_page, 0), protobuf_page),
}


def rate(form: Format, signal: Signal, body: bytes) -> float:
    """Return how many items a second of CPU time reads."""
    rounds = 0
    start = process_time()
    while process_time() - start < SECONDS:
        form.read(signal, body)
        rounds += 1
    return rounds * ITEMS / (process_time() - start)


def main() -> None:
    for name, (signal, form, build) in REQUESTS.items():
        body = build()
        limit = rate(OTLP, signal, form.read(signal, body).request)
        found = rate(form, signal, body)
        size = len(body) / ITEMS
        print(f"{name:<24} {found:>9,.0f} items/s, {size:.0f} bytes each, {found / limit:.1%} of reading them as OTLP")


if __name__ == "__main__":
    main()
