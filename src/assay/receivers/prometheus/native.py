"""Native histograms of Prometheus as points of OTLP.

Bucket i of Prometheus ends at base^i and that of OTLP begins there, so indexes differ by one; what Prometheus leaves out
between spans, OTLP writes as zeros. See "Native Histograms" in the specification, compatibility/prometheus_and_openmetrics.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assay.core.errors import InvalidInput, TooLarge

CUSTOM_SCHEMA = -53
"""Buckets with bounds of their own."""
SCHEMAS = range(-4, 9)

_MAX_BUCKETS = 2_048
"""Buckets of one side, zeros between spans included; beyond it two become one, as often as needed."""
_MAX_TOTAL = 4_000_000
"""Buckets of one request: few bytes can stand for many zeros."""
_MAX_INDEX = 1 << 24
_MAX_CUSTOM = 10_000


@dataclass(slots=True)
class Side:
    """Counts of buckets that follow each other, the first of them at `offset`."""

    offset: int = 0
    counts: list[int] = field(default_factory=list)


class Limit:
    """How many buckets one request may have yet."""

    def __init__(self) -> None:
        self._left = _MAX_TOTAL

    def take(self, buckets: int) -> None:
        self._left -= buckets
        if self._left < 0:
            raise TooLarge("too_many_buckets", f"the histograms have more than {_MAX_TOTAL:,} buckets", "send smaller batches")


def read_side(spans: Sequence[tuple[int, int]], deltas: Sequence[int], counts: Sequence[float]) -> dict[int, int]:
    """Give the count of each bucket by its index; `spans` are offset and length, counts of fractions are rounded.

    Raises:
        InvalidInput: the spans do not fit the counts.
    """
    values = _add_up(deltas) if deltas else [round(count) if 0 <= count < 1 << 63 else -1 for count in counts]
    if sum(length for _, length in spans) != len(values) or (values and min(values) < 0):
        raise _bad("its spans do not fit its counts")
    found: dict[int, int] = {}
    index = place = 0
    for offset, length in spans:
        index += offset
        if abs(index) + length > _MAX_INDEX:
            raise _bad("a bucket is out of range")
        for _ in range(length):
            found[index] = values[place]
            index += 1
            place += 1
    return found


def _add_up(deltas: Sequence[int]) -> list[int]:
    values: list[int] = []
    count = 0
    for delta in deltas:
        count += delta
        if not 0 <= count < 1 << 64:
            raise _bad("a count is negative")
        values.append(count)
    return values


def to_exponential(schema: int, positive: dict[int, int], negative: dict[int, int], limit: Limit) -> tuple[int, Side, Side]:
    """Give scale and sides of an exponential histogram; its scale is less than `schema` if the buckets lie far apart.

    Raises:
        InvalidInput: there is no such schema.
        TooLarge: the request has too many buckets.
    """
    if schema not in SCHEMAS:
        raise _bad(f"schema {schema} is not known")
    scale = schema
    sides = [{index - 1: count for index, count in side.items()} for side in (positive, negative)]
    while any(side and max(side) - min(side) >= _MAX_BUCKETS for side in sides):
        scale -= 1
        sides = [_halve(side) for side in sides]
    return scale, _unroll(sides[0], limit), _unroll(sides[1], limit)


def to_explicit(bounds: Sequence[float], buckets: dict[int, int], limit: Limit) -> list[int]:
    """Give the counts of a histogram with its own bounds, one more than those; raises as `to_exponential`."""
    if len(bounds) > _MAX_CUSTOM or any(not 0 <= index <= len(bounds) for index in buckets):
        raise _bad("a bucket is out of range")
    limit.take(len(bounds) + 1)
    return [buckets.get(index, 0) for index in range(len(bounds) + 1)]


def _halve(side: dict[int, int]) -> dict[int, int]:
    halved: dict[int, int] = {}
    for index, count in side.items():
        halved[index >> 1] = halved.get(index >> 1, 0) + count
    return halved


def _unroll(side: dict[int, int], limit: Limit) -> Side:
    if not side:
        return Side()
    first, last = min(side), max(side)
    limit.take(last - first + 1)
    return Side(first, [side.get(index, 0) for index in range(first, last + 1)])


def _bad(reason: str) -> InvalidInput:
    return InvalidInput("bad_histogram", f"a native histogram cannot be read: {reason}", "check what sends it")
