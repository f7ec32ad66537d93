from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import InvalidInput
from assay.quality.gates.criterion import combine, decide, parse_criterion, parse_target
from assay.quality.gates.units import Quantity, parse_window, quantity_of

SHARE, TIME, RATE, SIZE, NUMBER = (Quantity(name) for name in ("share", "time", "rate", "size", "number"))


@pytest.mark.parametrize(
    ("text", "quantity", "value", "baseline", "holds"),
    [
        ("<= 1%", SHARE, 0.01, None, True),
        ("<= 1%", SHARE, 0.0101, None, False),
        ("< 1%", SHARE, 0.01, None, False),
        (">= 99.9%", SHARE, 1 - 1 / 1000, None, True),
        ("<=500ms", TIME, 0.5, None, True),
        ("<= 0.5 s", TIME, 0.501, None, False),
        (">= 5/s", RATE, 5.0, None, True),
        (">= 300/min", RATE, 4.99, None, False),
        ("<= 64MiB", SIZE, 64 * 1024.0**2, None, True),
        ("= 0", NUMBER, 0, None, True),
        ("== 0", NUMBER, 1, None, False),
        (">= -3", NUMBER, -3, None, True),
        ("<= +10% of baseline", TIME, 0.55, 0.5, True),
        ("<= +10% of baseline", TIME, 0.551, 0.5, False),
        (">= -10% of baseline", RATE, 4.5, 5.0, True),
        (">= -10% of baseline", RATE, 4.49, 5.0, False),
        ("<= +50ms of baseline", TIME, 0.55, 0.5, True),
        ("<= +0.5pp of baseline", SHARE, 0.015, 0.01, True),
        ("<= +0.5pp of baseline", SHARE, 0.0151, 0.01, False),
        ("<= +10% of baseline", NUMBER, -9.0, -10.0, True),
        ("<= +0.5pp of baseline", SHARE, 0.004, 0.0, True),
        ("<= +10% of baseline", SHARE, 0.0, 0.0, True),
        ("< +101% of baseline", SHARE, 0.0, 0.0, True),
        ("< -5% of baseline", SHARE, 0.0, 0.0, False),
        ("<= +10% of baseline", SHARE, 0.001, 0.0, None),
        ("<= +10% of baseline", SHARE, 0.0, None, None),
    ],
)
def test_a_value_meets_a_criterion_or_not(
    text: str, quantity: Quantity, value: float, baseline: float | None, holds: bool | None
) -> None:
    """The arithmetic is that of the units; what a baseline cannot tell is neither true nor false."""
    held = decide(parse_criterion(text, quantity, "pass"), value, baseline, quantity)
    assert held.holds is holds
    assert held.reason
    expected = "" if holds is not None else "zero_baseline" if baseline == 0 else "missing_baseline"
    assert held.outcome == expected


@pytest.mark.parametrize(
    ("text", "quantity", "words"),
    [
        ("<= 1", SHARE, "1 has no unit, and this is a share"),
        ("<= 1ms", SHARE, "'ms' is no unit of a share"),
        ("<= 500", TIME, "500 has no unit"),
        ("<= 5%", TIME, "'%' is no unit of a time"),
        (">= 5", RATE, "5 has no unit"),
        ("<= 5ms", NUMBER, "'ms' is no unit of a plain number"),
        ("<= +10%", TIME, "does not say of what"),
        ("<= -10%", SHARE, "does not say of what"),
        ("<= 10% of baseline", TIME, "begins with + or -"),
        ("<= +10 of baseline", TIME, "10 has no unit"),
        ("<= +1pp of baseline", TIME, "'pp' is no unit of a time"),
        ("1%", SHARE, "is no criterion"),
        ("=> 1%", SHARE, "is no criterion"),
        ("<= one%", SHARE, "is no criterion"),
        (1, SHARE, "is no criterion"),
        (None, SHARE, "is no criterion"),
        ([], SHARE, "the list is empty"),
        ({"any": []}, SHARE, "no list of criteria"),
        ({"all": ["<= 1%"]}, SHARE, "unknown key"),
    ],
)
def test_what_cannot_be_compared_is_refused(text: Any, quantity: Quantity, words: str) -> None:
    """A unit that is wrong or missing is no matter of guessing; the message begins with where it is."""
    with pytest.raises(InvalidInput) as refused:
        parse_target(text, quantity, "objectives[0].pass")
    assert words in refused.value.message
    assert refused.value.message.startswith("objectives[0].pass")
    assert refused.value.hint


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=3), min_size=1, max_size=3))
def test_all_of_a_group_must_hold_and_one_group_is_enough(groups: list[list[bool | None]]) -> None:
    """What is not known makes a group unknown unless it fails anyway, and the whole unless a group holds: Kleene's logic."""
    texts = {True: "<= 1", False: "> 1", None: "<= +1% of baseline"}
    target = parse_target({"any": [[texts[each] for each in group] for group in groups]}, NUMBER, "pass")
    held = [[decide(each, 1.0, None, NUMBER) for each in group] for group in target.groups]
    worth = {False: 0, None: 1, True: 2}
    expected = max(min(worth[each] for each in group) for group in groups)
    decisive = combine(held)
    assert decisive is not None
    assert worth[decisive.holds] == expected


def test_a_stored_unit_is_converted() -> None:
    """Units of OpenTelemetry (UCUM) and of people are the same quantities."""
    assert quantity_of("ms") == (TIME, 1e-3)
    assert quantity_of("By") == (SIZE, 1.0)
    assert quantity_of("%") == (SHARE, 0.01)
    assert quantity_of("{queue}") == (NUMBER, 1.0)


@pytest.mark.parametrize(("text", "seconds"), [("15m", 900), ("2h", 7200), ("7d", 604800), ("60s", 60), ("1.5h", 5400)])
def test_windows_are_whole_minutes(text: str, seconds: int) -> None:
    """Service metrics are by the minute."""
    assert parse_window(text) == seconds


@pytest.mark.parametrize("text", ["90s", "0m", "m", "15", "-5m", "15 parsecs", ""])
def test_what_is_no_window_is_refused(text: str) -> None:
    """Half a minute cannot be looked at."""
    with pytest.raises(ValueError, match=r"minutes|duration"):
        parse_window(text)


@pytest.mark.parametrize(
    ("quantity", "value", "shown"),
    [
        (SHARE, 0.0213, "2.13%"),
        (TIME, 0.25, "250ms"),
        (TIME, 90.0, "1.5min"),
        (TIME, 0.0, "0s"),
        (RATE, 5.25, "5.25/s"),
        (RATE, 2 / 86400, "2/day"),
        (SIZE, 3 * 1024.0**2, "3MiB"),
        (NUMBER, 12345.0, "12345"),
    ],
)
def test_values_are_shown_in_the_unit_that_fits(quantity: Quantity, value: float, shown: str) -> None:
    """Nobody reads 0.0213 as a share or 0.25 as a time."""
    assert quantity.show(value) == shown
