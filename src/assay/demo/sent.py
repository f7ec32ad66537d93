"""What the services have sent, as they keep count of it in files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

UNACKNOWLEDGED = "requests not acknowledged"


def read(files: Iterable[Path]) -> Counter[str]:
    """Add up what several services sent, by kind of item."""
    total: Counter[str] = Counter()
    for file in files:
        if file.exists():
            total.update(json.loads(file.read_text("utf-8")))
    return total
