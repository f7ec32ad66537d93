"""How values look in a terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

SEVERITY_STYLES = {"fatal": "bold red", "error": "red", "warn": "yellow", "info": "green", "debug": "dim", "trace": "dim"}

_UNLIMITED = 10_000
_BLOCKS = "▁▂▃▄▅▆▇█"
_UNITS = ((60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"))
_SIZES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def console() -> Console:
    """Return the standard output: without colors and with lines as long as they are if it is no terminal."""
    width = None if sys.stdout.isatty() else _UNLIMITED
    return Console(width=width, highlight=False, markup=False, emoji=False)


def print_json(answer: Any) -> None:
    """Print an answer for programs."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def table(*columns: str) -> Table:
    """Return a table without frame; a column whose name begins with `>` is for numbers, one with `=` is never broken."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style=Style(bold=True))
    for column in columns:
        kind, name = (column[0], column[1:]) if column[0] in ">=" else ("", column)
        made.add_column(name, justify="right" if kind == ">" else "left", no_wrap=bool(kind), overflow="fold")
    return made


def text(value: str, style: str = "") -> Text:
    """Return what somebody sent, in one line; what would command the terminal is made visible."""
    return Text(clean(value), style)


def clean(value: str) -> str:
    """Return `value` with control characters as escapes and line breaks as spaces."""
    return "".join(
        " " if character in "\n\t" else character.encode("unicode_escape").decode() if _is_control(character) else character
        for character in value
    )


def duration(nanoseconds: float) -> str:
    """Return a length of time with its unit, to about three digits."""
    for size, unit in _UNITS:
        if nanoseconds >= size:
            return f"{_digits(nanoseconds / size)} {unit}"
    return f"{nanoseconds:.0f} ns"


def size(count: float) -> str:
    """Return a number of bytes with its unit."""
    for factor, unit in _SIZES:
        if count >= factor:
            return f"{_digits(count / factor)} {unit}"
    return f"{count:.0f} B"


def number(value: float | None) -> str:
    """Return a number to six digits, or a dash for none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.6g}"


def count(value: int) -> str:
    """Return a count with its thousands apart."""
    return f"{value:,}"


def counted(value: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count(value)} {noun if value == 1 else f'{noun}s'}"


def instant(rfc3339: str) -> datetime:
    """Read a time of an answer, to the microsecond, as local time."""
    return datetime.fromisoformat(f"{rfc3339[:26]}+00:00").astimezone()


def local(rfc3339: str) -> str:
    """Return a time of an answer as local time with its offset, to the millisecond."""
    return instant(rfc3339).isoformat(" ", "milliseconds")


def value(described: dict[str, Any]) -> str:
    """Return an attribute's value or a log body as text."""
    plain = _plain(described)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def sparkline(values: Sequence[float | None]) -> str:
    """Return a line of blocks as high as the values, from 0 or the least if it is below; a gap where there is none."""
    known = [each for each in values if each is not None]
    low = min([0.0, *known])
    spread = (max([0.0, *known]) - low) or 1
    return "".join(" " if each is None else _BLOCKS[round((each - low) / spread * (len(_BLOCKS) - 1))] for each in values)


def _plain(described: dict[str, Any]) -> Any:
    inner = described["value"]
    if described["type"] == "array":
        return [_plain(element) for element in inner]
    if described["type"] == "map":
        return {key: _plain(element) for key, element in inner.items()}
    return inner


def _digits(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
