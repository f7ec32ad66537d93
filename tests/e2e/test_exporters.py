"""What was acknowledged reaches a destination, whatever dies in between."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.load import Load
from tests.e2e.running import running, wait_for
from tests.exporters.destination_server import Receiver, receiving

_KILLS = 4
_QUICK = {"batch": {"items": 64, "wait_seconds": 0}, "retry": {"first_seconds": 0.05, "longest_seconds": 0.2}}


def _received(receiver: Receiver) -> set[str]:
    return {
        span.span_id.hex()
        for request in list(receiver.requests["traces"])
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    }


def _knows_where_it_begins(data: Path) -> bool:
    state = data / "exporters" / "there" / "state.json"
    return state.exists() and "traces" in json.loads(state.read_bytes())["positions"]


def test_sigkill_amid_an_export_loses_nothing(tmp_path: Path) -> None:
    """SIGKILL of core while requests go out, some refused with 503: every acknowledged span comes to the destination."""
    with receiving() as receiver:
        given = {"there": {"type": "otlp/http", "endpoint": receiver.url, "spans": "all", "signals": ["traces"], **_QUICK}}
        with running(tmp_path / "data", JOURNAL__SEGMENT_AGE_SECONDS="0.1", EXPORTERS=json.dumps(given)) as server:
            wait_for(lambda: _knows_where_it_begins(tmp_path / "data"), "the exporter knows where it begins")
            with Load(server.grpc, senders=1) as load:
                for number in range(_KILLS):
                    wait_for(server.ready, f"ready before kill {number}")
                    before = len(receiver.requests["traces"])
                    receiver.statuses = [503] * number
                    wait_for(lambda before=before: len(receiver.requests["traces"]) > before + 3, "export goes on")  # type: ignore[misc]
                    server.kill("core")
            assert len(load.acknowledged) > 100 * _KILLS
            wait_for(lambda: load.acknowledged <= _received(receiver), "all is sent", 120, 0.2)
