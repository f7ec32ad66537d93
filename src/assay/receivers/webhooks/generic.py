"""Any sender that can write the events of Assay itself, as for `POST /api/v1/events`, but signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.receivers.webhooks.forms import Form


def convert(message: Any, headers: Mapping[str, str], parameters: Mapping[str, str]) -> list[Form]:
    """Take the events as they are."""
    return message if isinstance(message, list) else [message]
