"""Place orders from several threads and keep what became of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

import httpx

from assay.demo.load import Order


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that was answered; `seconds` is how long that took."""

    order: Order
    status: int
    trace_id: str
    seconds: float


class Traffic:
    """Customers who place `orders` one after the other, each pausing between two orders, until there are no more or stopped."""

    def __init__(self, url: str, orders: Iterator[Order], customers: int, pause_seconds: float) -> None:
        self.placed: list[Placed] = []
        self.errors: list[str] = []
        self._url = url
        self._orders = orders
        self._pause_seconds = pause_seconds
        self._next = threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._place_orders) for _ in range(customers)]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long for the last order to be answered; return whether all are."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _place_orders(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60, trust_env=False) as client:
            while not self._stopped.is_set():
                with self._next:
                    order = next(self._orders, None)
                if order is None:
                    return
                try:
                    sender = {"X-User-ID": order.user, "X-Session-ID": f"session-{order.user}"}
                    response = client.post("/orders", json=order.model_dump(), headers=sender)
                    placed = Placed(order, response.status_code, response.json()["trace_id"], response.elapsed.total_seconds())
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    self.errors.append(f"{order.id}: {error!r}")
                else:
                    self.placed.append(placed)
                self._stopped.wait(self._pause_seconds)
