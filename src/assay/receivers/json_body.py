"""A body in JSON."""

from __future__ import annotations

from typing import Any

import orjson

from assay.core.errors import InvalidInput

_SMALL_BYTES = 1 << 20


def parse_json(body: bytes, hint: str) -> Any:
    """Read JSON; raises InvalidInput with `hint`, or MemoryError if there is not enough of it for a large body."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = str(error)
        if "memory" in reason:
            if len(body) > _SMALL_BYTES:
                raise MemoryError from error
            # What orjson says of a small body that ends in the midst of deeply nested arrays.
            reason = "it is cut off"
        raise InvalidInput("bad_json", f"the body is no JSON: {reason}", hint) from error
