"""The real StatsD adds up what Assay sends on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests import otlp_requests
from tests.e2e.running import wait_for
from tests.exporters.prometheus.measured import counter, gauge
from tests.peers.exporting import send, sending_on
from tests.peers.statsd import statsd


def test_totals_and_gauges_arrive_as_statsd_means_them(tmp_path: Path) -> None:
    """A counter that reports totals comes to its last total, and a gauge below zero is what was measured."""
    now = time.time_ns()

    def totals(value: int) -> Any:
        times: Any = {"start_time_unix_nano": now, "time_unix_nano": now + value}
        return otlp_requests.metrics("cart", [counter("orders.placed", value, **times), gauge("room.cold", -3.5)])

    with statsd(tmp_path) as peer:
        options = {"type": "statsd", "endpoint": f"udp://127.0.0.1:{peer.port}", "prefix": "assay."}
        with sending_on(tmp_path, {"statsd": options}) as assay:
            send(assay, metrics=totals(5))
            wait_for(lambda: peer.ask("counters").get("assay.orders.placed") == 5, "the first total")
            send(assay, metrics=totals(12))
            wait_for(lambda: peer.ask("counters").get("assay.orders.placed") == 12, "the second total")
            assert peer.ask("gauges")["assay.room.cold"] == -3.5
            assert peer.ask("counters").get("statsd.bad_lines_seen", 0) == 0
