"""Values of a policy as literals of SQL."""

from __future__ import annotations

from collections.abc import Iterable


def quote(text: str) -> str:
    """Return `text` as a string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\0", "\\0") + "'"


def any_of(expression: str, values: Iterable[str]) -> str:
    """Return the condition that `expression` is one of `values`."""
    listed = list(dict.fromkeys(values))
    if len(listed) == 1:
        return f"{expression} = {quote(listed[0])}"
    return f"{expression} IN ({', '.join(quote(value) for value in listed)})"
