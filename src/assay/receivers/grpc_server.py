"""A server for gRPC whose calls are requests of one message each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
from grpc import aio

from assay.core.errors import AssayError, InvalidInput, Misconfigured
from assay.core.signals import Signal
from assay.receivers.arrivals import Arrivals
from assay.receivers.budget import Budget, Lease
from assay.receivers.door import Door
from assay.receivers.encodings import gather, open_decoder
from assay.receivers.inspection import Format
from assay.receivers.status import grpc_code, status_of

REQUEST_SECONDS = 30.0
"""Time in which a request must arrive whole."""


@dataclass(frozen=True, slots=True)
class Call:
    """A method: the signal and the form of its message, and what it answers, given a warning or an empty text."""

    signal: Signal
    form: Format
    answer: Callable[[str], bytes]


class GrpcServer:
    """Take the messages of `calls`, by their full method names, through `door`.

    `name` is the protocol's, `key` where the port is configured. `budget` bounds the memory of requests on their way through.
    """

    def __init__(
        self,
        calls: Mapping[str, Call],
        door: Door,
        *,
        name: str,
        address: tuple[str, int],
        key: str,
        budget: Budget,
        max_request_bytes: int,
    ) -> None:
        self.name = name
        self.address = address
        self._key = key
        self._calls = calls
        self._max_request_bytes = max_request_bytes
        self._budget = budget
        self._door = door
        self._arrivals = Arrivals(self._budget, max_request_bytes, REQUEST_SECONDS)
        self._server: aio.Server | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Listen and give the port; raises Misconfigured if the address cannot be had."""
        server = aio.server(
            options=[
                ("grpc.max_receive_message_length", self._max_request_bytes),
                ("grpc.per_message_decompression", 0),  # we decompress, so that the budget covers it
                ("grpc.http2.bdp_probe", 0),  # it would let a fast sender fill memory before we ask for a message
                ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a rival
            ]
        )
        server.add_generic_rpc_handlers((_Methods(self._take, self._calls),))
        host, port = self.address
        try:
            bound = server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        except RuntimeError as error:
            raise Misconfigured(
                "address_unavailable",
                f"Cannot listen for {self.name} on {host}:{port}",
                f"stop what listens there, or set {self._key}",
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

    async def _take(self, call: Call, context: aio.ServicerContext[Any, Any]) -> bytes:
        try:
            with self._budget.lease() as lease:
                async with self._arrivals.arrival() as arrival:
                    message = await context.read()
                    arrival.size_bytes = len(message)
                    lease.take(arrival.size_bytes)
                request = await self._decompress(message, lease)
                warning = await self._door.take(call.signal, request, call.form)
        except Exception as error:
            if context.done():
                raise
            await _abort(context, self._door.refuse(call.signal, error))
        finally:
            self._arrivals.admit()  # there is memory again
        return call.answer(warning)

    async def _decompress(self, message: Any, lease: Lease) -> bytes:
        if message is aio.EOF:
            raise InvalidInput(
                "no_message", "the call ended without a whole message within the size limit", "send one message per call"
            )
        encoding = _sniff(message)
        if not encoding:
            return bytes(message)
        return await gather(_once(message), open_decoder(encoding), self._max_request_bytes, lease)


class _Methods(grpc.GenericRpcHandler):
    """The methods of the services.

    On the wire a stream of one request is a plain request; served as a stream, the message is read when we choose to.
    """

    def __init__(self, take: Any, calls: Mapping[str, Call]) -> None:
        self._handlers: dict[str, Any] = {
            method: grpc.stream_unary_rpc_method_handler(_bind(take, call)) for method, call in calls.items()
        }

    def service(self, details: Any) -> Any:
        return self._handlers.get(details.method)


def _bind(take: Any, call: Call) -> Any:
    async def handle(_messages: Any, context: Any) -> bytes:
        return bytes(await take(call, context))

    return handle


def _sniff(message: bytes) -> str:
    """Tell compressed messages: none begins like gzip or zlib, and gRPC does not hand its own flag over."""
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
