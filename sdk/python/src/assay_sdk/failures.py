"""What goes wrong inside the SDK stays inside: it is counted, logged once, and the host goes on."""

from __future__ import annotations

import functools
import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_log = logging.getLogger("assay_sdk")
_counts: Counter[str] = Counter()
_lock = threading.Lock()

P = ParamSpec("P")
R = TypeVar("R")


def swallowed_errors() -> dict[str, int]:
    """Return how many errors were swallowed so far in this process, by the place where they happened."""
    with _lock:
        return dict(_counts)


def swallow(place: str, error: Exception) -> None:
    """Count an error of ours, and log it with its traceback if it is the first at `place`."""
    with _lock:
        _counts[place] += 1
        first = _counts[place] == 1
    if first:
        _log.warning("%s failed and was skipped; later failures are only counted", place, exc_info=error)


def guarded(place: str) -> Callable[[Callable[P, R]], Callable[P, R | None]]:
    """Decorate a function so that it never raises: it gives None instead, and `swallowed_errors` counts it at `place`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R | None]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R | None:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                swallow(place, error)
                return None

        return call

    return decorate
