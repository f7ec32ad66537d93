"""The keys of pseudonyms: files that only Assay reads.

The newest is in force, and older ones still tell whose data is whose.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from assay.core.errors import Misconfigured
from assay.policies.scrub_rules import literal

_FILE = re.compile(r"pseudonym-k(\d+)\.key")
_DIGITS = 16
_BYTES = 32


@dataclass(frozen=True, slots=True)
class PseudonymKey:
    """A key by its number; its id in pseudonyms is `k<number>`."""

    number: int
    path: Path

    @property
    def id(self) -> str:
        return f"k{self.number}"

    @property
    def sql(self) -> str:
        """Give the expression that reads the key where it is used: its bytes are in no statement, so no query can show them."""
        return f"file({literal(str(self.path))})"

    def pseudonym(self, value: str) -> str:
        """Return what stands for `value`: the first 16 hexadecimal digits of its HMAC-SHA-256, behind the key's id."""
        digest = hmac.new(self.path.read_bytes(), value.encode(), hashlib.sha256).hexdigest()
        return f"{self.id}:{digest[:_DIGITS]}"


def read_keys(directory: Path) -> list[PseudonymKey]:
    """Return all keys, the one in force last; the first is made if there is none.

    Raises:
        Misconfigured: the directory cannot be used.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = [PseudonymKey(int(match[1]), path) for path in directory.iterdir() if (match := _FILE.fullmatch(path.name))]
        return sorted(found, key=lambda key: key.number) or [_make(directory, 1)]
    except OSError as error:
        raise Misconfigured(
            "keys_unusable", f"Cannot use {directory}: {error.strerror}", "check its owner and free space"
        ) from error


def rotate(directory: Path) -> PseudonymKey:
    """Make a new key, which is in force when the policies are read next; the older ones are kept."""
    return _make(directory, read_keys(directory)[-1].number + 1)


def _make(directory: Path, number: int) -> PseudonymKey:
    path = (directory / f"pseudonym-k{number}.key").absolute()
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        # Letters and digits only: the engine reads it as text.
        file.write(secrets.token_hex(_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    return PseudonymKey(number, path)
