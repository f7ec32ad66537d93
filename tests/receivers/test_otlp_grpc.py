"""OTLP over gRPC: what a sender gets for what it sends."""

from __future__ import annotations

import asyncio
import socket
from time import monotonic
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc import aio
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from tests.receivers.conftest import Receive, Receiving, Recorder, trace_request, until
from tests.receivers.sdk import send

from assay.core.config import Otlp
from assay.core.config import OtlpGrpc as GrpcConfig
from assay.core.errors import Misconfigured, Retryable
from assay.core.signals import Signal
from assay.receivers import OtlpGrpc


def status_in(error: aio.AioRpcError) -> Any:
    """Give the `google.rpc.Status` that came with an error."""
    trailing = error.trailing_metadata()
    assert trailing is not None
    details = dict(trailing)["grpc-status-details-bin"]
    return status_pb2.Status.FromString(bytes(details))


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
async def test_sdk_exporters_deliver_all_three_signals(receiving: Receiving, compression: grpc.Compression) -> None:
    """What the real exporters send arrives once, whole, as the signal it is, compressed or not."""
    address: dict[str, Any] = {
        "endpoint": f"http://127.0.0.1:{receiving.grpc_port}",
        "insecure": True,
        "compression": compression,
    }
    await asyncio.to_thread(send, OTLPSpanExporter(**address), OTLPMetricExporter(**address), OTLPLogExporter(**address))
    taken = receiving.recorder.taken
    assert sorted(signal for signal, *_ in taken) == sorted(Signal)
    assert all((items, source) == (1, "otlp/grpc") and b"orders" in request for _, request, items, source in taken)


async def test_a_request_is_passed_on_byte_for_byte(receiving: Receiving) -> None:
    """Bytes are not rewritten on their way, and full success has an empty answer without partial_success."""
    request = trace_request(3)
    assert await receiving.call(request) == b""
    assert receiving.recorder.taken == [(Signal.TRACES, request, 3, "otlp/grpc")]


async def test_an_empty_request_succeeds(receiving: Receiving) -> None:
    """A request without anything in it is a success, for each signal."""
    for method in ("trace.v1.TraceService", "metrics.v1.MetricsService", "logs.v1.LogsService"):
        assert await receiving.call(b"", method) == b""


async def test_deflate_is_accepted(receiving: Receiving) -> None:
    """gRPC's other compression works as well."""
    await receiving.call(trace_request(100), compression=grpc.Compression.Deflate)
    assert receiving.recorder.taken[0][1] == trace_request(100)


async def test_a_resource_without_a_name_is_taken_with_a_warning(receiving: Receiving) -> None:
    """Nothing is rejected for lack of a service name, but the sender is told."""
    answer = ExportTraceServiceResponse.FromString(await receiving.call(trace_request(service=None)))
    assert answer.partial_success.rejected_spans == 0
    assert "service.name" in answer.partial_success.error_message
    assert len(receiving.recorder.taken) == 1


@pytest.mark.parametrize("body", [b"\x00\x00", b"\x0a\x05\x00", trace_request()[:-1], b"GET / HTTP/1.1"])
async def test_garbage_is_an_invalid_argument(receiving: Receiving, body: bytes) -> None:
    """What is no request can never be accepted: INVALID_ARGUMENT with BadRequest details, which no sender retries."""
    with pytest.raises(aio.AioRpcError) as caught:
        await receiving.call(body)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    bad = error_details_pb2.BadRequest()
    assert status_in(caught.value).details[0].Unpack(bad)
    assert "ExportTraceServiceRequest" in bad.field_violations[0].description


async def test_a_call_without_a_message_is_an_invalid_argument(receiving: Receiving) -> None:
    """A call that ends before its message is the sender's mistake, not an internal error."""
    call: Any = receiving.channel.stream_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
    with pytest.raises(aio.AioRpcError) as caught:
        await call(iter(()))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip, grpc.Compression.Deflate])
