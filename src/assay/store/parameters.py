"""Parameter values in the text form in which ClickHouse reads them, in the embedded engine as over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})
_QUOTED = str.maketrans({"\\": "\\\\", "'": "\\'"})


def encode(parameters: Mapping[str, Any] | None) -> dict[str, str]:
    """Return each value as text: strings escaped as in TSV, what is inside arrays and maps as literals; None is NULL."""
    return {name: _escape(value) for name, value in (parameters or {}).items()}


def _escape(value: Any) -> str:
    if value is None:
        return "\\N"
    return value.translate(_ESCAPES) if isinstance(value, str) else _literal(value)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{','.join(_literal(element) for element in value)}]"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_literal(str(key))}:{_literal(element)}' for key, element in value.items())}}}"
    return f"'{value.translate(_QUOTED)}'" if isinstance(value, str) else str(value)
