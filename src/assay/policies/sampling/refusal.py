"""A policy that cannot be used: where in it the fault is, and what to write instead."""

from __future__ import annotations

from collections.abc import Sequence

from assay.core.errors import InvalidInput


class PolicyRefused(InvalidInput):
    """A sampling policy is wrong at `path`, such as `("policies", 2, "latency", "threshold_ms")`."""

    def __init__(self, path: Sequence[str | int], message: str, hint: str) -> None:
        self.path = tuple(path)
        super().__init__("sampling_invalid", f"{write_path(path)}: {message}" if path else message, hint)


def write_path(path: Sequence[str | int]) -> str:
    """Return a path as people write it, such as `policies[2].latency.threshold_ms`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
