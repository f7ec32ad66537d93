"""Cursors: where a list goes on, opaque to whoever holds one."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from assay.core.errors import InvalidInput

_BOUND = 2**63


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry that was given, by time and id, and where the list's time range starts.

    `seen` counts the entries already given that have this time and id.
    """

    start_ns: int
    time_ns: int
    id: str
    seen: int = 0

    def encode(self) -> str:
        fields = json.dumps([self.start_ns, self.time_ns, self.id, self.seen], separators=(",", ":"))
        return base64.urlsafe_b64encode(fields.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Cursor:
        """Read what `encode` gave.

        Raises:
            InvalidInput: it did not come from there.
        """
        try:
            start, time, key, seen = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if not all(type(number) is int and -_BOUND <= number < _BOUND for number in (start, time, seen)):
                raise ValueError
            if not isinstance(key, str) or seen < 0:
                raise ValueError
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise InvalidInput("cursor_invalid", "That is no cursor", "take next_cursor of an answer as it is") from None
        return cls(start, time, key, seen)
