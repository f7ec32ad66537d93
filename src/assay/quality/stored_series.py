"""The guidelines' metrics of delivery as metrics in the store: queried, exported and alerted on like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE, Metric

from assay import __version__
from assay.core import registry
from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.exposition import BOUNDS, labels_of, read_series

SCOPE = "assay.delivery"
"""The view that concludes events from counters of services knows ours by it (store/schema/0095_whose_event_points.sql)."""

_EVERY_NS = 60 * 1_000_000_000
_REMEMBERED_NS = 35 * 86_400 * 1_000_000_000
_STARTED = "SELECT toUnixTimestamp(min(applied_at)) * 1000000000 AS start_ns FROM assay_migrations"

_Key = tuple[str, tuple[tuple[str, str], ...]]


class StoredSeries:
    """Writes all series once a minute, through the door that everybody's metrics come through; one thread may call.

    Counters and histograms are cumulative since the store was made, so what is written again, after a crash or by a
    retry, counts nothing twice. They go on from what the store has of them and do not fall: readers would take a smaller
    value for a counter that has begun again. What a correction takes back is a pause in a counter, and at once in /metrics.
    """

    def __init__(self, engine: Engine, send: Callable[[bytes], None], clock: Callable[[], int], link_seconds: int) -> None:
        """Know where to write: `send` takes an OTLP request of metrics; see `dora.Question` for `link_seconds`."""
        self._engine = engine
        self._send = send
        self._clock = clock
        self._link_seconds = link_seconds
        self._reached: dict[_Key, list[float]] | None = None
        self._last_ns = 0
        self._start_ns = 0

    def write(self) -> bool:
        """Write the points of this minute, from the facts as they are; return whether there was something new to write.

        Raises:
            Retryable: nothing was written, or perhaps was and is written again.
        """
        now = self._clock()
        minute = now // _EVERY_NS * _EVERY_NS
        reached = self._remember(now)
        if minute <= self._last_ns:
            return False
        rows = read_series(self._engine, now, self._link_seconds)
        if rows:
            grown = {_key(row): _grown(row, reached.get(_key(row), ())) for row in rows}
            self._send(_encode(rows, grown, self._start_ns, minute))
            self._reached, self._last_ns = reached | grown, minute
        return bool(rows)

    def _remember(self, now: int) -> dict[_Key, list[float]]:
        if self._reached is None:
            rows = self._engine.query(load("assay.quality.series", "reached"), {"since": max(0, now - _REMEMBERED_NS)}).dicts()
            self._start_ns = int(self._engine.query(_STARTED).dicts()[0]["start_ns"])
            self._last_ns = max((int(row["last_ns"]) for row in rows), default=0)
            self._reached = {
                (row["name"], tuple(sorted(zip(row["keys"], row["texts"], strict=True)))): row["reached"] for row in rows
            }
        return self._reached


def _key(row: Mapping[str, Any]) -> _Key:
    return row["name"], tuple(sorted(labels_of(row).items()))


def _grown(row: Mapping[str, Any], before: Sequence[float]) -> list[float]:
    if "at_most" in row:
        counts = [0, *row["at_most"], row["n"]]
        now = [*(float(upper - lower) for lower, upper in pairwise(counts)), row["total"]]
    else:
        now = [row["value"]]
    if len(before) != len(now) or registry.load().metrics[row["name"]].instrument == "gauge":
        return now
    return [max(pair) for pair in zip(now, before, strict=True)]


def _encode(rows: Sequence[Mapping[str, Any]], values: Mapping[_Key, list[float]], start_ns: int, time_ns: int) -> bytes:
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    group.resource.attributes.add(key="service.name").value.string_value = "assay"
    scope = group.scope_metrics.add()
    scope.scope.name, scope.scope.version = SCOPE, __version__
    metrics: dict[str, Metric] = {}
    for row in rows:
        name = row["name"]
        if name not in metrics:
            known = registry.load().metrics[name]
            metrics[name] = scope.metrics.add(name=name, description=known.brief, unit=known.unit)
        point = _add_point(metrics[name], values[_key(row)])
        point.time_unix_nano = time_ns
        if metrics[name].WhichOneof("data") != "gauge":
            point.start_time_unix_nano = start_ns
        for label, text in labels_of(row).items():
            point.attributes.add(key=label).value.string_value = text
    return bytes(request.SerializeToString())


def _add_point(metric: Metric, values: Sequence[float]) -> Any:
    instrument = registry.load().metrics[metric.name].instrument
    if instrument == "histogram":
        metric.histogram.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
        buckets = [int(value) for value in values[:-1]]
        return metric.histogram.data_points.add(
            count=sum(buckets), sum=values[-1], bucket_counts=buckets, explicit_bounds=BOUNDS
        )
    if instrument == "gauge":
        return metric.gauge.data_points.add(as_double=values[0])
    metric.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    metric.sum.is_monotonic = True
    return metric.sum.data_points.add(as_double=values[0])
