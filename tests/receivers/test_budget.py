"""The memory that all requests being received may take together."""

from __future__ import annotations

import pytest

from assay.core.errors import Retryable
from assay.receivers.budget import Budget


def test_what_is_taken_is_given_back() -> None:
    """Leaving the block gives everything back, also when it is left by an error."""
    budget = Budget(100)
    with budget.lease() as lease:
        lease.take(60)
        lease.take(40)
        assert budget.used_bytes == 100
    with pytest.raises(ZeroDivisionError), budget.lease() as lease:
        lease.take(1)
        raise ZeroDivisionError
    assert budget.used_bytes == 0


def test_more_than_the_budget_is_retryable() -> None:
    """Nobody gets more than there is, all leases together, and what was refused is not counted."""
    budget = Budget(100)
    with budget.lease() as first, budget.lease() as second:
        first.take(60)
        with pytest.raises(Retryable):
            second.take(41)
        second.take(40)
    assert budget.used_bytes == 0


def test_a_budget_holds_several_of_the_largest_requests() -> None:
    """One sender of the largest request cannot shut the others out."""
    assert Budget.for_requests(64).limit_bytes >= 2 * 64
