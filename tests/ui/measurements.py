"""What the services of the shop measured in their hour: one metric of each kind, made of their spans where it can be."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import ceil, log2, sin
from typing import Any

from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.otlp_requests import SECOND, attributes

CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
DELTA = AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
MINUTE = 60 * SECOND
MINUTES = 60
POOLS = 14
_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5]
_SCALE = 3
_SERVER, _CLIENT = 2, 3


def measure(spans: Mapping[tuple[str, str], Iterable[Span]], end_ns: int, deployed_ns: int) -> list[tuple[str, list[Metric]]]:
    """Return the metrics of each service; `orders` began anew at `deployed_ns`."""
    begin = end_ns - MINUTES * MINUTE
    of_service: dict[str, list[Span]] = defaultdict(list)
    for (service, _), some in spans.items():
        of_service[service] += some
    servers = {name: [span for span in some if span.kind == _SERVER] for name, some in of_service.items()}
    clients = [span for span in of_service["orders"] if span.kind == _CLIENT]
    return [
        ("storefront", [_durations(servers["storefront"], begin), _memory(begin, 180)]),
        (
            "orders",
            [
                _durations(servers["orders"], begin),
                _placed(servers["orders"], begin, deployed_ns),
                _calls(clients, begin),
                _memory(begin, 260),
                _pools(begin),
            ],
        ),
        ("mailer", [_pauses(begin)]),
    ]


def _minutes(begin: int) -> Iterable[int]:
    return range(begin + MINUTE, begin + MINUTES * MINUTE + 1, MINUTE)


def _durations(spans: list[Span], begin: int) -> Metric:
    made = Metric(name="http.server.request.duration", unit="s", description="Duration of HTTP server requests.")
    made.histogram.aggregation_temporality = CUMULATIVE
    by_status: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_status["500" if span.status.code else "201"].append(span)
    for status, some in by_status.items():
        labels = attributes({"http.request.method": "POST", "http.response.status_code": int(status), "http.route": "/orders"})
        counts, total = [0] * (len(_BOUNDS) + 1), 0.0
        for minute in _minutes(begin):
            new = [span for span in some if minute - MINUTE <= span.end_time_unix_nano < minute]
            seconds = [(span.end_time_unix_nano - span.start_time_unix_nano) / SECOND for span in new]
            for each in seconds:
                counts[bisect_left(_BOUNDS, each)] += 1
            total += sum(seconds)
            point = made.histogram.data_points.add(
                start_time_unix_nano=begin, time_unix_nano=minute, count=sum(counts), sum=total,
                bucket_counts=counts, explicit_bounds=_BOUNDS, attributes=labels,
            )  # fmt: skip
            if new:
                slowest, span = max(zip(seconds, new, strict=True), key=lambda each: each[0])
                point.exemplars.add(
                    time_unix_nano=span.end_time_unix_nano, as_double=slowest, trace_id=span.trace_id, span_id=span.span_id
                )
    return made


def _placed(spans: list[Span], begin: int, deployed_ns: int) -> Metric:
    """A counter that begins anew with the deployment."""
    made = Metric(name="orders.placed", unit="{order}", description="Orders that were accepted.")
    made.sum.aggregation_temporality, made.sum.is_monotonic = CUMULATIVE, True
    for minute in _minutes(begin):
        since = begin if minute < deployed_ns else deployed_ns
        count = sum(since <= span.end_time_unix_nano < minute and not span.status.code for span in spans)
        made.sum.data_points.add(start_time_unix_nano=since, time_unix_nano=minute, as_int=count)
    return made


def _calls(spans: list[Span], begin: int) -> Metric:
    made = Metric(name="rpc.client.duration", unit="ms", description="Duration of calls to other services.")
    made.exponential_histogram.aggregation_temporality = DELTA
    for minute in _minutes(begin):
        lengths = [
            (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6
            for span in spans
            if minute - MINUTE <= span.end_time_unix_nano < minute
        ]
        if not lengths:
            continue
        places = [ceil(log2(each) * 2**_SCALE) - 1 for each in lengths]
        point = made.exponential_histogram.data_points.add(
            start_time_unix_nano=minute - MINUTE, time_unix_nano=minute, count=len(lengths), sum=sum(lengths), scale=_SCALE
        )
        point.positive.offset = min(places)
        point.positive.bucket_counts.extend(places.count(place) for place in range(min(places), max(places) + 1))
    return made


def _memory(begin: int, mebibytes: int) -> Metric:
    made = Metric(name="process.memory.usage", unit="By", description="The amount of physical memory in use.")
    made.sum.aggregation_temporality = CUMULATIVE
    for number, minute in enumerate(_minutes(begin)):
        used = int((mebibytes + 20 * sin(number / 5)) * 2**20)
        made.sum.data_points.add(start_time_unix_nano=begin, time_unix_nano=minute, as_int=used)
    return made


def _pools(begin: int) -> Metric:
    """More series than are drawn at once."""
    made = Metric(name="db.client.connection.count", unit="{connection}", description="Connections in use.")
    for number, minute in enumerate(_minutes(begin)):
        for pool in range(POOLS if number % 5 == 0 else 0):
            labels: dict[str, Any] = {"db.client.connection.pool.name": f"pool-{pool:02}"}
            made.gauge.data_points.add(time_unix_nano=minute, as_int=pool + number % 3, attributes=attributes(labels))
    return made


def _pauses(begin: int) -> Metric:
    made = Metric(name="gc.pause", unit="s", description="Pauses of the garbage collector.")
    for number, minute in enumerate(_minutes(begin)):
        point = made.summary.data_points.add(start_time_unix_nano=begin, time_unix_nano=minute, count=number, sum=number / 100)
        for quantile, value in ((0.5, 0.008), (0.99, 0.03 + 0.01 * sin(number / 9))):
            point.quantile_values.add(quantile=quantile, value=value)
    return made
