"""Requests of remote write, 1.0 and 2.0, to OTLP.

A classic histogram or summary comes as several series, which senders spread over several requests. So they stay series of their
own: `…_bucket`, `…_count` and `…_sum` are sums, as they were with Prometheus.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cramjam

from assay.core.errors import InvalidInput, TooLarge
from assay.core.remote_write import METRIC_TYPES, Request, WriteRequest
from assay.core.signals import Signal
from assay.receivers.inspection import Format, Inspected, parse
from assay.receivers.prometheus.metric_request import (
    NO_RECORDED_VALUE,
    Kind,
    Labels,
    MetricRequest,
    Resource,
    add_exemplar,
    is_stale,
    job_resource,
    set_value,
)
from assay.receivers.prometheus.native import CUSTOM_SCHEMA, Limit, read_side, to_explicit, to_exponential

MAX_BYTES = 64 << 20
"""Largest request, decompressed."""

_SUMS = ("_total", "_count", "_sum", "_bucket")
_KINDS: dict[int, Kind] = {
    METRIC_TYPES["counter"]: "counter",
    METRIC_TYPES["gauge"]: "gauge",
    METRIC_TYPES["gaugehistogram"]: "gauge",
    METRIC_TYPES["info"]: "info",
    METRIC_TYPES["stateset"]: "info",
}
_MILLISECOND = 1_000_000
_MAX_MILLISECONDS = ((1 << 64) - 1) // _MILLISECOND


def read_first(_signal: Signal, body: bytes) -> Inspected:
    """Read a request of version 1.0, compressed by Snappy."""
    found = _Reading()
    message = parse(WriteRequest, decompress(body))
    if not message.timeseries and not message.metadata:
        raise _bad("it holds nothing of version 1.0")
    for series in message.timeseries:
        exemplars = [({pair.name: pair.value for pair in each.labels}, each) for each in series.exemplars]
        found.add([(pair.name, pair.value) for pair in series.labels], series, exemplars)
    return found.request.inspect()


def read_second(_signal: Signal, body: bytes) -> Inspected:
    """Read a request of version 2.0; its warning is the number of samples, histograms and exemplars, with spaces between."""
    message = parse(Request, decompress(body))
    found = _Reading()
    symbols = message.symbols
    if not symbols or symbols[0]:
        raise _bad("the first symbol is not empty")
    for series in message.timeseries:
        exemplars = [(dict(_look_up(symbols, each.labels_refs)), each) for each in series.exemplars]
        described = series.metadata
        unit, description = (_symbol(symbols, number) for number in (described.unit_ref, described.help_ref))
        found.add(_look_up(symbols, series.labels_refs), series, exemplars, described.type, unit, description)
    return found.request.inspect(f"{found.samples} {found.histograms} {found.exemplars}")


FIRST = Format(read_first, 16 << 10)
SECOND = Format(read_second, 16 << 10)


def decompress(body: bytes) -> bytes:
    """Decompress a block of Snappy.

    Raises:
        TooLarge: it says that it is too large.
        InvalidInput: it is no such block.
    """
    try:
        if cramjam.snappy.decompress_raw_len(body) > MAX_BYTES:
            raise TooLarge("request_too_large", f"the request is larger than {MAX_BYTES} bytes", "send smaller batches")
        return bytes(cramjam.snappy.decompress_raw(body))
    except cramjam.DecompressionError as error:
        raise InvalidInput(
            "bad_compression", f"the body cannot be decompressed: {error}", "send it in Snappy's block format"
        ) from error


class _Reading:
    """A request that is read series by series."""

    def __init__(self) -> None:
        self.request = MetricRequest()
        self.samples = self.histograms = self.exemplars = 0
        self._limit = Limit()

    def add(  # noqa: PLR0917 - a series has that much
        self,
        pairs: Sequence[tuple[str, str]],
        series: Any,
        exemplars: Sequence[tuple[Labels, Any]],
        number: int = 0,
        unit: str = "",
        description: str = "",
    ) -> None:
        """Add the points of one series of either version."""
        labels = dict(pairs)
        name = labels.pop("__name__", "")
        if not name or len(labels) + 1 != len(pairs) or "" in labels:
            raise _bad("a series has no name, or two labels of one name")
        resource = job_resource(labels)
        kind: Kind = _KINDS.get(number) or ("counter" if name.endswith(_SUMS) else "gauge")
        point = None
        created = getattr(series, "created_timestamp", 0)
        for sample in series.samples:
            point = self.request.add(resource, dict(labels), name, kind, unit, description)
            _set_times(point, sample.timestamp, getattr(sample, "start_timestamp", 0) or created)
            set_value(point, sample.value)
        for histogram in series.histograms:
            point = self._add_histogram(histogram, resource, dict(labels), name, unit, description, created)
        for told, exemplar in exemplars if point is not None else ():
            add_exemplar(point, told, exemplar.value, _nanoseconds(exemplar.timestamp))
            self.exemplars += 1
        self.samples += len(series.samples)
        self.histograms += len(series.histograms)

    def _add_histogram(  # noqa: PLR0917 - as above
        self, histogram: Any, resource: Resource, labels: Labels, name: str, unit: str, description: str, created: int
    ) -> Any:
        custom = histogram.schema == CUSTOM_SCHEMA
        point = self.request.add(resource, labels, name, "histogram" if custom else "exponential", unit, description)
        _set_times(point, histogram.timestamp, getattr(histogram, "start_timestamp", 0) or created)
        if is_stale(histogram.sum):
            point.flags = NO_RECORDED_VALUE
            return point
        point.sum = histogram.sum
        point.count = _count(histogram, "count")
        positive, negative = (
            read_side([(span.offset, span.length) for span in spans], deltas, counts)
            for spans, deltas, counts in (
                (histogram.positive_spans, histogram.positive_deltas, histogram.positive_counts),
                (histogram.negative_spans, histogram.negative_deltas, histogram.negative_counts),
            )
        )
        if custom:
            point.explicit_bounds.extend(histogram.custom_values)
            point.bucket_counts.extend(to_explicit(histogram.custom_values, positive, self._limit))
            return point
        point.scale, *sides = to_exponential(histogram.schema, positive, negative, self._limit)
        for side, into in zip(sides, (point.positive, point.negative), strict=True):
            into.offset = side.offset
            into.bucket_counts.extend(side.counts)
        point.zero_count, point.zero_threshold = _count(histogram, "zero_count"), histogram.zero_threshold
        return point


def _count(histogram: Any, name: str) -> int:
    if histogram.HasField(f"{name}_float"):
        count: float = getattr(histogram, f"{name}_float")
        if not 0 <= count < 1 << 63:
            raise _bad("a count is out of range")
        return round(count)
    return int(getattr(histogram, f"{name}_int"))


def _set_times(point: Any, at: int, start: int) -> None:
    point.time_unix_nano = _nanoseconds(at)
    point.start_time_unix_nano = _nanoseconds(start)


def _nanoseconds(milliseconds: int) -> int:
    if not 0 <= milliseconds <= _MAX_MILLISECONDS:
        raise _bad("a time is out of range")
    return milliseconds * _MILLISECOND


def _look_up(symbols: Sequence[str], places: Sequence[int]) -> list[tuple[str, str]]:
    if len(places) % 2:
        raise _bad("a label has no value")
    texts = [_symbol(symbols, place) for place in places]
    return list(zip(texts[::2], texts[1::2], strict=True))


def _symbol(symbols: Sequence[str], place: int) -> str:
    if place >= len(symbols):
        raise _bad(f"there is no symbol {place}")
    return symbols[place]


def _bad(reason: str) -> InvalidInput:
    return InvalidInput("bad_remote_write", f"the request cannot be read: {reason}", "check what sends it")
