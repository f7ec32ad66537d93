"""A real Jaeger, with its spans in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.installed import folder
from tests.peers.processes import listens, started

from assay.core.addresses import free_port


@dataclass(frozen=True)
class Jaeger:
    """Where it takes spans, and where it answers."""

    otlp_grpc: str
    thrift_http: str
    query: str


@contextmanager
def jaeger(work: Path) -> Iterator[Jaeger]:
    """Run one, all its listeners on free ports."""
    names = ["otlp_grpc", "otlp_http", "thrift", "model", "query", "query_grpc", "admin"]
    ports = {name: free_port() for name in names}
    at = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    options = {
        "collector.otlp.grpc.host-port": at["otlp_grpc"],
        "collector.otlp.http.host-port": at["otlp_http"],
        "collector.http-server.host-port": at["thrift"],
        "collector.grpc-server.host-port": at["model"],
        "query.http-server.host-port": at["query"],
        "query.grpc-server.host-port": at["query_grpc"],
        "admin.http.host-port": at["admin"],
    }
    command: list[str | Path] = [
        folder("jaeger") / "bin" / "all-in-one",
        *(f"--{key}={value}" for key, value in options.items()),
    ]
    wanted = [ports[name] for name in ("otlp_grpc", "thrift", "query")]
    with started(command, ready=lambda: all(map(listens, wanted)), log=work / "jaeger.log"):
        yield Jaeger(at["otlp_grpc"], f"http://{at['thrift']}", f"http://{at['query']}")
