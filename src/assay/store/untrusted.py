"""What the engine's own settings do not keep out of somebody's SELECT."""

from __future__ import annotations

import re

from assay.core.errors import InvalidInput

# These act before the engine checks any right. `file` as a scalar function reads every file of the machine, for the embedded
# engine knows no user_files_path; it needs no bracket after it: `APPLY(file)`, `arrayMap(file, …)`. `sqlite` makes the file
# that it is given. A parameter of type Identifier could name either. The function of scrubbing makes pseudonyms with the key,
# so it would tell whose they are to whoever can guess.
_FORBIDDEN = {"file", "sqlite", "Identifier", "assay_policy_clean"}

# The words of formatted text that are outside of literals.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.|'')*'|`((?:[^`\\]|\\.)*)`|\"((?:[^\"\\]|\\.)*)\"|(\w+)", re.DOTALL)


def refuse_names(formatted: str) -> None:
    """Refuse a statement that names what reaches beyond the store.

    `formatted` is what the engine's parser gives back: without comments, with every escape in an identifier resolved.

    Raises:
        InvalidInput: it has such a name.
    """
    for token in _TOKEN.finditer(formatted):
        name = token[1] or token[2] or token[3]
        if name in _FORBIDDEN:
            raise InvalidInput("sql_read_only", f"The name {name} is not allowed here", "give the column or alias another name")
