"""How a document that people write is refused: by the path of the key, the reason, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from assay.core.errors import InvalidInput


def refuse(code: str, at: str, reason: str, hint: str) -> InvalidInput:
    """Make the error for what stands at `at`, a path such as `filters.health_checks.condition`.

    `code` says what kind of document it is, as `policy_invalid` does.
    """
    return InvalidInput(code, f"{at}: {reason}", hint)


class Refused(InvalidInput):
    """Several things are wrong with one document; `errors` has each, and the first is what it says."""

    def __init__(self, errors: Sequence[InvalidInput]) -> None:
        """Take two errors or more."""
        super().__init__(errors[0].code, errors[0].message, errors[0].hint)
        self.errors = tuple(errors)


def errors_of(error: InvalidInput) -> tuple[InvalidInput, ...]:
    """Return each error that one stands for: itself, unless it stands for several."""
    return error.errors if isinstance(error, Refused) else (error,)


def refuse_together(*parts: Callable[[], object]) -> None:
    """Read every part of a document, and refuse all that is wrong with any of them at once; nothing is told twice.

    Raises:
        InvalidInput: what a part raised; `Refused` if that is several things.
    """
    found: dict[str, InvalidInput] = {}
    for part in parts:
        try:
            part()
        except InvalidInput as error:
            found |= {each.message: each for each in errors_of(error) if each.message not in found}
    if found:
        raise Refused(list(found.values())) if len(found) > 1 else next(iter(found.values()))


def refuse_wrong(
    code: str, given: Mapping[Any, Any], known: Sequence[str], at: str, parts: Mapping[str, Callable[[], object]]
) -> None:
    """Refuse a mapping at once for its unknown keys and for all that is wrong with its `parts`, by the key of each.

    What is not there is not missed while a key is unknown, which may be meant for it.

    Raises:
        InvalidInput: see `refuse_together`.
    """
    is_whole = all(key in known for key in given)
    wanted = [part for key, part in parts.items() if is_whole or key in given]
    refuse_together(partial(refuse_unknown, code, given, known, at), *wanted)


def refuse_unknown(code: str, given: Mapping[Any, Any], known: Sequence[str], at: str) -> None:
    """Refuse a mapping that has keys which are not known.

    Raises:
        InvalidInput: it has some; each hint names the key that was probably meant.
    """
    refuse_together(*(partial(_refuse_key, code, str(key), known, at) for key in given if key not in known))


def _refuse_key(code: str, key: str, known: Sequence[str], at: str) -> None:
    near = difflib.get_close_matches(key, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    raise refuse(code, f"{at}.{key}" if at else key, "unknown key", hint)
