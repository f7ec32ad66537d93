"""What is compared: shares, rates and durations of one side."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of` requests, such as those that failed."""

    hits: int
    of: int

    @property
    def size(self) -> int:
        return self.of

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Rate:
    """`events` in `seconds`."""

    events: int
    seconds: float

    @property
    def size(self) -> int:
        return self.events

    @property
    def value(self) -> float | None:
        return self.events / self.seconds if self.seconds > 0 else None


@dataclass(frozen=True)
class Durations:
    """How often each duration occurred: single values, or the middles of the buckets of a histogram; any unit."""

    counts: Mapping[float, float]

    @classmethod
    def of(cls, values: Iterable[float]) -> Durations:
        """Take durations one by one."""
        return cls(Counter(values))

    @cached_property
    def values(self) -> list[float]:
        """The different durations, the shortest first."""
        return sorted(self.counts)

    @cached_property
    def below(self) -> list[float]:
        """How many durations come before each of `values`, and at the end how many there are."""
        return [0.0, *accumulate(self.counts[value] for value in self.values)]

    @property
    def size(self) -> int:
        return round(self.below[-1])

    @property
    def value(self) -> float | None:
        return self.quantile(0.5)

    def quantile(self, level: float) -> float | None:
        """Return the least duration that the share `level` of all does not exceed; None of none."""
        if not self.values:
            return None
        wanted = level * self.below[-1]
        return self.values[min(max(0, bisect_left(self.below, wanted) - 1), len(self.values) - 1)]

    def scaled(self, factor: float) -> Durations:
        """Return them `factor` times as long."""
        return self if factor == 1 else Durations({value * factor: count for value, count in self.counts.items()})

    def above(self, limit: float) -> float:
        """Return how many are longer than `limit`."""
        at = bisect_left(self.values, limit)
        at += at < len(self.values) and self.values[at] == limit
        return self.below[-1] - self.below[at]


Sample = Share | Rate | Durations
