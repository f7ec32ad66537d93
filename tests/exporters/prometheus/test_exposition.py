from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exporters.prometheus.measured import key, samples

from assay.exporters.prometheus.exposition import Exposition
from assay.exporters.prometheus.points import Family, Point
from assay.exporters.prometheus.values import Exponential, Number, Side, Value


def point(value: Value | None, *, name: str = "load", time: int = 1, received: float = 0, target: str = "") -> Point:
    known = (("host_name", target), ("job", "a")) if target else ()
    return Point(Family(name, "gauge", "", ""), (("job", "a"),), time, 0, received, False, value, known)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_series_that_stopped_is_gone_after_a_while() -> None:
    """Without new points a series, its family and its target are shown for `stale_seconds` and no longer; its place is free."""
    clock = Clock()
    shown = Exposition(1, 300, clock)
    assert shown.take(point(Number(1), received=clock.now, target="h")) == ""
    assert shown.take(point(Number(1), name="other", received=clock.now)) != ""
    clock.now += 300
    assert samples([*shown.collect()])[key("load", job="a")] == 1
    clock.now += 1
    assert [*shown.collect()] == []
    assert shown.take(point(Number(1), name="other", received=clock.now)) == ""


def test_a_point_without_value_ends_its_series() -> None:
    """The mark of OTLP for a series that has ended takes it away at once."""
    clock = Clock()
    shown = Exposition(1, 300, clock)
    shown.take(point(Number(1), received=clock.now))
    shown.take(point(None, time=2, received=clock.now))
    assert [*shown.collect()] == []


def test_what_was_received_long_ago_is_not_shown_as_present() -> None:
    """An exporter that catches up does not show points that are older than `stale_seconds`, nor an older one over a newer."""
    clock = Clock()
    shown = Exposition(10, 300, clock)
    shown.take(point(Number(1), received=clock.now - 301))
    assert [*shown.collect()] == []
    shown.take(point(Number(3), time=3, received=clock.now))
    shown.take(point(Number(2), time=2, received=clock.now))
    assert samples([*shown.collect()]) == {key("load", job="a"): 3}


sides = st.builds(Side, st.integers(-2000, 2000), st.lists(st.integers(0, 9), max_size=160).map(tuple))


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Exponential, st.just(0), st.floats(0, 9), st.integers(-10, 20), st.integers(0, 3), st.just(0.0), sides, sides
        ),
        min_size=1,
        max_size=4,
    )
)
def test_exponential_histograms_add_up_and_keep_their_counts(given_: list[Exponential]) -> None:
    """However scales and offsets differ, the sum has all that was counted, in buckets that grow, within bounds of memory."""
    total = given_[0]
    for more in given_[1:]:
        total = total.plus(more)
    counted = sum(each.zero_count + sum(each.positive.counts) + sum(each.negative.counts) for each in given_)
    shown = total.as_buckets()
    assert shown.count == sum(shown.counts) == counted
    assert all(lower < upper for lower, upper in pairwise(shown.bounds))
    assert len(shown.counts) <= 43
