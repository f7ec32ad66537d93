"""Points as requests of remote write."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from assay.core.remote_write import METRIC_TYPES, Request, WriteRequest
from assay.exporters.prometheus.points import Family, Labels, Point
from assay.exporters.prometheus.values import Exemplar, Exponential, Side

_STALE: float = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
_SCHEMAS = range(-4, 9)
_LEAST_THRESHOLD = 1e-128
_INFO = Family("target_info", "gauge", "", "What is known of the instances that sent metrics.")
_ENDED = {"counter": ("_total",), "gauge": ("",), "histogram": ("_count", "_sum"), "summary": ("_count", "_sum")}
_MILLISECOND = 1_000_000


@dataclass(slots=True)
class Written:
    """What one series says, in the order of time (milliseconds)."""

    family: Family
    samples: list[tuple[float, int]] = field(default_factory=list)
    histograms: list[tuple[Exponential, int]] = field(default_factory=list)
    exemplars: list[Exemplar] = field(default_factory=list)


def collect(points: Iterable[Point], native: bool) -> dict[Labels, Written]:
    """Return the series of points with totals, by their labels; `native` keeps exponential histograms as they are."""
    series: dict[Labels, Written] = {}
    targets: dict[Labels, int] = {}

    def of(family: Family, suffix: str, labels: Labels, more: Mapping[str, str]) -> Written:
        key = tuple(sorted({**dict(labels), **more, "__name__": family.name + suffix}.items()))
        return series.setdefault(key, Written(family))

    for point in points:
        at = point.time // _MILLISECOND
        if point.target:
            targets[point.target] = max(at, targets.get(point.target, 0))
        if point.value is None:
            for suffix in _ENDED[point.family.kind]:
                of(point.family, suffix, point.labels, {}).samples.append((_STALE, at))
        elif native and isinstance(point.value, Exponential) and point.value.scale >= _SCHEMAS[0]:
            written = of(point.family, "", point.labels, {})
            written.histograms.append((point.value.at_scale(min(point.value.scale, _SCHEMAS[-1])), at))
            written.exemplars += point.value.exemplars
        else:
            for sample in point.value.samples(point.family.kind):
                written = of(point.family, sample.suffix, point.labels, sample.labels)
                written.samples.append((sample.value, at))
                written.exemplars += [sample.exemplar] if sample.exemplar else []
    for target, at in targets.items():
        of(_INFO, "", target, {}).samples.append((1, at))
    return series


def encode_first(series: Mapping[Labels, Written]) -> bytes:
    """Return a request of version 1.0, not compressed."""
    request = WriteRequest()
    for labels, written in series.items():
        made = request.timeseries.add()
        for name, value in labels:
            made.labels.add(name=name, value=value)
        _add_samples(made, written)
        for exemplar in written.exemplars:
            added = made.exemplars.add(value=exemplar.value, timestamp=round(exemplar.time * 1000))
            for name, value in sorted(exemplar.labels.items()):
                added.labels.add(name=name, value=value)
    for family in dict.fromkeys(written.family for written in series.values()):
        name = family.name + ("_total" if family.kind == "counter" else "")
        request.metadata.add(type=METRIC_TYPES[family.kind], metric_family_name=name, help=family.help, unit=family.unit)
    return bytes(request.SerializeToString())


def encode_second(series: Mapping[Labels, Written]) -> bytes:
    """Return a request of version 2.0, not compressed."""
    places: dict[str, int] = {"": 0}

    def place(text: str) -> int:
        return places.setdefault(text, len(places))

    request = Request()
    for labels, written in series.items():
        made = request.timeseries.add()
        made.labels_refs.extend(place(text) for pair in labels for text in pair)
        _add_samples(made, written)
        for exemplar in written.exemplars:
            added = made.exemplars.add(value=exemplar.value, timestamp=round(exemplar.time * 1000))
            added.labels_refs.extend(place(text) for pair in sorted(exemplar.labels.items()) for text in pair)
        made.metadata.type = METRIC_TYPES[written.family.kind]
        made.metadata.help_ref, made.metadata.unit_ref = place(written.family.help), place(written.family.unit)
    request.symbols.extend(places)
    return bytes(request.SerializeToString())


def halve(kind: Any, body: bytes) -> list[bytes]:
    """Return a request as two with half of its series each, or nothing if there is only one; `kind` is its message."""
    request = kind.FromString(body)
    middle = len(request.timeseries) // 2
    if not middle:
        return []
    halves = []
    for gone in (slice(middle, None), slice(middle)):
        half = kind()
        half.CopyFrom(request)
        del half.timeseries[gone]
        halves.append(half.SerializeToString())
    return halves


def _add_samples(made: Any, written: Written) -> None:
    for value, at in written.samples:
        made.samples.add(value=value, timestamp=at)
    for histogram, at in written.histograms:
        added = made.histograms.add(sum=histogram.sum, schema=histogram.scale, timestamp=at, count_int=round(histogram.count))
        added.zero_count_int, added.zero_threshold = histogram.zero_count, histogram.zero_threshold or _LEAST_THRESHOLD
        _add_side(histogram.negative, added.negative_spans, added.negative_deltas)
        _add_side(histogram.positive, added.positive_spans, added.positive_deltas)


def _add_side(side: Side, spans: Any, deltas: Any) -> None:
    if side.counts:
        # Bucket i of OpenTelemetry begins at base^i, that of Prometheus ends there.
        spans.add(offset=side.offset + 1, length=len(side.counts))
        deltas.extend(after - before for before, after in pairwise((0, *side.counts)))
