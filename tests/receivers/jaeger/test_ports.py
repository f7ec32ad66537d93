"""Jaeger's ports: its own client, and what is refused how."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from grpc import aio
from prometheus_client import REGISTRY
from tests.receivers.conftest import Older, read, until
from tests.receivers.jaeger.samples import COMPACT_CALLS, POSTED, THRIFT_BATCHES, call, encode, thrift_batch, thrift_span

from assay.core.errors import Retryable
from assay.receivers import udp
from assay.receivers.thrift_reading import BINARY

COMPACT_UDP, BINARY_UDP, HTTP, GRPC = "Jaeger/UDP compact", "Jaeger/UDP binary", "Jaeger/HTTP", "Jaeger/gRPC"
THRIFT_TYPE = "application/vnd.apache.thrift.binary"
POST_SPANS = "/jaeger.api_v2.CollectorService/PostSpans"


def port(older: Older, name: str) -> int:
    return int(older.receivers.ports[name].rpartition(":")[2])


def send(older: Older, name: str, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for datagram in datagrams:
            sender.sendto(datagram, ("127.0.0.1", port(older, name)))


async def post(older: Older, content: bytes, **headers: str) -> httpx.Response:
    named = {"content-type": THRIFT_TYPE} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(base_url=older.url(HTTP), trust_env=False) as client:
        return await client.post("/api/traces?format=jaeger.thrift", content=content, headers=named)


async def post_spans(older: Older, message: bytes) -> bytes:
    async with aio.insecure_channel(older.receivers.ports[GRPC]) as channel:
        ask: Any = channel.unary_unary(POST_SPANS)
        return bytes(await ask(message, timeout=30))


def refused(way: str, reason: str) -> float:
    labels = {"signal": "traces", "source": f"jaeger/{way}", "reason": reason}
    return REGISTRY.get_sample_value("assay_refused_requests_total", labels) or 0


async def test_jaegers_own_client_is_understood(older: Older) -> None:
    """What jaeger-client sends over UDP in both encodings and over HTTP arrives, with parents, tags and logs."""
    ports = [str(port(older, name)) for name in (COMPACT_UDP, BINARY_UDP, HTTP)]
    sender = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.receivers.jaeger.sender", *ports)
    assert await sender.wait() == 0
    await until(lambda: len(older.recorder.taken) == 3)
    assert {source for _, _, _, source in older.recorder.taken} == {"jaeger/compact", "jaeger/binary", "jaeger/http"}
    found = {(resource.get("team"), span.name): (resource, span) for resource, span in older.spans()}
    resource, parent = found[None, "get /orders"]
    _, child = found[None, "get /ledger"]
    assert (resource["service.name"], parent.kind, child.status.code) == ("shop", 2, 2)
    assert (child.trace_id, child.parent_span_id) == (parent.trace_id, parent.span_id)
    assert read(parent.attributes)["rows"] == 7
    assert [(event.name, read(event.attributes)) for event in parent.events] == [("miss", {"key": "o-1"})]
    assert found["a", "get /orders"][1] == parent


async def test_spans_over_grpc_are_acknowledged(older: Older) -> None:
    """PostSpans answers with its empty message once the spans are safe, and takes compressed calls."""
    assert await post_spans(older, POSTED[0]) == b""
    async with aio.insecure_channel(older.receivers.ports[GRPC], compression=grpc.Compression.Gzip) as channel:
        ask: Any = channel.unary_unary(POST_SPANS)
        assert await ask(POSTED[0], timeout=30) == b""
    assert [source for _, _, _, source in older.recorder.taken] == ["jaeger/grpc"] * 2
    assert [span.name for _, span in older.spans()] == ["GET /orders"] * 2


async def test_refusals_over_grpc(older: Older) -> None:
    """Garbage is INVALID_ARGUMENT, too much RESOURCE_EXHAUSTED, no room UNAVAILABLE, another method UNIMPLEMENTED."""

    async def code(message: bytes, method: str = POST_SPANS) -> grpc.StatusCode:
        async with aio.insecure_channel(older.receivers.ports[GRPC]) as channel:
            ask: Any = channel.unary_unary(method)
            with pytest.raises(aio.AioRpcError) as caught:
                await ask(message, timeout=30)
        return caught.value.code()

    assert await code(b"\xff\xff") is grpc.StatusCode.INVALID_ARGUMENT
    assert await code(b"\x0a\x80\x80\x80\x01" + bytes(2 << 20)) is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert await code(POSTED[0], "/jaeger.api_v2.SamplingManager/GetSamplingStrategy") is grpc.StatusCode.UNIMPLEMENTED
    older.recorder.error = Retryable("journal_full", "the journal is full")
    assert await code(POSTED[0]) is grpc.StatusCode.UNAVAILABLE


async def test_refusals_over_http(older: Older) -> None:
    """A status that is not retried and a line of text, or 503 with the time after which to come back."""
    for content, headers, status, told in (
        (b"\x0c", {}, 400, "cut off"),
        (THRIFT_BATCHES[0], {"content_type": "application/json"}, 415, THRIFT_TYPE),
        (bytes(2 << 20), {}, 413, "larger than"),
    ):
        response = await post(older, content, **headers)
        assert (response.status_code, told in response.text) == (status, True)
    older.recorder.error = Retryable("journal_full", "the journal is full", retry_after_seconds=7)
    response = await post(older, THRIFT_BATCHES[0])
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")


async def test_large_batches_are_read_elsewhere(older: Older) -> None:
    """A batch of thousands of spans is taken whole."""
    assert (
        await post(older, encode(thrift_batch(*(thrift_span(spanId=number) for number in range(1, 2_001)))))
    ).status_code == 202
    assert [int.from_bytes(span.span_id, "big") for _, span in older.spans()] == list(range(1, 2_001))


async def test_bad_datagrams_are_counted_and_harm_nobody(older: Older) -> None:
    """Garbage, cut off and misdirected datagrams are counted as refused, and good ones between them are taken."""
    before = refused("compact", "bad_thrift")
    bad = (b"\xff" * 1000, COMPACT_CALLS[0][:50], call(thrift_batch(), BINARY), b"\x82")
    send(older, COMPACT_UDP, *bad, COMPACT_CALLS[0], *bad)
    await until(lambda: refused("compact", "bad_thrift") == before + 8)
    assert len(older.recorder.taken) == 1
    assert (await post(older, THRIFT_BATCHES[0])).status_code == 202


async def test_datagrams_that_find_no_room_are_counted(older: Older, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk is slow, datagrams wait up to a limit; more are dropped, and counted, as nobody could be told."""
    monkeypatch.setattr(udp, "_MAX_PENDING", 2)
    before = refused("compact", "receiver_busy")
    older.recorder.gate = asyncio.Event()
    send(older, COMPACT_UDP, *COMPACT_CALLS * 5)
    await until(lambda: refused("compact", "receiver_busy") == before + 3)
    older.recorder.gate.set()
    await until(lambda: len(older.recorder.taken) == 2)
    assert older.budget.used_bytes == 0


async def test_the_example_of_the_documentation_works(older: Older) -> None:
    """What the page for users shows is sent as it stands there."""
    page = Path("docs/integrations/jaeger.md").read_text("utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    example = example.replace("6831", str(port(older, COMPACT_UDP)))
    sender = await asyncio.create_subprocess_exec(sys.executable, "-c", example)
    assert await sender.wait() == 0
    await until(lambda: len(older.recorder.taken) == 1)
    assert [span.name for _, span in older.spans()] == ["get /orders"]
