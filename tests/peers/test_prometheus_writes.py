"""A real Prometheus writes to Assay what it has scraped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.e2e.running import Running, wait_for
from tests.peers.prometheus import prometheus


def test_prometheus_writes_to_assay(assay: Running, tmp_path: Path) -> None:
    """Counters are sums, gauges gauges, histograms series, all of one instance, and nothing is refused."""
    page = assay.api.removeprefix("http://")

    def rows(table: str, name: str, columns: str, more: str = "") -> list[list[Any]]:
        return assay.rows(
            f"SELECT DISTINCT {columns} FROM {table} WHERE MetricName = '{name}' AND ServiceName = 'assay' "
            f"AND ResourceAttributes['service.instance.id'] = '{page}' {more}"
        )

    with prometheus(tmp_path, page, f"{assay.http}/api/v1/write"):
        wait_for(lambda: bool(rows("otel_metrics_gauge", "up", "Value")), "written")
        wait_for(lambda: bool(rows("otel_metrics_sum", "assay_acknowledge_seconds_bucket", "1")), "histograms are written")
        stored = "assay_stored_items_total"
        wait_for(lambda: ["metrics", True] in rows("otel_metrics_sum", stored, "Attributes['signal'], IsMonotonic"), "counters")
        assert rows("otel_metrics_gauge", "up", "Value") == [[1.0]]
    wait_for(lambda: _failures(assay) == [], "none was refused")


def _failures(assay: Running) -> list[str]:
    lines = assay.client.get(f"{assay.api}/metrics").text.splitlines()
    return [line for line in lines if line.startswith("assay_refused") and "prometheus/write" in line]
