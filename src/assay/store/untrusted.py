"""What the engine's own settings do not keep out of somebody's SELECT."""

from __future__ import annotations

import re

from assay.core.errors import InvalidInput

# Of text that the engine has formatted, the words outside of literals. The scalar function `file` reads any file of this machine,
# for the embedded engine knows no user_files_path, and can be called under its name alone: `APPLY(file)`, `arrayMap(file, …)`.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.|'')*'|`((?:[^`\\]|\\.)*)`|\"((?:[^\"\\]|\\.)*)\"|(\w+)", re.DOTALL)


def refuse_files(formatted: str) -> None:
    """Refuse a statement that names the function `file`, or could do so by a parameter.

    `formatted` is what the engine's parser gives back: without comments, with every escape in an identifier resolved.

    Raises:
        InvalidInput: it has such a name.
    """
    for token in _TOKEN.finditer(formatted):
        name = token[1] or token[2] or token[3]
        if name in {"file", "Identifier"}:
            raise InvalidInput(
                "sql_read_only",
                f"{name} is not allowed here",
                "rename the column or alias; files cannot be read, nor names be parameters",
            )
