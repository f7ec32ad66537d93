"""What is counted of the requests that are taken and refused."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY
from tests.receivers.conftest import Recorder, trace_request

from assay.core.errors import InvalidInput, Retryable
from assay.core.signals import Signal
from assay.receivers.door import Door


def count(name: str, source: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"assay_{name}", {"source": source, **labels}) or 0


async def test_what_is_taken_is_counted() -> None:
    """Requests, items, decompressed bytes and the time to acknowledge are counted by signal and source."""
    door = Door(Recorder(), "test/taken")
    for spans in (2, 3):
        await door.take(Signal.TRACES, trace_request(spans))
    size = len(trace_request(2)) + len(trace_request(3))
    assert count("received_requests_total", "test/taken", signal="traces") == 2
    assert count("received_items_total", "test/taken", signal="traces") == 5
    assert count("received_bytes_total", "test/taken", signal="traces") == size
    assert count("acknowledge_seconds_count", "test/taken", signal="traces") == 2
    door.close()


async def test_what_is_refused_is_counted_with_its_reason() -> None:
    """A request refused by the next hop counts its items; one that cannot be read counts as a request."""
    recorder = Recorder(error=Retryable("journal_full", "the journal is full"))
    door = Door(recorder, "test/refused")
    for body, code in ((trace_request(4), "journal_full"), (b"\x00", "bad_protobuf")):
        with pytest.raises((Retryable, InvalidInput)) as caught:
            await door.take(Signal.TRACES, body)
        assert door.refuse(Signal.TRACES, caught.value).code == code
        assert count("refused_requests_total", "test/refused", signal="traces", reason=code) == 1
    assert count("refused_items_total", "test/refused", signal="traces", reason="journal_full") == 4
    assert count("received_requests_total", "test/refused", signal="traces") == 0
    door.close()


async def test_an_unexpected_error_becomes_an_id() -> None:
    """Whatever goes wrong inside, outside there are an id and a hint, and it is counted."""
    door = Door(Recorder(), "test/unexpected")
    refusal = door.refuse(None, ZeroDivisionError("secret"))
    assert "secret" not in str(refusal)
    assert count("refused_requests_total", "test/unexpected", signal="none", reason="internal") == 1
    door.close()
