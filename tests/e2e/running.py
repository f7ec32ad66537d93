"""A real Assay in its own processes, for tests from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from assay.core.addresses import free_port

START_SECONDS = 60.0


@dataclass
class Running:
    """`assay serve` with a data directory and ports of its own."""

    data: Path
    grpc: str
    http: str
    api: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    client: httpx.Client

    def pid(self, child: str) -> int:
        """Return the process id of `intake` or `core`."""
        return int(json.loads((self.data / "run" / f"{child}.json").read_text())["pid"])

    def kill(self, child: str) -> None:
        os.kill(self.pid(child), signal.SIGKILL)

    def ready(self) -> bool:
        try:
            return self.client.get(f"{self.api}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def rows(self, sql: str) -> list[list[Any]]:
        response = self.client.post(f"{self.api}/api/v1/sql", json={"sql": sql}, timeout=60)
        response.raise_for_status()
        rows: list[list[Any]] = response.json()["rows"]
        return rows

    def stop(self) -> int:
        """Ask it to stop as an operator would and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


def wait_for(condition: Callable[[], bool], what: str, seconds: float = START_SECONDS, pause: float = 0.02) -> None:
    """Return when `condition` holds, which is asked every `pause` seconds; fail with `what` if it does not within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(pause)


@contextmanager
def running(data: Path, /, *, config_file: Path | None = None, **settings: str) -> Iterator[Running]:
    """Run Assay on `data`; `settings` are configuration variables without `ASSAY_`."""
    grpc, http, api = free_port(), free_port(), free_port()
    environment = os.environ | {
        "ASSAY_RECEIVERS__OTLP__GRPC__PORT": str(grpc),
        "ASSAY_RECEIVERS__OTLP__HTTP__PORT": str(http),
        "ASSAY_RECEIVERS__ZIPKIN__PORT": "0",
        **{f"ASSAY_RECEIVERS__JAEGER__{way}_PORT": "0" for way in ("GRPC", "THRIFT_HTTP", "THRIFT_COMPACT", "THRIFT_BINARY")},
        "ASSAY_API__PORT": str(api),
        **{f"ASSAY_{name}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "assay", "serve", "--data", str(data)]
    if config_file:
        command += ["--config", str(config_file)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    addresses = f"127.0.0.1:{grpc}", f"http://127.0.0.1:{http}", f"http://127.0.0.1:{api}"
    client = httpx.Client()
    server = Running(data, *addresses, environment, process, client)
    try:
        wait_for(lambda: server.ready() or process.poll() is not None, "ready")
        yield server
    finally:
        client.close()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
