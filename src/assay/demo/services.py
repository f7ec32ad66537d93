"""The three services as processes: start, watch and stop them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import httpx

from assay.core.errors import Misconfigured, Permanent

_PACKAGES = ("aiohttp", "assay_sdk", "django", "fastapi", "flask", "opentelemetry.instrumentation", "requests")
VERSIONS = {"orders": "2.3.0", "approvals": "1.8.1", "ledger": "4.0.2"}
_START_SECONDS = 60
_STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Otlp:
    """Where the services send: orders and ledger over gRPC, approvals over HTTP."""

    grpc: str
    http: str


@dataclass(frozen=True, slots=True)
class Service:
    """One running service; `instance` is its `service.instance.id`."""

    name: str
    url: str
    instance: str
    process: subprocess.Popen[bytes]
    log: Path
    sent: Path

    def check(self) -> None:
        """Raise Permanent if the process has ended."""
        if self.process.poll() is not None:
            raise Permanent("demo_service_ended", f"The service {self.name} has ended: {last_line(self.log)}")


def last_line(log: Path) -> str:
    """Return the last `error:` that a process has written, or else its last line: usually the reason why it ended."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    errors = [line.partition(" ")[2] for line in lines if line.lower().startswith("error: ")]
    return (errors or lines or ["it wrote nothing"])[-1]


def require_packages() -> None:
    """Raise Misconfigured if the optional packages of the demo are missing."""
    missing = [name for name in _PACKAGES if not _installed(name)]
    if missing:
        raise Misconfigured(
            "demo_packages_missing",
            f"The demo needs packages that are not installed: {', '.join(missing)}",
            "pip install 'assay[demo]'",
        )


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def end(processes: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """Ask all processes to finish what they hold and end; kill those that have not after `seconds`, or on Ctrl-C."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + seconds
    try:
        for process in processes:
            process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        pass
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@contextmanager
def running(otlp: Otlp, directory: Path, run: str) -> Iterator[list[Service]]:
    """Run orders, approvals and ledger; `run` makes their `service.instance.id` unique. On exit they flush and stop."""
    # The sockets are opened here and handed down, so that each service knows the others' addresses from the start.
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in VERSIONS}
    urls = {name: f"http://127.0.0.1:{opened.getsockname()[1]}" for name, opened in sockets.items()}
    services = []
    try:
        for name, opened in sockets.items():
            services.append(_start(name, opened, urls, otlp=otlp, directory=directory, run=run))
            opened.close()
        for service in services:
            _await_ready(service)
        yield services
    finally:
        end([service.process for service in services], _STOP_SECONDS)


def _start(name: str, opened: socket.socket, urls: Mapping[str, str], *, otlp: Otlp, directory: Path, run: str) -> Service:
    instance = f"{name}-{run}"
    log, sent = directory / f"{name}.log", directory / f"{name}.sent.json"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("OTEL_")},
        **_telemetry(name, instance, otlp),
        # A proxy for the world outside does not lead to a server on this machine.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "APPROVALS_URL": urls["approvals"],
        "LEDGER_URL": urls["ledger"],
        "LEDGER_DATABASE": str(directory / "ledger.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "assay.demo.ledger_settings",
    }
    command = [_instrument(), sys.executable, "-m", "assay.demo.host", name, str(opened.fileno()), str(sent)]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            env=environment,
            pass_fds=[opened.fileno()],
            stdin=subprocess.PIPE,  # its end tells the service that we are gone
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C is for the demo, which then stops the services in order
        )
    return Service(name, urls[name], instance, process, log, sent)


def _instrument() -> str:
    beside = Path(sys.executable).parent / "opentelemetry-instrument"
    found = str(beside) if beside.exists() else shutil.which("opentelemetry-instrument")
    if not found:
        raise Misconfigured("demo_packages_missing", "opentelemetry-instrument is not installed", "pip install 'assay[demo]'")
    return found


def _telemetry(name: str, instance: str, otlp: Otlp) -> dict[str, str]:
    over_http = name == "approvals"
    resource = {
        "service.version": VERSIONS[name],
        "service.instance.id": instance,
        "deployment.environment.name": "demo",
        "qms.component": name,
    }
    environment = {
        "OTEL_SERVICE_NAME": name,
        "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{key}={value}" for key, value in resource.items()),
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf" if over_http else "grpc",
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp.http if over_http else otlp.grpc,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        # Short delays, so that what happens is seen soon.
        "OTEL_BSP_SCHEDULE_DELAY": "500",
        "OTEL_BLRP_SCHEDULE_DELAY": "500",
        "OTEL_METRIC_EXPORT_INTERVAL": "2000",
    }
    if name == "ledger":
        environment["OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"] = "base2_exponential_bucket_histogram"
    return environment


def _await_ready(service: Service) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        service.check()
        try:
            if httpx.get(f"{service.url}/health", timeout=1, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise Permanent("demo_service_silent", f"The service {service.name} does not answer: {last_line(service.log)}")
