from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InvalidInput
from assay.query.times import HOUR, TimeRange, format_time, parse_duration, parse_range, parse_time

_NOW = 1_800_000_000_000_000_000


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("5ns", 5),
        ("1.5us", 1500),
        ("2µs", 2000),
        ("250ms", 250_000_000),
        (" 1.5 s", 1_500_000_000),
        ("2h", 2 * HOUR),
        ("7d", 168 * HOUR),
    ],
)
def test_a_duration_has_a_number_and_a_unit(text: str, nanoseconds: int) -> None:
    """Durations are read exactly, with every unit."""
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "ms", "-5ms", "1e3s", "5 minutes", "1..5s", "٣s"])
def test_anything_else_is_no_duration(text: str) -> None:
    """A number without a unit, a negative one or a word is refused with an example of what is allowed."""
    with pytest.raises(InvalidInput) as caught:
        parse_duration(text)
    assert "250ms" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("now", "2027-01-15T08:00:00.000000000Z"),
        ("15m", "2027-01-15T07:45:00.000000000Z"),
        ("-15m", "2027-01-15T07:45:00.000000000Z"),
        ("2026-11-03", "2026-11-03T00:00:00.000000000Z"),
        ("2026-11-03 10:00", "2026-11-03T10:00:00.000000000Z"),
        ("2026-11-03T10:00:00.123456789+01:00", "2026-11-03T09:00:00.123456789Z"),
        ("2026-11-03T10:00:00 01:00", "2026-11-03T09:00:00.000000000Z"),
        ("2026-11-03t10:00:00.5z", "2026-11-03T10:00:00.500000000Z"),
    ],
)
def test_a_time_is_absolute_or_a_duration_ago(text: str, formatted: str) -> None:
    """RFC 3339 to the nanosecond, with any offset, a plain date, `now` and a duration ago are times."""
    assert format_time(parse_time(text, _NOW)) == formatted


@pytest.mark.parametrize(
    "text", ["", "x", "2026-13-01", "2026-11-03T25:00Z", "1969-12-31", "9999-01-01", "2026-11-03T10:00+99:00"]
)
def test_anything_else_is_no_time(text: str) -> None:
    """What is no time, or one that the store cannot hold, is refused."""
    with pytest.raises(InvalidInput):
        parse_time(text, _NOW)


@given(st.integers(0, 2**63 - 1))
def test_a_formatted_time_is_read_back(nanoseconds: int) -> None:
    """Times of answers can be used in questions and lose nothing."""
    assert parse_time(format_time(nanoseconds), _NOW) == nanoseconds


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text makes the readers fail in another way than with `InvalidInput`."""
    for read in (parse_duration, lambda each: parse_time(each, _NOW)):
        with contextlib.suppress(InvalidInput):
            assert 0 <= read(text) < 2**63


def test_a_range_ends_now_and_is_an_hour_long() -> None:
    """A side that is left out gets its default."""
    assert parse_range(None, None, _NOW) == TimeRange(_NOW - HOUR, _NOW)
    assert parse_range("3h", "2h", _NOW) == TimeRange(_NOW - 3 * HOUR, _NOW - 2 * HOUR)
    with pytest.raises(InvalidInput):
        parse_range("1h", "2h", _NOW)
