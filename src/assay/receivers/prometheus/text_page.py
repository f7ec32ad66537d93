"""Pages in Prometheus' classic text format and in OpenMetrics, read by prometheus_client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.samples import Sample

from assay.core.errors import InvalidInput, TooLarge
from assay.receivers.prometheus.metric_request import Kind, Labels
from assay.receivers.prometheus.native import read_side
from assay.receivers.prometheus.points import (
    Buckets,
    Exemplar,
    Family,
    Native,
    Point,
    Quantiles,
    make_buckets,
    to_count,
)

_KINDS: dict[str, Kind] = {
    "counter": "counter",
    "histogram": "histogram",
    "gaugehistogram": "histogram",
    "summary": "summary",
    "info": "info",
    "stateset": "info",
}
_NANOSECONDS = 1_000_000_000
_MAX_SECONDS = (1 << 64) // _NANOSECONDS - 1


def read_classic(body: bytes, max_samples: int) -> list[Point]:
    """Read a page in the text format 0.0.4.

    Raises:
        InvalidInput: it is none.
        TooLarge: it has more lines than samples are allowed.
    """
    return _read(body, max_samples, parser.text_string_to_metric_families)


def read_openmetrics(body: bytes, max_samples: int) -> list[Point]:
    """Read a page in OpenMetrics 1.0; raises as `read_classic`."""
    return _read(body, max_samples, openmetrics_parser.text_string_to_metric_families)


def _read(body: bytes, max_samples: int, parse: Any) -> list[Point]:
    # Comments and empty lines do not count in a healthy page: some lines more are allowed than samples.
    if body.count(b"\n") > 2 * max_samples + 1000:
        raise too_many(max_samples)
    try:
        families = list(parse(body.decode("utf-8")))
        if sum(len(family.samples) for family in families) > max_samples:
            raise too_many(max_samples)
        return [point for family in families for point in _read_family(family)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        # What the parsers raise, on purpose and by accident, and what their values do.
        message = f"the page cannot be read: {error!r:.200}"
        raise InvalidInput("bad_page", message, "check it with `promtool check metrics`") from error


def too_many(max_samples: int) -> TooLarge:
    return TooLarge("too_many_samples", f"the page has more than {max_samples:,} samples", "raise max_samples of the job")


def _read_family(family: Any) -> Iterator[Point]:
    kind = _KINDS.get(family.type, "gauge")
    described = Family(family.name, kind, family.unit, family.documentation)
    if kind in ("histogram", "summary"):
        yield from _read_groups(described, family.samples)
        return
    starts = {
        frozenset(sample.labels.items()): _nanoseconds(sample.value)
        for sample in family.samples
        if kind == "counter" and sample.name == f"{family.name}_created"
    }
    for sample in family.samples:
        if kind == "counter" and sample.name == f"{family.name}_created":
            continue
        named = described if sample.name == family.name else Family(sample.name, kind, family.unit, family.documentation)
        point = Point(named, dict(sample.labels), float(sample.value), _time(sample))
        if starts:
            point.start_ns = starts.get(frozenset(sample.labels.items()), 0)
        point.exemplars = _exemplars([sample])
        yield point


@dataclass(slots=True)
class _Group:
    """The samples of one histogram or summary with the same labels, apart from `le` and `quantile`."""

    labels: Labels
    samples: list[Sample] = field(default_factory=list)


def _read_groups(family: Family, samples: Iterable[Sample]) -> Iterator[Point]:
    apart = "le" if family.kind == "histogram" else "quantile"
    groups: dict[frozenset[tuple[str, str]], _Group] = {}
    for sample in samples:
        labels = {key: value for key, value in (sample.labels or {}).items() if key != apart}
        groups.setdefault(frozenset(labels.items()), _Group(labels)).samples.append(sample)
    for group in groups.values():
        yield _read_group(family, group)


def _read_group(family: Family, group: _Group) -> Point:
    values: dict[str, float] = {}
    steps: list[tuple[float, float]] = []
    native = None
    for sample in group.samples:
        part = sample.name.removeprefix(family.name)
        if sample.native_histogram is not None:
            native = sample.native_histogram
        elif part in ("_bucket", ""):
            steps.append((_number(sample.labels.get("le", sample.labels.get("quantile", ""))), float(sample.value)))
        else:
            values[part] = float(sample.value)
    count, total = values.get("_count", values.get("_gcount")), values.get("_sum", values.get("_gsum"))
    value: Buckets | Native | Quantiles
    if native is not None:
        family = Family(family.name, "exponential", family.unit, family.description)
        value = _read_native(native)
    elif family.kind == "summary":
        value = Quantiles(to_count(count or 0), total or 0.0, steps)
    else:
        value = make_buckets(steps, count, total)
    start = _nanoseconds(values["_created"]) if "_created" in values else 0
    return Point(family, group.labels, value, _time(group.samples[0]), start, _exemplars(group.samples))


def _read_native(native: Any) -> Native:
    sides = (
        read_side([(span.offset, span.length) for span in spans or ()], list(deltas or ()), [])
        for spans, deltas in ((native.pos_spans, native.pos_deltas), (native.neg_spans, native.neg_deltas))
    )
    return Native(
        to_count(native.count_value),
        float(native.sum_value),
        int(native.schema),
        float(native.zero_threshold),
        to_count(native.zero_count),
        *sides,
    )


def _exemplars(samples: Iterable[Sample]) -> list[Exemplar]:
    return [
        Exemplar(dict(found.labels), float(found.value), _nanoseconds(found.timestamp) if found.timestamp else 0)
        for sample in samples
        if (found := sample.exemplar) is not None
    ]


def _time(sample: Sample) -> int:
    return _nanoseconds(sample.timestamp) if sample.timestamp is not None else 0


def _nanoseconds(seconds: Any) -> int:
    value = float(seconds)
    if not 0 <= value <= _MAX_SECONDS:
        raise InvalidInput("bad_page", f"{seconds} is no time", "check what makes the page")
    return int(value * _NANOSECONDS)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput("bad_page", f"{text[:50]!r} is no bound", "check what makes the page") from None
