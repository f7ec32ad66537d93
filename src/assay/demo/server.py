"""The Assay that the demo sends to: one that runs already, or a child process with its own data."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from assay.core import config
from assay.core.errors import Permanent
from assay.demo.services import Otlp, end, last_line

DEFAULT_DATA = Path("assay-data/demo")
_START_SECONDS = 60
_PORTS = ("ASSAY_RECEIVERS__OTLP__GRPC__PORT", "ASSAY_RECEIVERS__OTLP__HTTP__PORT", "ASSAY_API__PORT")


@dataclass(frozen=True, slots=True)
class Server:
    """An Assay that answers; `data` is its directory if it is our child, `environment` what a command needs to find it."""

    api: str
    otlp: Otlp
    data: Path | None
    environment: dict[str, str]

    def ask(self, sql: str, **parameters: str) -> list[list[Any]]:
        """Return the rows of a SELECT; raise Permanent if the server refuses it."""
        response = httpx.post(f"{self.api}/api/v1/sql", json={"sql": sql, "parameters": parameters}, timeout=60)
        if response.is_error:
            raise Permanent("demo_question_refused", f"{self.api} answered {response.status_code}: {response.text}")
        rows: list[list[Any]] = response.json()["rows"]
        return rows


@contextmanager
def reachable(data: Path | None) -> Iterator[Server]:
    """Give a server to send to; without `data` one that runs already is preferred. A server started here ends on exit."""
    path = os.environ.get("ASSAY_CONFIG")
    settings = config.load(Path(path) if path else None)
    grpc, http, api = settings.receivers.otlp.grpc, settings.receivers.otlp.http, settings.api
    if data is None and _ready(f"http://{api.host}:{api.port}"):
        yield _server((grpc.host, http.host, api.host), (grpc.port, http.port, api.port), None)
        return
    ports = [grpc.port, http.port, api.port]
    if not all(_is_free(port) for port in ports):
        ports = _free_ports(len(ports))
    server = _server((grpc.host, http.host, api.host), (ports[0], ports[1], ports[2]), data or DEFAULT_DATA)
    with _child(server):
        yield server


def _server(hosts: tuple[str, str, str], ports: tuple[int, int, int], data: Path | None) -> Server:
    grpc, http, api = (f"http://{host}:{port}" for host, port in zip(hosts, ports, strict=True))
    environment = {name: str(port) for name, port in zip(_PORTS, ports, strict=True)}
    return Server(api, Otlp(grpc, http), data, environment)


@contextmanager
def _child(server: Server) -> Iterator[None]:
    assert server.data
    server.data.mkdir(parents=True, exist_ok=True)
    log = server.data / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "assay", "serve", "--data", str(server.data / "server")],
            env={**os.environ, **server.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    try:
        _await_ready(server.api, process, log)
        yield
    finally:
        end([process])


def _await_ready(api: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Permanent("demo_server_ended", f"`assay serve` has ended: {last_line(log)}", f"see {log}")
        if _ready(api):
            return
        time.sleep(0.1)
    raise Permanent("demo_server_silent", f"`assay serve` is not ready after {_START_SECONDS} seconds", f"see {log}")


def _ready(api: str) -> bool:
    try:
        return httpx.get(f"{api}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _free_ports(count: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in opened]
    for each in opened:
        each.close()
    return ports
