from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.conftest import listening

from assay.api import create_app
from assay.core import config, metrics
from assay.core.ports import Engine


def test_alive_is_always_alive(client: httpx.Client) -> None:
    """A process that answers is alive."""
    assert client.get("/healthz").json() == {"alive": True}


@pytest.mark.parametrize("loader", [True, False])
def test_ready_is_when_all_parts_work(engine: Engine, loader: bool) -> None:
    """Readiness is that of the engine and of every part, named; 503 if one fails."""
    app = create_app(engine, config.Api(), readiness=lambda: {"loader": loader})
    with listening(app) as url:
        answer = httpx.get(f"{url}/readyz")
    assert answer.status_code == (200 if loader else 503)
    assert answer.json() == {"ready": loader, "checks": {"engine": True, "loader": loader}}


def test_own_metrics_are_for_prometheus(client: httpx.Client) -> None:
    """`/metrics` tells what was counted, in Prometheus' format."""
    metrics.STORED_ITEMS.labels("traces").inc(3)
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'assay_stored_items_total{signal="traces"}' in answer.text


def test_the_status_sums_up_by_signal(client: httpx.Client) -> None:
    """`/status` adds up what was counted over all ways in, and tells what is stored."""
    before = client.get("/api/v1/status").json()["signals"]["logs"]
    metrics.RECEIVED_ITEMS.labels("logs", "otlp/grpc").inc(5)
    metrics.RECEIVED_ITEMS.labels("logs", "otlp/http").inc(2)
    metrics.LAG_SECONDS.labels("logs").set(1.5)
    answer = client.get("/api/v1/status").json()
    assert answer["ready"]
    assert answer["signals"]["logs"]["received_items"] == before["received_items"] + 7
    assert answer["signals"]["logs"]["lag_seconds"] == 1.5
    assert set(answer["signals"]) == {"traces", "metrics", "logs"}
    assert all(table["rows"] > 0 and table["bytes"] > 0 for table in answer["tables"])


def test_metrics_of_other_processes_are_shown(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process counted that shares the directory of metrics is shown, also after its end."""
    code = "from assay.core import metrics; metrics.RECEIVED_ITEMS.labels('traces', 'otlp/grpc').inc(7)"
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": str(Path(shutil.which("env") or "").parent)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    with listening(create_app(engine, config.Api())) as url:
        text = httpx.get(f"{url}/metrics").text
        status = httpx.get(f"{url}/api/v1/status").json()
    assert 'assay_received_items_total{signal="traces",source="otlp/grpc"} 7.0' in text
    assert status["signals"]["traces"]["received_items"] == 7
