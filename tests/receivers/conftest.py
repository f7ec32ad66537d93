"""Both receivers, running, with a next hop that remembers what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from grpc import aio
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assay.core.config import Otlp
from assay.core.config import OtlpGrpc as GrpcConfig
from assay.core.config import OtlpHttp as HttpConfig
from assay.core.signals import Signal
from assay.receivers import Budget, OtlpGrpc, OtlpHttp

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


def trace_request(spans: int = 1, service: str | None = "orders", name: str = "GET /orders") -> bytes:
    """Build a request for traces; without `service` its resource has no name."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    if service is not None:
        group.resource.attributes.add(key="service.name").value.string_value = service
    scope = group.scope_spans.add()
    for number in range(spans):
        scope.spans.add(trace_id=bytes(15) + b"\x01", span_id=number.to_bytes(8, "big"), name=name)
    return bytes(request.SerializeToString())


@dataclass
class Recorder:
    """The next hop: keeps what it was given, or raises `error`; while `gate` is closed it keeps senders waiting."""

    taken: list[tuple[Signal, bytes, int, str]] = field(default_factory=list)
    error: Exception | None = None
    gate: asyncio.Event | None = None
    waiting: int = 0

    async def __call__(self, signal: Signal, request: bytes, items: int, source: str) -> None:
        if self.gate is not None:
            self.waiting += 1
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.taken.append((signal, request, items, source))


@dataclass
class Receiving:
    """Two receivers with one budget, and clients for them."""

    recorder: Recorder
    budget: Budget
    grpc: OtlpGrpc
    http: OtlpHttp
    grpc_port: int
    http_port: int
    channel: aio.Channel
    client: httpx.AsyncClient

    async def call(self, request: bytes, method: str = "trace.v1.TraceService", **options: Any) -> bytes:
        """Send raw bytes to `Export` of an OTLP service."""
        export: Any = self.channel.unary_unary(f"/opentelemetry.proto.collector.{method}/Export")
        return bytes(await export(request, timeout=30, **options))

    async def post(self, content: Any, path: str = "/v1/traces", **headers: str) -> httpx.Response:
        """Send a request body; header names are written with underscores."""
        named = {"content-type": PROTOBUF} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(path, content=content, headers=named)


Receive = Callable[..., Awaitable[Receiving]]


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait on a condition, with a deadline."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture
async def receive() -> AsyncIterator[Receive]:
    """Start receivers; further settings are those of the configuration section for HTTP."""
    async with AsyncExitStack() as stack:

        async def start(budget_bytes: int | None = None, max_request_bytes: int = 64 << 20, **http_settings: Any) -> Receiving:
            config = Otlp(
                grpc=GrpcConfig(port=0), http=HttpConfig(port=0, **http_settings), max_request_bytes=max_request_bytes
            )
            recorder = Recorder()
            budget = Budget(budget_bytes) if budget_bytes else Budget.for_requests(config.max_request_bytes)
            over_grpc, over_http = OtlpGrpc(config, recorder, budget), OtlpHttp(config, recorder, budget)
            grpc_port, http_port = await over_grpc.start(), await over_http.start()
            stack.push_async_callback(over_grpc.stop, 1)
            stack.push_async_callback(over_http.stop, 1)
            channel = await stack.enter_async_context(
                aio.insecure_channel(f"127.0.0.1:{grpc_port}", options=[("grpc.max_send_message_length", -1)])
            )
            client = await stack.enter_async_context(
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}", timeout=30, trust_env=False)
            )
            return Receiving(recorder, budget, over_grpc, over_http, grpc_port, http_port, channel, client)

        yield start


@pytest.fixture
async def receiving(receive: Receive) -> Receiving:
    """Receivers as they are by default."""
    return await receive()
