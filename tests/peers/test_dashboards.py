"""A real Prometheus scrapes Assay and answers each query of the dashboards and rules that Assay ships."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from tests import otlp_requests
from tests.dashboards.shipped import queries, rules
from tests.e2e.running import Running, wait_for
from tests.peers.exporting import send, sending_on
from tests.peers.prometheus import Prometheus, prometheus, promtool

from assay.core.addresses import free_port
from assay.dashboards import shipped

_SERVICE = "dashed-shop"
_WINDOW = "10m"
_FAILED = Status(code=Status.STATUS_CODE_ERROR)
_GATE = """kind: gate
name: release
service: dashed-shop
window: 1h
stage: release
objectives:
  - {measure: error_rate, pass: "<= 90%"}
"""
# What there is only once something went wrong, or is exported, filtered or scrubbed: to be answered, but with nothing.
_MAY_BE_EMPTY = {
    "assay: Refused", "assay: Scrubbed", "assay: Filtered", "assay: Sampling", "delivery: Lead time for changes",
}  # fmt: skip


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """An Assay with requests, a deployment with its change and incident, a gate and a compliance check, and who scrapes it."""
    work, port = tmp_path_factory.mktemp("dashboards"), free_port()
    (work / "quality").mkdir()
    (work / "quality/release.yaml").write_text(_GATE)
    (work / "rules.yaml").write_text(shipped()["rules.yaml"])
    with sending_on(work, {"page": {"type": "prometheus", "port": port}}) as assay:
        jobs = [
            {"job_name": "assay", "static_configs": [{"targets": [assay.api.removeprefix("http://")]}]},
            {"job_name": "assay-services", "honor_labels": True, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]},
        ]
        settings: dict[str, Any] = {
            "global": {"scrape_interval": "4s", "evaluation_interval": "1s"},
            "scrape_configs": jobs,
            "rule_files": [str(work / "rules.yaml")],
        }
        with prometheus(work, "", **settings) as server:
            _send(assay, 0)
            _report(assay)
            seen = "qms_deployments_total and on() traces_span_metrics_calls_total"
            wait_for(lambda: bool(server.ask(seen)), "Prometheus has seen the deployment and requests")
            _send(assay, 1)
            grown = f"sum(rate(traces_span_metrics_calls_total[{_WINDOW}])) > 0"
            wait_for(lambda: bool(server.values(grown)), "Prometheus has seen requests grow")
            _evaluate(assay)
            judged = "qms_compliance_score and on() qms_quality_gate_pass_rate"
            wait_for(lambda: bool(server.ask(judged)), "Prometheus has seen what was judged")
            yield server


@pytest.mark.parametrize(("place", "expression"), queries())
def test_each_panel_has_an_answer(scraped: Prometheus, place: str, expression: str) -> None:
    """Prometheus understands each query, and nearly all have something to show."""
    filled = re.sub(r"\$(service|environment|framework)\b", ".*", expression).replace("$__rate_interval", _WINDOW)
    found: list[object] = []

    def answered() -> bool:
        found[:] = scraped.ask(filled)
        return bool(found) or place in _MAY_BE_EMPTY

    wait_for(answered, f"{place} shows something: {filled}", 20, 0.5)


@pytest.mark.parametrize(("name", "expression"), rules())
def test_prometheus_evaluates_each_rule(scraped: Prometheus, name: str, expression: str) -> None:
    """No rule fails while it is evaluated."""
    del expression

    def evaluated() -> bool:
        groups = httpx.get(f"{scraped.url}/api/v1/rules").json()["data"]["groups"]
        states = {rule["name"]: rule for group in groups for rule in group["rules"]}
        assert not states[name].get("lastError"), states[name]
        return bool(states[name]["health"] == "ok")

    wait_for(evaluated, f"{name} was evaluated", 20, 0.5)


def test_promtool_has_nothing_against_the_rules(tmp_path: Path) -> None:
    """The rules pass Prometheus' checker, and fire when something is wrong and only then."""
    (tmp_path / "rules.yaml").write_text(shipped()["rules.yaml"])
    (tmp_path / "alerts.yaml").write_text((Path(__file__).parent / "alerts.yaml").read_text("utf-8"))
    code, said = promtool("check", "rules", "--lint-fatal", tmp_path / "rules.yaml")
    assert (code, f"{len(rules())} rules found" in said) == (0, True), said
    code, said = promtool("test", "rules", tmp_path / "alerts.yaml")
    assert code == 0, said


def _send(assay: Running, number: int) -> None:
    now = time.time_ns()
    spans = [
        otlp_requests.span(
            f"{number + 1:032x}", place + 1, name=f"GET /{place}", start_ns=now, duration_ns=10_000_000 * (place + 1), kind=2,
            values={"client.email": "somebody@example.com"}, status=_FAILED if place == 0 else None,
        )
        for place in range(5)
    ]  # fmt: skip
    send(assay, traces=otlp_requests.traces(_SERVICE, spans, {"deployment.environment.name": "production"}))


def _report(assay: Running) -> None:
    """Report a change that was deployed, failed and was repaired."""
    now = datetime.now(UTC)
    about = {"service.name": _SERVICE, "deployment.environment.name": "production"}
    incident = {**about, "qms.incident.id": "INC-1", "qms.incident.severity": "high"}
    deployed = {**about, "deployment.id": "d-1", "deployment.status": "succeeded", "vcs.ref.head.revision": "9d59409"}
    events = [
        ("qms.change.committed", 60, {"service.name": _SERVICE, "vcs.ref.head.revision": "9d59409"}),
        ("qms.deployment.finished", 50, deployed),
        ("qms.incident.opened", 40, {**incident, "qms.incident.cause.deployment_ids": ["d-1"]}),
        ("qms.incident.resolved", 10, incident),
    ]
    body = [
        {"event": name, "time": (now - timedelta(minutes=minutes)).isoformat(), "attributes": attributes}
        for name, minutes, attributes in events
    ]
    httpx.post(f"{assay.api}/api/v1/events", json=body, timeout=60).raise_for_status()


def _evaluate(assay: Running) -> None:
    gate = httpx.post(f"{assay.api}/api/v1/gates/release/evaluations", json={"environment": "production"}, timeout=60)
    gate.raise_for_status()
    checked = httpx.post(f"{assay.api}/api/v1/compliance/assessments", json={"frameworks": ["qms-phase-4"]}, timeout=120)
    checked.raise_for_status()
