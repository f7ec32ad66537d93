"""What the shop's owners demand of it: gates in files, and what these said over the hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import yaml
from tests.e2e.running import wait_for

_GATES: dict[str, dict[str, Any]] = {
    "release": {
        "description": "What every service must be like before it goes to production.",
        "window": "8m",
        "objectives": [
            {"measure": "error_rate", "pass": "<= 4%", "warn": "<= 6%", "key": True},
            {
                "measure": "latency_p95",
                "pass": ["<= 1s", "<= +60% of baseline"],
                "undecided": {"missing_baseline": "ignore"},
                "weight": 2,
            },
            {"measure": "throughput", "pass": ">= 1/min"},
            {"measure": "latency_p50"},
        ],
        "score": {"pass": "80%", "warn": "60%"},
    },
    "entries stay private": {
        "description": "No password in a log record.",
        "type": "security",
        "window": "30m",
        "service": "ledger",
        "objectives": [
            {
                "name": "secrets in logs",
                "sql": "SELECT count() FROM otel_logs WHERE ServiceName = {service:String} AND Body ILIKE '%password%'",
                "pass": "= 0",
            }
        ],
    },
    "not asked yet": {"objectives": [{"measure": "error_rate", "pass": "<= 1%"}]},
}


def write_documents(directory: Path) -> None:
    """Write the gates, and a file with a mistake."""
    directory.mkdir()
    for name, gate in _GATES.items():
        written = yaml.safe_dump({"kind": "gate", "name": name, **gate}, sort_keys=False)
        (directory / f"{name.replace(' ', '-')}.yaml").write_text(written, "utf-8")
    (directory / "mistaken.yaml").write_text(
        "kind: gate\nname: mistaken\nobjectives:\n- {measure: error_rat, pass: '<= 1%'}\n", "utf-8"
    )


def evaluate(client: httpx.Client, api: str) -> str:
    """Ask the gates about the hour from its beginning on; return the evaluation of the version that is worse."""

    def ask(gate: str, **asked: Any) -> str:
        answer = client.post(f"{api}/api/v1/gates/{gate}/evaluations", json={"sql": True, **asked}, timeout=60)
        answer.raise_for_status()
        return str(answer.json()["id"])

    about = {"environment": "production", "links": {"cicd.pipeline.run.url.full": "https://ci.example/runs/17"}}
    for minutes in (48, 42, 36, 30):
        ask("release", service="orders", version="2.3.0", end=f"{minutes}m", **about)
        ask("release", service="storefront", version="7.1.0", end=f"{minutes}m", **about)
    asked = ask("entries stay private")
    listed = f"{api}/api/v1/gate-evaluations?gate=entries stay private"
    # What comes next is compared with what is stored, and what was answered is stored a moment later.
    wait_for(lambda: asked in client.get(listed, timeout=60).text, "the evaluations are stored")
    return ask("release", service="orders", version="2.4.0", window="20m", **about)
