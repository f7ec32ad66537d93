"""How a policy is refused: by the path of the key, the reason, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from assay.core.errors import InvalidInput


def refuse(at: str, reason: str, hint: str) -> InvalidInput:
    """Make the error for what stands at `at`, a path such as `filters.health_checks.condition`."""
    return InvalidInput("policy_invalid", f"{at}: {reason}", hint)


def refuse_unknown(given: Mapping[Any, Any], known: Sequence[str], at: str) -> None:
    """Refuse a mapping that has a key which is not known.

    Raises:
        InvalidInput: it has one; the hint names the key that was probably meant.
    """
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise refuse(f"{at}.{key}" if at else str(key), "unknown key", hint)
