"""OTLP over gRPC: to a Collector, a vendor or another Assay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from assay.core.errors import AssayError, Misconfigured, Permanent, Retryable, TooLarge
from assay.core.signals import Signal
from assay.exporters.destination import Destination, Outcome, Payload
from assay.exporters.otlp_http import encode, read_response, split
from assay.exporters.page import Page
from assay.exporters.settings import RemoteSettings, Tls

_SERVICES = {Signal.TRACES: "trace", Signal.METRICS: "metrics", Signal.LOGS: "logs"}
_RETRYABLE = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
}
_MENDABLE = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNIMPLEMENTED}


class OtlpGrpcSettings(RemoteSettings):
    pass


class OtlpGrpc(Destination[OtlpGrpcSettings]):
    """Call `Export` of the signal's service; an endpoint `https://…` uses TLS, `http://…` or a bare `host:port` does not."""

    settings = OtlpGrpcSettings
    signals: ClassVar[tuple[Signal, ...]] = (Signal.TRACES, Signal.METRICS, Signal.LOGS)

    def __init__(self, options: OtlpGrpcSettings, signal: Signal, directory: Path) -> None:
        super().__init__(options, signal, directory)
        self._channel = _channel(options)
        service = _SERVICES[signal]
        self._export: Callable[..., bytes] = self._channel.unary_unary(
            f"/opentelemetry.proto.collector.{service}.v1.{service.capitalize()}Service/Export"
        )
        self._metadata = [(name.lower(), value) for name, value in options.headers.items()]

    def encode(self, page: Page) -> Iterator[Payload]:
        return encode(page, self.directory)

    def send(self, payload: Payload) -> Outcome | None:
        try:
            body = self._export(payload.body, timeout=self.options.timeout_seconds, metadata=self._metadata)
        except grpc.RpcError as error:
            raise _translate(error, self.options.endpoint) from error
        return read_response(self.signal, body)

    def split(self, payload: Payload) -> list[Payload]:
        return split(self.signal, payload)

    def close(self) -> None:
        self._channel.close()


def _channel(options: OtlpGrpcSettings) -> grpc.Channel:
    address = urlsplit(options.endpoint if "://" in options.endpoint else f"//{options.endpoint}")
    compression = grpc.Compression.Gzip if options.compression == "gzip" else grpc.Compression.NoCompression
    if address.scheme != "https":
        return grpc.insecure_channel(address.netloc, compression=compression)
    return grpc.secure_channel(address.netloc, _credentials(options.tls), compression=compression)


def _credentials(tls: Tls) -> grpc.ChannelCredentials:
    try:
        read = [Path(name).read_bytes() if name else None for name in (tls.ca_file, tls.key_file, tls.cert_file)]
    except OSError as error:
        raise Misconfigured("exporter_invalid", f"Cannot use the certificates: {error}", "check the files under tls") from error
    return grpc.ssl_channel_credentials(*read)


def _translate(error: Any, endpoint: str) -> AssayError:
    code = error.code()
    said = f"{endpoint} answers with {code.name}: {error.details()}"
    delay = _retry_delay(error)
    if code in _RETRYABLE or (code is grpc.StatusCode.RESOURCE_EXHAUSTED and delay is not None):
        return Retryable("destination_unavailable", said, "is it running?", delay or 0)
    if code in _MENDABLE:
        return Misconfigured("destination_denies", said, "check endpoint, headers and what the destination receives")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return TooLarge("destination_too_large", said)
    return Permanent("destination_refuses", said)


def _retry_delay(error: Any) -> int | None:
    """Return the seconds of a RetryInfo among the details of a status, None if there is none."""
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        try:
            details = status_pb2.Status.FromString(value).details
            for detail in details:
                info = error_details_pb2.RetryInfo()
                if detail.Unpack(info):
                    return int(info.retry_delay.seconds)
        except DecodeError:
            return None
    return None
