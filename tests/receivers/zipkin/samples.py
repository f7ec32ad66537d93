"""Requests as senders of Zipkin make them."""

from __future__ import annotations

import json
from typing import Any

from py_zipkin import Encoding  # type: ignore[attr-defined] # says nothing of what it exports
from py_zipkin.transport import SimpleHTTPTransport
from py_zipkin.zipkin import zipkin_client_span, zipkin_server_span

TRACE = "5982fe77008310cc80f1da5e10147519"
START = 1_791_454_330_000_000

CLIENT: dict[str, Any] = {
    "traceId": TRACE,
    "id": "67fae42571535f60",
    "parentId": "90394f6bcffb5d13",
    "kind": "CLIENT",
    "name": "get /orders",
    "timestamp": START,
    "duration": 9_000,
    "localEndpoint": {"serviceName": "shop", "ipv4": "10.0.0.1"},
    "remoteEndpoint": {"serviceName": "orders", "ipv6": "2001:db8::2", "port": 8080},
    "tags": {"http.status_code": "503", "http.path": "/orders", "error": "no capacity"},
    "annotations": [{"timestamp": START + 10, "value": "retried"}],
}
SERVER: dict[str, Any] = {
    **CLIENT,
    "kind": "SERVER",
    "shared": True,
    "timestamp": START + 1_000,
    "duration": 7_000,
    "localEndpoint": {"serviceName": "orders", "port": 8080},
    "remoteEndpoint": None,
    "tags": {"cached": "false"},
    "annotations": [],
}
CHILD: dict[str, Any] = {
    "traceId": TRACE,
    "id": "1111111111111111",
    "parentId": CLIENT["id"],
    "name": "select",
    "timestamp": START + 2_000,
    "duration": 3_000,
    "localEndpoint": {"serviceName": "orders"},
}

_SHOP = {"serviceName": "shop", "ipv4": "10.0.0.1", "port": 0}
_ORDERS = {"serviceName": "orders", "ipv4": "10.0.0.2", "port": 8080}
BOTH_V1: dict[str, Any] = {
    "traceId": TRACE,
    "id": CLIENT["id"],
    "parentId": CLIENT["parentId"],
    "name": "get /orders",
    "timestamp": START,
    "duration": 9_000,
    "annotations": [
        {"timestamp": START, "value": "cs", "endpoint": _SHOP},
        {"timestamp": START + 1_000, "value": "sr", "endpoint": _ORDERS},
        {"timestamp": START + 2_000, "value": "cache miss", "endpoint": _ORDERS},
        {"timestamp": START + 8_000, "value": "ss", "endpoint": _ORDERS},
        {"timestamp": START + 9_000, "value": "cr", "endpoint": _SHOP},
    ],
    "binaryAnnotations": [
        {"key": "http.path", "value": "/orders", "endpoint": _SHOP},
        {"key": "rows", "value": 7, "endpoint": _ORDERS},
        {"key": "sa", "value": True, "endpoint": _ORDERS},
        {"key": "ca", "value": True, "endpoint": _SHOP},
        {"key": "lc", "value": "", "endpoint": _SHOP},
    ],
}


class _Kept(SimpleHTTPTransport):
    """A transport that keeps what it would send."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 9411)
        self.sent: list[bytes] = []

    def send(self, payload: bytes | str) -> None:
        self.sent.append(payload.encode() if isinstance(payload, str) else payload)


def trace_call(transport: Any, encoding: Encoding) -> None:
    """Trace, with py_zipkin, a server that calls another one."""
    with zipkin_server_span(
        "orders", "get /orders", transport_handler=transport, sample_rate=100, port=8080, encoding=encoding, host="10.0.0.2"
    ) as server:
        server.update_binary_annotations({"http.path": "/orders", "http.status_code": "200"})
        with zipkin_client_span("orders", "get /ledger") as client:
            client.add_annotation("sent")
            client.add_sa_binary_annotation(9000, "ledger", "10.0.0.3")


def _record(encoding: Encoding) -> list[bytes]:
    kept = _Kept()
    trace_call(kept, encoding)
    return kept.sent


V2_JSON = [json.dumps([CLIENT, SERVER, CHILD]).encode(), json.dumps([SERVER]).encode(), *_record(Encoding.V2_JSON)]
V1_JSON = [json.dumps([BOTH_V1]).encode(), *_record(Encoding.V1_JSON)]
V2_PROTOBUF = _record(Encoding.V2_PROTO3)
