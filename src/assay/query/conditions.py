"""Conditions on attributes, such as `http.route=/orders` or `http.response.status_code>=500`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assay.core.aliases import names_of
from assay.core.errors import InvalidInput

_CONDITION = re.compile(r"(?P<key>[^=!<>]+)(?P<operator>!=|>=|<=|=|>|<)(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of one attribute, under any of its names: `=` and `!=` of its text, the others of its number."""

    key: str
    operator: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read `key=value`, `key!=value`, `key>1`, `key>=1`, `key<1` or `key<=1`.

        Raises:
            InvalidInput: it is none of these, or a number is missing.
        """
        match = _CONDITION.fullmatch(text)
        if match is None:
            raise InvalidInput(
                "attribute_invalid", f"{text!r} is no condition", "write key=value, key!=value, or key>1 with >, >=, < or <="
            )
        condition = cls(match["key"].strip(), match["operator"], match["value"].strip())
        if condition.operator not in ("=", "!=") and condition.number is None:
            raise InvalidInput("attribute_invalid", f"{text!r} compares with no number", "write a number behind <, <=, > or >=")
        return condition

    @property
    def number(self) -> float | None:
        try:
            number = float(self.value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None


def as_parameters(conditions: Sequence[Condition]) -> dict[str, Any]:
    """Return the parameters `names`, `operators`, `texts` and `numbers` of a question.

    `needle` is a text that some attribute must be, or empty: the longest one, as it is likely to be the rarest.
    """
    return {
        "needle": max((condition.value for condition in conditions if condition.operator == "="), key=len, default=""),
        "names": [names_of(condition.key) for condition in conditions],
        "operators": [condition.operator for condition in conditions],
        "texts": [condition.value for condition in conditions],
        "numbers": [condition.number or 0.0 for condition in conditions],
    }
