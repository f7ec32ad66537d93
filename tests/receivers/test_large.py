"""Large requests in a process of their own: the same answers, bounded memory, no harm from its end."""

from __future__ import annotations

import asyncio
import os
import signal as signals
from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.receivers.conftest import Receiving, trace_request, until

from assay.core.errors import InvalidInput, Retryable
from assay.core.signals import Signal
from assay.receivers.inspection import OTLP, OTLP_JSON, inspect
from assay.receivers.large import LargeRequests


@pytest.fixture
def large() -> Iterator[LargeRequests]:
    with closing(LargeRequests()) as requests:
        yield requests


async def test_the_answers_are_the_same_as_here(large: LargeRequests) -> None:
    """Where a request is inspected makes no difference, in either encoding."""
    body = trace_request(5000, service=None)
    assert await large.inspect(Signal.TRACES, body, OTLP) == inspect(Signal.TRACES, body)
    body = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"n"}]}]}]}'
    assert await large.inspect(Signal.TRACES, body, OTLP_JSON) == inspect(Signal.TRACES, body, as_json=True)
    assert await large.inspect(Signal.LOGS, b"", OTLP) == inspect(Signal.LOGS, b"")
    assert (await large.inspect(Signal.LOGS, b'{"unknown":1}', OTLP_JSON)).request == b""


async def test_errors_are_the_same_as_here(large: LargeRequests) -> None:
    """The sender reads the same words, and the path of the field."""
    for body, as_json in ((b"\x00", False), (b"{", True), (b'{"resourceSpans":[{"resource":5}]}', True)):
        with pytest.raises(InvalidInput) as here:
            inspect(Signal.TRACES, body, as_json=as_json)
        with pytest.raises(InvalidInput) as there:
            await large.inspect(Signal.TRACES, body, OTLP_JSON if as_json else OTLP)
        assert vars(there.value) == vars(here.value)


async def test_what_takes_too_much_memory_is_refused_and_the_next_is_taken() -> None:
    """A small request that stands for gigabytes is refused for good, whichever parser it exhausts."""
    empty_groups = b"\x0a\x00" * (4 << 20)
    with closing(LargeRequests(memory_bytes=128 << 20)) as large:
        for body, as_json in ((empty_groups, False), (b'{"resourceSpans":[' + b"{}," * (4 << 20) + b"{}]}", True)):
            with pytest.raises(InvalidInput) as caught:
                await large.inspect(Signal.TRACES, body, OTLP_JSON if as_json else OTLP)
            assert caught.value.code == "too_costly"
            assert (await large.inspect(Signal.TRACES, trace_request(9), OTLP)).items == 9


async def test_a_killed_child_is_replaced(large: LargeRequests) -> None:
    """Somebody else killing the child costs no request."""
    await large.inspect(Signal.TRACES, b"", OTLP)
    assert large._child is not None
    os.kill(large._child.pid, signals.SIGKILL)
    assert (await large.inspect(Signal.TRACES, trace_request(9), OTLP)).items == 9


async def test_closing_ends_the_child_and_refuses_the_rest() -> None:
    """After `close` there is no process left, and who still comes is told to come back."""
    large = LargeRequests()
    await large.inspect(Signal.TRACES, b"", OTLP)
    child = large._child
    assert child is not None
    large.close()
    large.close()
    assert child.returncode is not None
    with pytest.raises(Retryable):
        await large.inspect(Signal.TRACES, b"", OTLP)


async def test_large_requests_of_both_ways_in_are_taken(receiving: Receiving) -> None:
    """A request over the size from which the child is asked arrives as any other, others being served meanwhile."""
    request = trace_request(1, name="x" * (5 << 20))
    document = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"' + b"x" * (1 << 20) + b'"}]}]}]}'
    sent = [
        asyncio.create_task(receiving.call(request)),
        asyncio.create_task(receiving.post(request)),
        asyncio.create_task(receiving.post(document, content_type="application/json")),
    ]
    await receiving.call(trace_request())
    await asyncio.gather(*sent)
    assert sorted(items for _, _, items, _ in receiving.recorder.taken) == [1, 1, 1, 1]
    await until(lambda: receiving.budget.used_bytes == 0)
