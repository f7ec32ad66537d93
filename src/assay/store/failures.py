"""What the engine's error codes mean for the caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from assay.core.errors import AssayError, InvalidInput, Permanent, Retryable, TimedOut

_CODE = re.compile(r"Code: (\d+)\.")
_NOISE = re.compile(
    r"^.*?Code: \d+\. DB::\w*Exception: |: While executing \w+\.|\s*\(version [^)]*\)|Stack trace:.*", re.DOTALL
)

# ClickHouse's src/Common/ErrorCodes.cpp
_LATER = {
    74: "cannot read from disk",
    75: "cannot write to disk",
    76: "cannot open a file",
    202: "too many statements at once",
    209: "socket timeout",
    210: "network error",
    241: "out of memory",
    243: "not enough disk space",
    252: "too many parts",
    394: "cancelled",
    425: "system error",
    499: "object storage error",
}
_TIME = (
    TimedOut,
    "time_limit",
    "The query took longer than its time limit",
    "narrow the time range or raise api.sql.max_seconds",
)
_ROWS = (InvalidInput, "row_limit", "The result has more rows than the limit", "add a LIMIT or raise api.sql.max_rows")
_LIMITS: dict[int, tuple[type[AssayError], str, str, str]] = {
    158: _ROWS,
    159: _TIME,
    160: _TIME,
    164: (InvalidInput, "sql_read_only", "Only reading is allowed here", "send one SELECT statement"),
    307: _ROWS,
    396: _ROWS,
}
# Not from the engine at all, a broken assumption inside it, an exception from its surroundings.
_FAULTS = {0, 49, 1000, 1001, 1002}
_OUT_OF_MEMORY = "Code: 241."
_NO_SPACE = re.compile(r"No space left|errno: (28|122)|Disk quota", re.IGNORECASE)


@contextmanager
def translate(code: str) -> Iterator[None]:
    """Turn the engine's exceptions into ours; `code` names the case where the engine refuses what it was given."""
    try:
        yield
    except AssayError:
        raise
    except Exception as error:
        raise explain(str(error), code) from error


@contextmanager
def translate_insert() -> Iterator[None]:
    """Turn what an insert raises into `InvalidInput` if the engine cannot read the data, and else into `Retryable`.

    Only a failure of the reader is certain to have written nothing and to be the data's own fault. Whatever else happens may
    have filled some of the tables behind the landing table: the same token must be tried again until it succeeds.
    """
    try:
        yield
    except Exception as error:
        said = explain(str(error), "store_unreadable")
        reading = "ProtobufRowInputFormat" in str(error)
        if isinstance(said, InvalidInput) and reading:
            raise said from error
        # Short of memory while it reads, the engine may stumble over its own half-filled columns.
        if _OUT_OF_MEMORY in str(error) or (isinstance(said, Permanent) and reading):
            raise Retryable("store_memory", said.message, "raise store.max_memory_bytes") from error
        raise Retryable("store_busy", said.message, said.hint) from error


def explain(text: str, code: str) -> AssayError:
    """Give the error of ours for what the engine said."""
    match = _CODE.search(text)
    number = int(match[1]) if match else 0
    message = _NOISE.sub("", text).strip()
    if known := _LIMITS.get(number):
        kind, *words = known
        return kind(*words)
    if "Query memory limit" in text:
        return InvalidInput(
            "memory_limit", "The query needs more memory than its limit", "narrow it or raise api.sql.max_memory_bytes"
        )
    if number in _LATER or _NO_SPACE.search(text):
        return Retryable("store_busy", message, _LATER.get(number, "not enough disk space"))
    if number in _FAULTS:
        return Permanent(code, message)
    return InvalidInput(code, message, f"ClickHouse error {number}")
