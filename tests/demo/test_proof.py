from __future__ import annotations

from collections import Counter

from assay.demo.load import Order
from assay.demo.proof import Check, prove
from assay.demo.sent import UNACKNOWLEDGED
from assay.demo.server import Server
from assay.demo.traffic import Placed


def _order() -> Order:
    return Order(
        id="WF-1", product="gold", amount=1, purity=1, period="2026-11", user="ada", email="a@example.com", card="4111"
    )


def _failed(checks: list[Check]) -> set[str]:
    return {check.what for check in checks if not check.passed}


def test_nothing_sent_is_nothing_stored(assay: Server) -> None:
    """A run that sent nothing is proven at once."""
    assert not _failed(prove(assay, "nobody", Counter(), []))


def test_what_is_missing_is_found(assay: Server) -> None:
    """Whatever the services say they sent and the store does not have differs, kind by kind."""
    sent = Counter({"spans": 1, "log records": 2, "gauge points": 1, "exponential histogram points": 3})
    assert _failed(prove(assay, "nobody", sent, [], wait_seconds=0)) == set(sent)


def test_an_unacknowledged_export_is_no_proof(assay: Server) -> None:
    """A request that was not acknowledged shows, even if all else is equal."""
    assert _failed(prove(assay, "nobody", Counter({UNACKNOWLEDGED: 1}), [])) == {"exports not acknowledged"}


def test_an_order_without_its_trace_is_no_proof(assay: Server) -> None:
    """An order that ended otherwise than it should, and has neither trace nor logs, differs on every count."""
    placed = [Placed(_order(), 500, "00" * 16, 0.1)]
    assert _failed(prove(assay, "nobody", Counter(), placed, wait_seconds=0)) == {
        "orders that ended as they should",
        "traces that cross all three services",
        "failed orders that are failed traces",
        "traces found with their logs",
    }
