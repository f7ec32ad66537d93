"""The Assay that the demo sends to: one that runs already, or a child process with its own data."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from assay.core import config
from assay.core.addresses import free_port, is_free
from assay.core.errors import Permanent
from assay.demo.services import Otlp, end, last_line

DEFAULT_DATA = Path("assay-data/demo")
_START_SECONDS = 60
_STOP_SECONDS = 120  # it stores what is still journaled
PORTS = ("ASSAY_RECEIVERS__OTLP__GRPC__PORT", "ASSAY_RECEIVERS__OTLP__HTTP__PORT", "ASSAY_API__PORT")
"""The variables that say where an Assay listens."""
_QUIET = dict.fromkeys(("ASSAY_RECEIVERS__ZIPKIN__ENABLED", "ASSAY_RECEIVERS__JAEGER__ENABLED"), "false")
"""Ports that the demo does not need stay free for others."""


@dataclass(frozen=True, slots=True)
class Child:
    """An `assay serve` that we have started; `data` is its data directory."""

    process: subprocess.Popen[bytes]
    data: Path
    log: Path


@dataclass(frozen=True, slots=True)
class Server:
    """An Assay that answers; `environment` is what makes `assay serve` listen there."""

    api: str
    otlp: Otlp
    environment: dict[str, str]
    child: Child | None = None

    def ask(self, sql: str, **parameters: str) -> list[list[Any]]:
        """Return the rows of a SELECT; raise Permanent if the server refuses it."""
        response = httpx.post(
            f"{self.api}/api/v1/sql", json={"sql": sql, "parameters": parameters}, timeout=60, trust_env=False
        )
        if response.is_error:
            raise Permanent("demo_question_refused", f"{self.api} answered {response.status_code}: {response.text}")
        rows: list[list[Any]] = response.json()["rows"]
        return rows

    def check(self) -> None:
        """Raise Permanent if the server is our child and has ended."""
        if self.child and self.child.process.poll() is not None:
            raise Permanent(
                "demo_server_ended", f"`assay serve` has ended: {last_line(self.child.log)}", f"see {self.child.log}"
            )

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.api}/readyz", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False


@contextmanager
def reachable(data: Path | None) -> Iterator[Server]:
    """Give a server to send to; without `data` one that runs already is preferred. A server started here ends on exit."""
    path = os.environ.get("ASSAY_CONFIG")
    settings = config.load(Path(path) if path else None)
    listeners = (settings.receivers.otlp.grpc, settings.receivers.otlp.http, settings.api)
    hosts = [listener.host for listener in listeners]
    ports = [listener.port for listener in listeners]
    running = _server(hosts, ports)
    if data is None and running.is_ready():
        yield running
        return
    # Port 0 would take any free one too, but then nobody would know which.
    if not all(port and is_free(host, port) for host, port in zip(hosts, ports, strict=True)):
        ports = [free_port(host) for host in hosts]
    with _started(_server(hosts, ports), data or DEFAULT_DATA) as started:
        yield started


def _server(hosts: list[str], ports: list[int]) -> Server:
    grpc, http, api = (f"http://{host}:{port}" for host, port in zip(hosts, ports, strict=True))
    return Server(api, Otlp(grpc, http), dict(zip(PORTS, map(str, ports), strict=True)))


@contextmanager
def _started(server: Server, directory: Path) -> Iterator[Server]:
    directory.mkdir(parents=True, exist_ok=True)
    data, log = directory / "server", directory / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "assay", "serve", "--data", str(data)],
            env={**os.environ, **server.environment, **_QUIET},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C is for the demo, which then stops the server last
        )
    started = replace(server, child=Child(process, data, log))
    try:
        _await_ready(started, log)
        yield started
    finally:
        end([process], _STOP_SECONDS)


def _await_ready(server: Server, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        server.check()
        if server.is_ready():
            return
        time.sleep(0.1)
    raise Permanent("demo_server_silent", f"`assay serve` is not ready after {_START_SECONDS} seconds", f"see {log}")
