"""Events against the whole program: what is reported while core is dead is there when it is back, once."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import httpx
from click.testing import CliRunner
from tests.e2e.running import running, wait_for

from assay.cli.main import program

EVENT = {
    "event": "qms.deployment.finished",
    "attributes": {
        "service.name": "orders",
        "deployment.id": "d1",
        "deployment.status": "succeeded",
        "deployment.environment.name": "production",
    },
}


def test_reports_survive_the_death_of_core(tmp_path: Path) -> None:
    """With core killed intake takes events and webhooks, and a pipeline waits; all of them are stored, each once."""
    secret = "s3cret"
    message = json.dumps({"event": "qms.incident.opened", "attributes": {"service.name": "orders", "qms.incident.id": "i1"}})
    signature = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    signed = {"x-assay-signature": f"sha256={signature}", "content-type": "application/json"}
    with running(tmp_path / "data", WEBHOOK_GENERIC_SECRET=secret) as server:
        server.kill("core")
        for _ in range(2):
            assert httpx.post(f"{server.http}/api/v1/events", json=EVENT).status_code == 200
            assert httpx.post(f"{server.http}/webhooks/generic", content=message, headers=signed).status_code == 200
        command = ["incident", "resolved", "i1", "--server", server.api]
        # On a loaded machine core may take longer to come back than a pipeline waits.
        wait_for(lambda: CliRunner().invoke(program, command).exit_code == 0, "reported")
        wait_for(server.ready, "ready again")

        def found() -> list[list[str]]:
            return server.rows(
                "SELECT EventName, EventId, Source FROM assay_events WHERE EventName != 'qms.audit.recorded' ORDER BY EventId"
            )

        expected = [
            ["qms.deployment.finished", "deployment/d1", "api"],
            ["qms.incident.opened", "incident.opened/i1", "webhook/generic"],
            ["qms.incident.resolved", "incident.resolved/i1", "cli"],
        ]
        wait_for(lambda: found() == expected, "all events, once", pause=0.2)
        # Which of them are there depends on which event was stored when the minute was written.
        series = "SELECT uniq(MetricName) > 0 FROM otel_metrics_sum WHERE ScopeName = 'assay.delivery'"
        wait_for(lambda: server.rows(series) == [[True]], "series of delivery in the store", pause=0.2)
        assert secret not in (tmp_path / "data" / "run" / "config.json").read_text()
        assert server.stop() == 0
