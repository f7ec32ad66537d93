"""OTLP over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NoReturn

import grpc
from grpc import aio

from assay.core.config import Otlp
from assay.core.errors import AssayError, InvalidInput, Misconfigured
from assay.core.ports import Accept
from assay.core.signals import Signal
from assay.receivers.arrivals import Arrivals
from assay.receivers.budget import Budget, Lease
from assay.receivers.door import Door
from assay.receivers.encodings import gather, open_decoder
from assay.receivers.otlp import KINDS, answer
from assay.receivers.status import grpc_code, status_of

REQUEST_SECONDS = 30.0
"""Time in which a request must arrive whole."""


class OtlpGrpc:
    """Receive OTLP over gRPC and hand every request to `accept`.

    `budget` bounds the memory of requests on their way through; give the same one to all receivers of a process.
    """

    def __init__(self, config: Otlp, accept: Accept, budget: Budget | None = None) -> None:
        self._config = config
        self._budget = budget or Budget.for_requests(config.max_request_bytes)
        self._door = Door(accept, "otlp/grpc")
        self._arrivals = Arrivals(self._budget, config.max_request_bytes, REQUEST_SECONDS)
        self._server: aio.Server | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listen and give the port; raises Misconfigured if the address cannot be had."""
        server = aio.server(
            options=[
                ("grpc.max_receive_message_length", self._config.max_request_bytes),
                ("grpc.per_message_decompression", 0),  # we decompress, so that the budget covers it
                ("grpc.http2.bdp_probe", 0),  # it would let a fast sender fill memory before we ask for a message
                ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a rival
            ]
        )
        server.add_generic_rpc_handlers((_Methods(self._export),))
        host, port = self._config.grpc.host, self._config.grpc.port
        try:
            bound = server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        except RuntimeError as error:
            raise Misconfigured(
                "address_unavailable",
                f"Cannot listen for OTLP/gRPC on {host}:{port}",
                "stop what listens there, or set receivers.otlp.grpc.port",
            ) from error
        await server.start()
        self._server = server
        self._watch = asyncio.create_task(self._arrivals.watch())
        return int(bound)

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening at once; requests that run get `grace_seconds` to end."""
        if self._server is not None:
            await self._server.stop(grace_seconds)
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        self._door.close()

    async def _export(self, signal: Signal, context: aio.ServicerContext[Any, Any]) -> bytes:
        try:
            with self._budget.lease() as lease:
                async with self._arrivals.arrival() as arrival:
                    message = await context.read()
                    arrival.size_bytes = len(message)
                    lease.take(arrival.size_bytes)
                request = await self._decompress(message, lease)
                warning = await self._door.take(signal, request)
        except Exception as error:
            if context.done():
                raise
            await _abort(context, self._door.refuse(signal, error))
        finally:
            self._arrivals.admit()  # there is memory again
        return answer(KINDS[signal], warning).SerializeToString() if warning else b""

    async def _decompress(self, message: Any, lease: Lease) -> bytes:
        if message is aio.EOF:
            raise InvalidInput(
                "no_message", "the call ended without a whole message within the size limit", "send one message per call"
            )
        encoding = _sniff(message)
        if not encoding:
            return bytes(message)
        return await gather(_once(message), open_decoder(encoding), self._config.max_request_bytes, lease)


class _Methods(grpc.GenericRpcHandler):
    """The `Export` methods of the three services.

    On the wire a stream of one request is a plain request; served as a stream, the message is read when we choose to.
    """

    def __init__(self, export: Any) -> None:
        self._handlers: dict[str, Any] = {
            kind.grpc_method: grpc.stream_unary_rpc_method_handler(_bind(export, signal)) for signal, kind in KINDS.items()
        }

    def service(self, details: Any) -> Any:
        return self._handlers.get(details.method)


def _bind(export: Any, signal: Signal) -> Any:
    async def handle(_messages: Any, context: Any) -> bytes:
        return bytes(await export(signal, context))

    return handle


def _sniff(message: bytes) -> str:
    """Tell compressed messages: no OTLP request begins like gzip or zlib, and gRPC does not hand its own flag over."""
    if message.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if message[:1] == b"\x78" and len(message) > 1 and int.from_bytes(message[:2], "big") % 31 == 0:
        return "deflate"
    return ""


async def _once(message: bytes) -> AsyncIterator[bytes]:
    yield message


async def _abort(context: aio.ServicerContext[Any, Any], error: AssayError) -> NoReturn:
    details = (("grpc-status-details-bin", status_of(error).SerializeToString()),)
    await context.abort(grpc_code(error), str(error), trailing_metadata=details)
