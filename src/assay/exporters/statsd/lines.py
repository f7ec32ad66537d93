"""Lines of StatsD: `name:value|type`, with tags as the dialect has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from assay.exporters.prometheus.values import Buckets, Quantiles
from assay.exporters.statsd.increments import Grown

_NO_NAME = re.compile(r"[^0-9A-Za-z_.\-]")
_NO_TAG_NAME = re.compile(r"[^0-9A-Za-z_.\-/]")
_NO_TAG_VALUE = re.compile(r"[^0-9A-Za-z_.\-/+]")
_RESOURCE = {
    "service.name": "service",
    "service.version": "version",
    "deployment.environment": "env",
    "deployment.environment.name": "env",
}


def write_lines(row: Mapping[str, Any], grown: Grown, dialect: str, prefix: str) -> Iterator[str]:
    """Yield the lines for a point: one for a number, else `.count`, `.sum` and `.bucket` or `.quantile`; none for a NaN."""
    name = _NO_NAME.sub("_", prefix + row["MetricName"])
    tags = {_RESOURCE[key]: value for key, value in row["ResourceAttributes"].items() if key in _RESOURCE and value}
    tags |= row["Attributes"]
    for suffix, number, kind, more in _said(grown):
        if isfinite(number):
            labelled, tail = _tagged(name + suffix, {**tags, **more}, dialect)
            # A sign means a change, so a gauge below zero is set to zero first; DogStatsD has no such changes.
            if kind == "g" and number < 0 and grown.kind == "gauge" and dialect != "dogstatsd":
                yield f"{labelled}:0|g{tail}"
            sign = "+" if grown.kind == "change" and number >= 0 else ""
            yield f"{labelled}:{sign}{_text(number)}|{kind}{tail}"


def _said(grown: Grown) -> Iterator[tuple[str, float, str, Mapping[str, str]]]:
    """Yield suffix, number, type and further tags."""
    if grown.kind in ("gauge", "change", "counter"):
        yield "", grown.numbers[0], "c" if grown.kind == "counter" else "g", {}
        return
    count, total, *counts = grown.numbers
    yield ".count", count, "c", {}
    yield ".sum", total, "c", {}
    if isinstance(grown.value, Buckets) and counts:
        ends = [*map(_text, grown.value.bounds), "inf"]
        yield from ((".bucket", number, "c", {"upper_bound": end}) for end, number in zip(ends, counts, strict=True) if number)
    if isinstance(grown.value, Quantiles):
        yield from ((".quantile", value, "g", {"quantile": _text(quantile)}) for quantile, value in grown.value.values)


def _tagged(name: str, tags: Mapping[str, str], dialect: str) -> tuple[str, str]:
    """Return a name and what stands behind the type."""
    if dialect == "plain":
        # Without tags the buckets of a histogram would all be one.
        own = [value.replace(".", "_") for key, value in tags.items() if key in ("upper_bound", "quantile")]
        return ".".join([name, *own]), ""
    clean = sorted((_NO_TAG_NAME.sub("_", key), _NO_TAG_VALUE.sub("_", value)) for key, value in tags.items() if key and value)
    if dialect == "graphite":
        return "".join([name, *(f";{key}={value}" for key, value in clean)]), ""
    return name, f"|#{','.join(f'{key}:{value}' for key, value in clean)}" if clean else ""


def _text(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
