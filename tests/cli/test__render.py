from __future__ import annotations

import pytest

from assay.cli import _render as render


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (1500, "1.5 µs"),
        (12_345_678, "12.3 ms"),
        (999_000_000, "999 ms"),
        (2_500_000_000, "2.5 s"),
        (5.4e12, "90 m"),
    ],
)
def test_durations_have_units(nanoseconds: float, shown: str) -> None:
    """A duration is told to three digits in the unit that fits."""
    assert render.duration(nanoseconds) == shown


@pytest.mark.parametrize(("count", "shown"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (3 << 40, "3 TiB")])
def test_sizes_have_units(count: int, shown: str) -> None:
    """A size is told in the unit that fits."""
    assert render.size(count) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "-"), (1234567.0, "1,234,567"), (0.1234567, "0.123457"), (1e20, "1e+20"), (-5, "-5")]
)
def test_numbers_are_told_to_six_digits(value: float | None, shown: str) -> None:
    """Whole numbers are whole, others have six digits, and none is a dash."""
    assert render.number(value) == shown


def test_what_would_command_the_terminal_is_shown() -> None:
    """Escape sequences, carriage returns and marks that turn the writing direction are shown, not obeyed; lines are joined."""
    assert render.clean("a\x1b[31mb\rc\x9b2Jd\u202ee\nf\tg") == r"a\x1b[31mb\rc\x9b2Jd\u202ee f g"
    assert render.text("[red]x[/]").plain == "[red]x[/]"


def test_values_are_shown_plainly() -> None:
    """Text is shown as it is, what is nested as JSON without its types."""
    described = {
        "type": "map",
        "value": {"a": {"type": "array", "value": [{"type": "int", "value": 1}, {"type": "empty", "value": None}]}},
    }
    assert render.value(described) == '{"a": [1, null]}'
    assert render.value({"type": "string", "value": "é"}) == "é"
    assert render.value({"type": "bool", "value": True}) == "true"


@pytest.mark.parametrize(
    ("values", "line"),
    [([0, 1, 2, None, 7], "▁▂▃ █"), ([5, 5], "██"), ([0, 0], "▁▁"), ([-7, 0], "▁█"), ([], "")],
)
def test_a_sparkline_stands_on_zero(values: list[float | None], line: str) -> None:
    """The height of a block is the value's share of the greatest, counted from zero."""
    assert render.sparkline(values) == line


def test_times_are_local_with_their_offset() -> None:
    """A time of an answer is told in local time, and says which that is."""
    shown = render.local("2026-11-03T10:00:00.123456789Z")
    assert shown[19:23] == ".123"
    assert shown[23] in "+-"
