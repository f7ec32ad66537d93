from __future__ import annotations

from collections import Counter
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from assay.demo.load import orders


@given(st.integers(0, 1000))
def test_the_same_seed_gives_the_same_orders(seed: int) -> None:
    """Whoever runs the demo again gets the same orders, so that runs can be compared."""
    assert list(islice(orders(seed), 20)) == list(islice(orders(seed), 20))


def test_orders_are_told_apart() -> None:
    """Every order has an id of its own."""
    assert len({order.id for order in islice(orders(9), 500)}) == 500


def test_there_is_something_of_everything() -> None:
    """Among sixty orders some are fine, some rejected, some fail and some are slow."""
    some = list(islice(orders(9), 60))
    assert min(Counter(order.expected_status for order in some)[status] for status in (200, 422, 500)) >= 3
    assert sum(order.is_slow for order in some) >= 3
