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

from assay.core.config import Jaeger, Otlp, Receivers, Zipkin
from assay.core.config import OtlpGrpc as GrpcConfig
from assay.core.config import OtlpHttp as HttpConfig
from assay.core.signals import Signal
from assay.core.values import from_protobuf
from assay.receivers import Budget, Legacy, OtlpGrpc, OtlpHttp

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


JAEGER = Jaeger(grpc_port=0, thrift_http_port=0, thrift_compact_port=0, thrift_binary_port=0)


@dataclass
class Older:
    """The receivers of older protocols on free ports, and what they have taken."""

    recorder: Recorder
    budget: Budget
    receivers: Legacy

    def url(self, name: str) -> str:
        return f"http://{self.receivers.ports[name]}"

    def spans(self) -> list[tuple[dict[str, Any], Any]]:
        """Give each span that was taken, with the attributes of its resource."""
        requests = [ExportTraceServiceRequest.FromString(request) for _, request, _, _ in self.recorder.taken]
        return [
            (read(group.resource.attributes), span)
            for request in requests
            for group in request.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]


def read(attributes: Any) -> dict[str, Any]:
    """Give attributes of OTLP as a dictionary."""
    return {each.key: from_protobuf(each.value) for each in attributes}


@pytest.fixture
async def older() -> AsyncIterator[Older]:
    config = Receivers(otlp=Otlp(max_request_bytes=1 << 20), zipkin=Zipkin(port=0), jaeger=JAEGER)
    recorder = Recorder()
    budget = Budget.for_requests(config.otlp.max_request_bytes)
    receivers = Legacy(config, recorder, budget)
    await receivers.start()
    yield Older(recorder, budget, receivers)
    await receivers.stop(1)