async def test_over_the_limit_is_resource_exhausted_without_retry(receive: Receive, compression: grpc.Compression) -> None:
    """Too large, before or after decompression, must not be sent again: RESOURCE_EXHAUSTED and no RetryInfo."""
    receiving = await receive(max_request_bytes=100_000)
    with pytest.raises(aio.AioRpcError) as caught:
        await receiving.call(trace_request(name="x" * 200_000), compression=compression)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert b"RetryInfo" not in dict(caught.value.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    assert receiving.recorder.taken == []
    assert await receiving.call(trace_request()) == b""


async def test_a_request_of_exactly_the_limit_is_taken(receive: Receive) -> None:
    """The limit is what is still allowed, before and after decompression."""
    request = trace_request()
    receiving = await receive(max_request_bytes=len(request))
    for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
        assert await receiving.call(request, compression=compression) == b""


async def test_back_pressure_is_unavailable_with_retry_info(receiving: Receiving) -> None:
    """A retryable refusal of the next hop reaches the sender as UNAVAILABLE with the delay it asks for."""
    receiving.recorder.error = Retryable("journal_full", "the journal is full", retry_after_seconds=7)
    with pytest.raises(aio.AioRpcError) as caught:
        await receiving.call(trace_request())
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    status, retry = status_in(caught.value), error_details_pb2.RetryInfo()
    assert status.code == 14
    assert status.details[0].Unpack(retry)
    assert retry.retry_delay.seconds == 7


async def test_an_unexpected_error_is_internal_and_says_nothing_of_the_inside(
    receiving: Receiving, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sender gets an id, the log gets the reason under it, once."""
    receiving.recorder.error = ZeroDivisionError("secret")
    with pytest.raises(aio.AioRpcError) as caught:
        await receiving.call(trace_request())
    assert caught.value.code() == grpc.StatusCode.INTERNAL
    details = caught.value.details() or ""
    assert "secret" not in details
    error_id = details.split()[2]
    assert capsys.readouterr().out.count(error_id) == 1


async def test_unknown_methods_are_unimplemented(receiving: Receiving) -> None:
    """A service that we do not speak is UNIMPLEMENTED, which senders do not retry."""
    for method in ("profiles.v1development.ProfilesService", "trace.v1.TraceServices"):
        with pytest.raises(aio.AioRpcError) as caught:
            await receiving.call(trace_request(), method)
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_unknown_compressions_are_not_retryable(receiving: Receiving) -> None:
    """A compression that gRPC does not know is refused for good; gRPC itself chooses the code, INTERNAL as of now."""
    code = await asyncio.to_thread(_send_snappy, receiving.grpc_port)
    assert code in (grpc.StatusCode.UNIMPLEMENTED.value[0], grpc.StatusCode.INTERNAL.value[0])


async def test_over_the_memory_budget_senders_wait_and_then_come_back(receive: Receive) -> None:
    """While the requests in flight take all memory granted, others wait, at last are refused as retryable, and later taken."""
    request = trace_request(name="x" * 40_000)
    receiving = await receive(budget_bytes=100_000, max_request_bytes=50_000)
    receiving.recorder.gate = asyncio.Event()
    held = [asyncio.create_task(receiving.call(request)) for _ in range(2)]
    await until(lambda: receiving.recorder.waiting == 2)
    late = asyncio.create_task(receiving.call(request))
    await until(lambda: len(receiving.grpc._arrivals._waiting) == 1)
    receiving.grpc._arrivals.check(monotonic() + 5.1)
    with pytest.raises(aio.AioRpcError) as caught:
        await late
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    late = asyncio.create_task(receiving.call(request))
    await until(lambda: len(receiving.grpc._arrivals._waiting) == 1)
    receiving.recorder.gate.set()
    assert await asyncio.gather(late, *held) == [b"", b"", b""]
    assert receiving.budget.used_bytes == 0


async def test_a_slow_sender_is_told_to_come_back(receiving: Receiving) -> None:
    """A request that does not arrive in time is refused as retryable, and keeps nobody else waiting."""
    call: Any = receiving.channel.stream_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")()
    arrivals = receiving.grpc._arrivals
    await until(lambda: len(arrivals._arriving) == 1)
    assert await receiving.call(trace_request()) == b""
    arrivals.check(now=next(iter(arrivals._arriving)).started + 31)
    assert await call.code() == grpc.StatusCode.UNAVAILABLE
    assert "slow" not in await call.details()
    assert "30 seconds" in await call.details()
    assert await receiving.call(trace_request()) == b""


async def test_an_address_in_use_is_explained(receiving: Receiving) -> None:
    """A port that somebody has is an error that says which, and what to do."""
    rival = OtlpGrpc(Otlp(grpc=GrpcConfig(port=receiving.grpc_port)), Recorder())
    with pytest.raises(Misconfigured, match=f"{receiving.grpc_port}.*receivers.otlp.grpc.port"):
        await rival.start()
    await rival.stop(0)


async def test_stopping_lets_what_runs_end(receive: Receive) -> None:
    """A request that was being taken when the receiver stops is still answered; a new one is not taken."""
    receiving = await receive()
    receiving.recorder.gate = asyncio.Event()
    held = asyncio.create_task(receiving.call(trace_request()))
    await until(lambda: receiving.recorder.waiting == 1)
    stopping = asyncio.create_task(receiving.grpc.stop(10))
    await until(lambda: _refuses(receiving.grpc_port))
    receiving.recorder.gate.set()
    assert await held == b""
    await stopping


def _refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _send_snappy(port: int) -> int:
    """Send a request whose `grpc-encoding` no gRPC library offers; gives the grpc-status of the answer."""
    literal = b"".join(
        b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value
        for name, value in (
            (b":method", b"POST"),
            (b":scheme", b"http"),
            (b":path", b"/opentelemetry.proto.collector.trace.v1.TraceService/Export"),
            (b":authority", b"localhost"),
            (b"content-type", b"application/grpc"),
            (b"te", b"trailers"),
            (b"grpc-encoding", b"snappy"),
        )
    )

    def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
        return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload

    message = frame(0, 1, 1, b"\x01" + (4).to_bytes(4, "big") + b"\x01\x00\x00\x00")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + frame(1, 4, 1, literal) + message)
        received = b""
        while b"grpc-status" not in received:
            more = connection.recv(65536)
            assert more, received
            received += more
    rest = received.partition(b"grpc-status")[2]
    return int(rest[1 : 1 + rest[0]])
