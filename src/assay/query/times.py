"""Times and durations as people write them, and as nanoseconds since 1970 in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assay.core.errors import InvalidInput

Clock = Callable[[], int]
"""Nanoseconds since 1970."""

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 2**63 - 1
_STEPS = (1, 5, 10, 15, 30, 60, 180, 360, 720, 1440)  # minutes
_UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": SECOND, "m": MINUTE, "h": HOUR, "d": 24 * HOUR}
_DURATION = re.compile(r"(?P<number>\d{1,15}(\.\d{1,9})?) ?(?P<unit>ns|us|µs|ms|s|m|h|d)", re.ASCII)
_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"([Tt ](?P<clock>\d\d:\d\d(:\d\d)?)(\.(?P<fraction>\d{1,9}))?(?P<offset>[Zz]|[+\- ]\d\d:\d\d)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `start_ns` up to but not including `end_ns`."""

    start_ns: int
    end_ns: int


def parse_duration(text: str) -> int:
    """Return nanoseconds for such as `250ms`, `1.5s`, `15m`, `2h` or `7d`.

    Raises:
        InvalidInput: it is none.
    """
    if (match := _DURATION.fullmatch(text.strip())) is None:
        raise InvalidInput("duration_invalid", f"{text!r} is no duration", "write a number and ns, us, ms, s, m, h or d: 250ms")
    whole, _, fraction = match["number"].partition(".")
    unit = _UNITS[match["unit"]]
    return min(int(whole) * unit + int(fraction.ljust(9, "0")) * unit // SECOND, _LATEST)


def parse_time(text: str, now_ns: int) -> int:
    """Return the nanoseconds of an RFC 3339 time (UTC if it has no offset), of `now`, or of a duration ago such as `15m`.

    Raises:
        InvalidInput: it is none of these, or not between 1970 and 2262.
    """
    text = text.strip()
    if text == "now":
        return now_ns
    if _DURATION.fullmatch(text.removeprefix("-")):
        return max(0, now_ns - parse_duration(text.removeprefix("-")))
    try:
        match = _TIME.fullmatch(text)
        if match is None:
            raise ValueError
        # A plus sign that nobody encoded arrives as a space in a URL.
        offset = (match["offset"] or "Z").replace(" ", "+").upper()
        second = datetime.fromisoformat(f"{match['day']}T{match['clock'] or '00:00'}{offset}")
    except ValueError:
        raise InvalidInput(
            "time_invalid", f"{text!r} is no time", "write RFC 3339 such as 2026-11-03T10:00:00Z, or a duration ago such as 15m"
        ) from None
    nanoseconds = (second - _EPOCH) // timedelta(seconds=1) * SECOND + int((match["fraction"] or "").ljust(9, "0"))
    if not 0 <= nanoseconds <= _LATEST:
        raise InvalidInput("time_invalid", f"{text!r} is out of range", "use a time between 1970 and 2262")
    return nanoseconds


def parse_range(start: str | None, end: str | None, now_ns: int, default_ns: int = HOUR) -> TimeRange:
    """Return the range between two times; without `end` it ends now, without `start` it is `default_ns` long.

    Raises:
        InvalidInput: a time is none, or the range ends before it starts.
    """
    end_ns = parse_time(end, now_ns) if end else now_ns
    start_ns = parse_time(start, now_ns) if start else max(0, end_ns - default_ns)
    if start_ns > end_ns:
        raise InvalidInput("range_invalid", "start is after end", "exchange them")
    return TimeRange(start_ns, end_ns)


def fitting_step(within: TimeRange) -> int:
    """Return a length of steps, of whole minutes, that makes at most 60 of the time range."""
    length = within.end_ns - within.start_ns
    days = length // (60 * 24 * HOUR) + 1
    return next((step * MINUTE for step in _STEPS if length <= 60 * step * MINUTE), days * 24 * HOUR)


def format_time(nanoseconds: int) -> str:
    """Return RFC 3339 in UTC with all nine digits, so that equal widths sort as text and nothing is rounded."""
    seconds, fraction = divmod(nanoseconds, SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()}.{fraction:09d}Z"


def instant(text: str) -> int:
    """Return the nanoseconds of a time that `format_time` wrote."""
    second = datetime.fromisoformat(f"{text[:19]}+00:00")
    return (second - _EPOCH) // timedelta(seconds=1) * SECOND + int(text[20:29])
