"""Frozen values as JSON."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response


class JsonAnswer(Response):
    """Dataclasses, lists and dictionaries as JSON; a number that JSON lacks (NaN, infinity) is null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)
