"""How a document that people write is refused: by the path of the key, the reason, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.errors import InvalidInput


def refuse(code: str, at: str, reason: str, hint: str) -> InvalidInput:
    """Make the error for what stands at `at`, a path such as `filters.health_checks.condition`.

    `code` says what kind of document it is, as `policy_invalid` does.
    """
    return InvalidInput(code, f"{at}: {reason}", hint)


def refuse_unknown(code: str, given: Mapping[Any, Any], known: Sequence[str], at: str) -> None:
    """Refuse a mapping that has a key which is not known.

    Raises:
        InvalidInput: it has one; the hint names the key that was probably meant.
    """
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise refuse(code, f"{at}.{key}" if at else str(key), "unknown key", hint)
