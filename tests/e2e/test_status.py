"""Policies in a real Assay: what was received adds up, and each trace says what became of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner
from tests.e2e.running import Running, running, wait_for
from tests.otlp_requests import logs, record, span, traces

from assay.cli.main import program

_POLICIES = {
    "filters": {"noise": {"signal": "logs", "condition": "SeverityNumber < 5"}},
    "sampling": {
        "decision_wait": "2s",
        "decision_wait_after_root_received": "1s",
        "pass_interval": "500ms",
        "policies": [{"name": "errors", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}}],
    },
}
_TRACES = 40
_NOW = time.time_ns()


def _send(server: Running, path: str, body: bytes) -> int:
    headers = {"Content-Type": "application/x-protobuf"}
    return server.client.post(f"{server.http}{path}", content=body, headers=headers).status_code


def _status(server: Running) -> dict[str, Any]:
    signals: dict[str, Any] = server.client.get(f"{server.api}/api/v1/status", timeout=60).json()["signals"]
    return signals


def _is_settled(server: Running) -> bool:
    try:
        flow = _status(server)["traces"]
    except httpx.HTTPError:
        return False
    return bool(flow["loaded_items"] == _TRACES + 1 and flow["kept_items"] + flow["sampled_out_items"] == _TRACES)


def _adds_up(flow: dict[str, Any]) -> bool:
    return bool(flow["received_items"] == flow["stored_items"] + flow["filtered_items"])


def test_everything_that_was_received_is_accounted_for(tmp_path: Path) -> None:
    """Received = stored + sampled out + filtered, by signal; the counts survive core; `traces why` and `status` say so."""
    ids = [f"{number:032x}" for number in range(1, _TRACES + 1)]
    spans = [span(trace_id, 1, name="GET /orders", kind=2, start_ns=_NOW) for trace_id in ids]
    for each in spans[:10]:
        each.status.code = each.status.STATUS_CODE_ERROR
    health = span("f" * 32, 1, name="GET /healthz", kind=2, start_ns=_NOW, values={"url.path": "/healthz"})
    records = [record(_NOW, "noise", severity_number=1), record(_NOW, "order placed", severity_number=9)]
    with running(tmp_path / "data", POLICIES=json.dumps(_POLICIES)) as server:
        assert _send(server, "/v1/traces", traces("shop", [*spans, health]).SerializeToString()) == 200
        assert _send(server, "/v1/logs", logs("shop", records).SerializeToString()) == 200
        wait_for(lambda: _is_settled(server), "all traces are decided", 120, 0.2)
        server.kill("core")
        wait_for(server.ready, "core is back", 120, 0.2)
        flow = _status(server)["traces"]
        assert flow["received_items"] == _TRACES + 1
        assert (flow["stored_items"], flow["kept_items"], flow["undecided_items"]) == (10, 10, 0)
        assert (flow["sampled_out_items"], flow["filtered_items"], flow["dead_items"]) == (30, 1, 0)
        # The policies of each start are an event, a log record too.
        wait_for(lambda: _status(server)["logs"]["filtered_items"] == 1, "the log records are stored", 60, 0.2)
        wait_for(lambda: _adds_up(_status(server)["logs"]), "all log records are stored", 60, 0.2)
        runner = CliRunner(env={"ASSAY_SERVER": server.api})
        assert "Kept by the policy errors" in runner.invoke(program, ["traces", "why", ids[0]]).stdout
        assert "Sampled out as no policy keeps it" in runner.invoke(program, ["traces", "show", ids[-1]]).stdout
        assert "10 are kept by sampling" in runner.invoke(program, ["status"]).stdout
        assert server.stop() == 0
