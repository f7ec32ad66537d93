"""The orders that are placed: always the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from pydantic import BaseModel


class Order(BaseModel):
    """What a customer sends to the order desk."""

    id: str
    product: str
    amount: float
    purity: float
    period: str
    user: str
    email: str
    card: str

    @property
    def expected_status(self) -> int:
        """HTTP status that the order desk answers: 422 for a product nobody has certified, 500 in a closed period."""
        if self.product == "fool's gold":
            return 422
        return 500 if self.period == "2025-12" else 200

    @property
    def is_slow(self) -> bool:
        """Whether a second person is asked: the order is over everybody's limit and complies."""
        return self.amount > 10_000 and self.product != "fool's gold"


def orders(seed: int) -> Iterator[Order]:
    """Yield orders without end: about one in twelve is rejected, one in twelve fails and one in six is slow."""
    dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
    number = 0
    while True:
        number += 1
        yield Order(
            id=f"WF-{seed:02d}-{number:05d}",
            product="fool's gold" if dice.random() < 1 / 12 else dice.choice(["gold", "silver", "platinum"]),
            amount=round(dice.uniform(12_000, 40_000) if dice.random() < 1 / 6 else dice.uniform(50, 2_400), 2),
            purity=round(dice.uniform(0.85, 0.999), 3),
            period="2025-12" if dice.random() < 1 / 12 else "2026-11",
            user=dice.choice(["ada", "grace", "emmy"]),
            email="ada.lovelace@example.com",
            card="4111 1111 1111 1111",
        )
