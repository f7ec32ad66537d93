"""The memory that all requests being received may take together, over all receivers."""

from __future__ import annotations

from types import TracebackType

from assay.core.errors import Retryable


class Budget:
    """Count the bytes of requests that are held in memory and not yet acknowledged; not for use by several threads."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.used_bytes = 0

    @classmethod
    def for_requests(cls, max_request_bytes: int) -> Budget:
        """Make a budget that holds four requests of the largest size at a time."""
        return cls(4 * max_request_bytes)

    def lease(self) -> Lease:
        """Open the account of one request."""
        return Lease(self)


class Lease:
    """What one request has taken of the budget; leaving the `with` block gives it back."""

    __slots__ = ("_budget", "_bytes")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._bytes = 0

    def take(self, size_bytes: int) -> None:
        """Take more of the budget.

        Raises:
            Retryable: the budget is used up; what was taken before stays taken until the block is left.
        """
        budget = self._budget
        if budget.used_bytes + size_bytes > budget.limit_bytes:
            raise Retryable(
                "receiver_busy",
                f"{budget.used_bytes} bytes of requests are being received and {budget.limit_bytes} are allowed",
                "send again later, and less at a time",
            )
        budget.used_bytes += size_bytes
        self._bytes += size_bytes

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._budget.used_bytes -= self._bytes
        self._bytes = 0
