"""The receivers of older protocols, which never stand in the way of OTLP."""

from __future__ import annotations

from typing import Protocol

import structlog

from assay.core.config import Jaeger, Receivers, Zipkin
from assay.core.errors import Misconfigured
from assay.core.ports import Accept
from assay.core.signals import Signal
from assay.receivers.budget import Budget
from assay.receivers.door import Door
from assay.receivers.grpc_server import Call, GrpcServer
from assay.receivers.jaeger.app import PATH, JaegerPath
from assay.receivers.jaeger.batch import BINARY_DATAGRAM, COMPACT_DATAGRAM, PROTOBUF
from assay.receivers.legacy_http import LegacyHttp
from assay.receivers.udp import Udp
from assay.receivers.zipkin.app import FORMS, ZipkinPath

_log = structlog.get_logger("assay.receivers")


class Receiver(Protocol):
    """What listens on one port."""

    name: str
    address: tuple[str, int]

    async def start(self) -> int:
        """Listen and give the port; raises Misconfigured if the address cannot be had."""

    async def stop(self, grace_seconds: float) -> None:
        """Stop listening at once; requests that run get `grace_seconds` to end."""


class Legacy:
    """All receivers of older protocols that are switched on.

    One whose port is taken, most likely by the program that Assay is to replace, is left out, and `ports` says so.
    """

    def __init__(self, config: Receivers, accept: Accept, budget: Budget) -> None:
        limit_bytes = config.otlp.max_request_bytes
        self._receivers: list[Receiver] = [
            *_zipkin(config.zipkin, accept, budget, limit_bytes),
            *_jaeger(config.jaeger, accept, budget, limit_bytes),
        ]
        self._started: list[Receiver] = []
        self.ports: dict[str, str] = {}
        """What listens where, or why it does not, by the name of the protocol."""

    async def start(self) -> int:
        """Start all that can be started and give how many there are."""
        for receiver in self._receivers:
            try:
                port = await receiver.start()
            except Misconfigured as error:
                _log.error("receiver_not_listening", protocol=receiver.name, reason=error.message, hint=error.hint)
                self.ports[receiver.name] = f"off: {error.message}"
            else:
                self._started.append(receiver)
                self.ports[receiver.name] = f"{receiver.address[0]}:{port}"
        return len(self._started)

    async def stop(self, grace_seconds: float) -> None:
        """Stop them one after the other: what runs ends within the same time, as they stop listening at once."""
        for receiver in self._started:
            await receiver.stop(grace_seconds)


def _zipkin(config: Zipkin, accept: Accept, budget: Budget, limit_bytes: int) -> list[Receiver]:
    if not config.enabled:
        return []
    door = Door(accept, "zipkin", [Signal.TRACES])
    handlers = {path: ZipkinPath(door, path) for path in FORMS}
    address = config.host, config.port
    return [LegacyHttp("Zipkin", address, "receivers.zipkin.port", handlers, budget=budget, limit_bytes=limit_bytes)]


def _jaeger(config: Jaeger, accept: Accept, budget: Budget, limit_bytes: int) -> list[Receiver]:
    if not config.enabled:
        return []

    def door(way: str) -> Door:
        return Door(accept, f"jaeger/{way}", [Signal.TRACES])

    key = "receivers.jaeger.{}_port".format
    handlers = {PATH: JaegerPath(door("http"))}
    calls = {"/jaeger.api_v2.CollectorService/PostSpans": Call(Signal.TRACES, PROTOBUF, lambda _: b"")}
    return [
        GrpcServer(
            calls,
            door("grpc"),
            name="Jaeger/gRPC",
            address=(config.host, config.grpc_port),
            key=key("grpc"),
            budget=budget,
            max_request_bytes=limit_bytes,
        ),
        LegacyHttp(
            "Jaeger/HTTP",
            (config.host, config.thrift_http_port),
            key("thrift_http"),
            handlers,
            budget=budget,
            limit_bytes=limit_bytes,
        ),
        *(
            Udp(
                f"Jaeger/UDP {way}",
                (config.host, port),
                key(f"thrift_{way}"),
                door(way),
                signal=Signal.TRACES,
                form=form,
                budget=budget,
            )
            for way, port, form in (
                ("compact", config.thrift_compact_port, COMPACT_DATAGRAM),
                ("binary", config.thrift_binary_port, BINARY_DATAGRAM),
            )
        ),
    ]
