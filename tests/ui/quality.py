"""What the shop's owners demand of it: gates and a framework in files, and what these said over the hour."""

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
    "rollout": {
        "description": "A new version beside the one that it takes the place of.",
        "window": "40m",
        "objectives": [
            {"measure": "error_rate", "pass": "not worse than version 2.3.0 by 10%"},
            {"measure": "latency_p95", "pass": "not worse than version 2.3.0"},
        ],
        "score": {"pass": "50%"},
    },
    "not asked yet": {"objectives": [{"measure": "error_rate", "pass": "<= 1%"}]},
}

_HANDBOOK = {
    "kind": "compliance_framework",
    "id": "handbook",
    "title": "The shop's handbook of operations",
    "checks": [
        {
            "name": "checkouts_last_long",
            "why": "whoever waits for longer than a second goes elsewhere",
            "next": "find what was slow in the trace, and give it a limit",
            "sql": "SELECT ServiceName AS service, '' AS environment, TraceId AS subject,\n"
            "    if(Duration > 500000000, concat('took ', toString(intDiv(Duration, 1000000)), ' ms'), '') AS finding\n"
            "FROM assay_spans\nWHERE SpanName = 'POST /checkout'\n"
            "    AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})",
        }
    ],
    "controls": [
        {"id": "OPS-1", "title": "Services say who they are", "checks": ["service_names", "service_versions"]},
        {"id": "OPS-2", "title": "Somebody answers for each service", "checks": ["service_owners"]},
        {"id": "OPS-3", "title": "Checkouts are quick", "checks": ["checkouts_last_long"]},
        {"id": "OPS-4", "title": "What is promised is kept", "checks": ["promises_kept"]},
        {"id": "OPS-5", "title": "Few requests fail", "checks": ["error_budgets"]},
        {"id": "OPS-6", "title": "Visitors are accompanied"},
    ],
}
_WAIVERS = [
    {"check": "service_owners", "owner": "Ann Lee", "reason": "teams are named in the new year", "expires": "2099-12-31"},
    {
        "framework": "handbook",
        "control": "OPS-5",
        "owner": "Bob Ray",
        "reason": "until the season is over",
        "expires": "2020-01-31",
    },
]


def write_documents(directory: Path) -> None:
    """Write the gates, a framework with waivers, and a file with a mistake."""
    directory.mkdir()
    for name, gate in _GATES.items():
        written = yaml.safe_dump({"kind": "gate", "name": name, **gate}, sort_keys=False)
        (directory / f"{name.replace(' ', '-')}.yaml").write_text(written, "utf-8")
    for name, document in (("handbook", _HANDBOOK), ("waivers", {"kind": "compliance_waivers", "waivers": _WAIVERS})):
        (directory / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    (directory / "mistaken.yaml").write_text(
        "kind: gate\nname: mistaken\nobjectives:\n- {measure: error_rat, pass: '<= 1%'}\n", "utf-8"
    )


def evaluate(client: httpx.Client, api: str) -> dict[str, str]:
    """Ask the gates about the hour from its beginning on; return the evaluations of the version that is worse, by gate."""

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
    newest: dict[str, Any] = {"service": "orders", "version": "2.4.0", **about}
    return {"rollout": ask("rollout", **newest), "release": ask("release", window="20m", **newest)}


def assess(client: httpx.Client, api: str) -> str:
    """Assess the handbook as of two weeks and of a minute ago; return the last assessment."""
    ids = []
    for end in ("14d", "0s"):
        asked = {"frameworks": ["handbook"], "start": "30d", "end": end}
        answer = client.post(f"{api}/api/v1/compliance/assessments", json=asked, timeout=60)
        answer.raise_for_status()
        ids.append(str(answer.json()["assessments"][0]["id"]))
    scores = f"{api}/api/v1/compliance/scores?framework=handbook"
    wait_for(lambda: all(each in client.get(scores, timeout=60).text for each in ids), "the assessments are stored")
    return ids[-1]
