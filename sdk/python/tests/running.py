"""Programs under `opentelemetry-instrument`, in processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
APPS = "sdk.python.tests.apps"
BIN = Path(sys.executable).parent
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
QUIET = {f"OTEL_{signal}_EXPORTER": "none" for signal in ("TRACES", "METRICS", "LOGS")}
FRAMEWORKS = "aio-pika,aiohttp-client,aiohttp-server,aiokafka,confluent_kafka,django,fastapi,kafka,pika,pymongo"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def environment(endpoint: str, **more: str) -> dict[str, str]:
    """Return a clean environment for a service that sends to `endpoint`, soon."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SERVICE_")) and key != "PYTHONPATH"
    }
    return {
        **kept,
        "PYTHONPATH": str(HERE.parents[2]),
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_BLRP_SCHEDULE_DELAY": "100",
        "OTEL_METRIC_EXPORT_INTERVAL": "500",
        "OTEL_SERVICE_NAME": "tested",
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
        **more,
    }


def run(code: str, env: Mapping[str, str], *, instrument: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a script to its end; what it does not use is not instrumented unless `env` says so, for that is half of its start."""
    env = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": FRAMEWORKS, **env}
    command = [str(BIN / "opentelemetry-instrument")] if instrument else []
    return subprocess.run(
        [*command, sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=False
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port: int = opened.getsockname()[1]
        return port


@dataclass
class Server:
    """A server under test."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, **headers: str) -> str:
        """Return the body of the answer, also of one that is an error."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode()

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.log.read_text("utf-8")
        try:
            return self.get("/health") == "ok"
        except OSError:
            return False


@contextmanager
def serving(command: Sequence[str], env: Mapping[str, str], directory: Path) -> Iterator[Server]:
    """Run a server under `opentelemetry-instrument`; `{port}` in its command is replaced. At the end it is asked to stop."""
    port, log = free_port(), directory / "server.log"
    filled = [part.replace("{port}", str(port)) for part in command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(BIN / "opentelemetry-instrument"), *filled],
            env=env,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        deadline = time.monotonic() + 30
        while not server.is_up():
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            process.kill()
            process.wait()
