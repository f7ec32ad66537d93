"""A `.sql` file as a value: its text, its header and the parameters that it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

_HEADER = re.compile(r"^-- (\w+): *(.*)$")
_CONTINUED = re.compile(r"^--    *(.*)$")
_PARAMETER = re.compile(r"\{(\w+):\s*([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement. `header` has `kind`, `why`, `reads` and `gives`; `parameters` map a name to its engine type."""

    name: str
    text: str
    header: dict[str, str]
    parameters: dict[str, str]

    @classmethod
    def parse(cls, name: str, source: str) -> Statement:
        """Read a statement with its header of `-- key: text` lines; a line `--    more` goes on with the last key."""
        header: dict[str, str] = {}
        key = ""
        lines = source.splitlines()
        for number, line in enumerate(lines):
            if match := _HEADER.match(line):
                key = match[1]
                header[key] = match[2]
            elif key and (match := _CONTINUED.match(line)):
                header[key] += " " + match[1]
            else:
                lines = lines[number:]
                break
        text = "\n".join(lines).strip().removesuffix(";")
        return cls(name, text, header, dict(_PARAMETER.findall(text)))


def load(folder: str, name: str) -> Statement:
    """Read `<name>.sql` from the package `folder`, such as `assay.query.questions`."""
    return Statement.parse(name, (files(folder) / f"{name}.sql").read_text("utf-8"))


def load_all(folder: str) -> list[Statement]:
    """Read all `.sql` files of the package `folder`, by name."""
    found: list[Traversable] = [entry for entry in files(folder).iterdir() if entry.name.endswith(".sql")]
    return [
        Statement.parse(entry.name.removesuffix(".sql"), entry.read_text("utf-8"))
        for entry in sorted(found, key=lambda entry: entry.name)
    ]
