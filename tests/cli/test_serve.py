from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from assay.cli.main import program
from assay.core.addresses import free_port


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    """`assay serve` reads the file it is given; its flags win over it, it is ready soon, and SIGTERM ends it with 0."""
    port = free_port()
    others = "zipkin: {enabled: false}, jaeger: {enabled: false}"
    otlp = f"receivers: {{otlp: {{grpc: {{port: 0}}, http: {{port: 0}}}}, {others}}}"
    path = tmp_path / "assay.yaml"
    path.write_text(f"data_dir: {tmp_path / 'not here'}\napi: {{port: {port}, host: 127.0.0.2}}\n{otlp}\n", "utf-8")
    command = ["serve", "--config", str(path), "--data", str(tmp_path / "here"), "--host", "127.0.0.1"]
    with subprocess.Popen(
        [sys.executable, "-m", "assay", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        try:
            ready = _is_ready(server, f"http://127.0.0.1:{port}/readyz")
            server.send_signal(signal.SIGTERM)
            output, errors = server.communicate(timeout=60)
            assert ready, errors.decode()
        finally:
            server.kill()
    assert (server.returncode, errors) == (0, b"")
    assert f"http://127.0.0.1:{port}".encode() in output
    assert (tmp_path / "here").is_dir()
    assert not (tmp_path / "not here").exists()


def _is_ready(server: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(url, timeout=1).is_success:
                return True
        except httpx.HTTPError:
            time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--config", "/dev/null/nothing"], "does not exist"),
        (["--log-level", "loud"], "'loud' is not one of"),
        (["--host", "0.0.0.0"], "--insecure-no-auth"),
    ],
)
def test_wrong_input_starts_nothing(arguments: list[str], words: str) -> None:
    """What cannot be served is refused with 2 before anything starts."""
    result = CliRunner().invoke(program, ["serve", *arguments])
    assert result.exit_code == 2
    assert words in result.stderr
