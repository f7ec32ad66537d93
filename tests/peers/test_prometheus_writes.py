"""A real Prometheus writes to Assay what it has scraped, and is scraped by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from tests.e2e.running import Running, wait_for
from tests.peers.prometheus import prometheus

from assay.core.config import ScrapeJob
from assay.receivers.prometheus.scraper import ACCEPT, Scraper, read_page
from assay.receivers.prometheus.target import Target


@pytest.mark.parametrize("peer", ["prometheus", "prometheus3"])
def test_prometheus_writes_to_assay(assay: Running, tmp_path: Path, peer: str) -> None:
    """Counters are sums, gauges gauges, histograms series, all of one instance, none is refused; by version 1.0 and 2.0."""
    page = assay.api.removeprefix("http://")

    def rows(table: str, name: str, columns: str) -> list[list[Any]]:
        return assay.rows(
            f"SELECT DISTINCT {columns} FROM {table} WHERE MetricName = '{name}' AND ServiceName = 'assay' "
            f"AND ResourceAttributes['service.instance.id'] = '{page}' AND Attributes['by'] = '{peer}'"
        )

    more = {"global": {"scrape_interval": "1s", "external_labels": {"by": peer}}}
    with prometheus(tmp_path, page, f"{assay.http}/api/v1/write", peer=peer, **more):
        wait_for(lambda: bool(rows("otel_metrics_gauge", "up", "Value")), "written")
        wait_for(lambda: bool(rows("otel_metrics_sum", "assay_acknowledge_seconds_bucket", "1")), "histograms are written")
        stored = "assay_stored_items_total"
        wait_for(lambda: ["metrics", True] in rows("otel_metrics_sum", stored, "Attributes['signal'], IsMonotonic"), "counters")
        assert [1.0] in rows("otel_metrics_gauge", "up", "Value")
    wait_for(lambda: _failures(assay) == [], "none was refused")


def _failures(assay: Running) -> list[str]:
    lines = assay.client.get(f"{assay.api}/metrics").text.splitlines()
    return [line for line in lines if line.startswith("assay_refused") and "prometheus/write" in line]


async def test_the_page_of_prometheus_is_read(tmp_path: Path) -> None:
    """Prometheus' own page, which it gives in protobuf, is read whole: as many samples as its page in text has."""
    with prometheus(tmp_path, "127.0.0.1:1") as server:
        address = server.url.removeprefix("http://")
        target = Target("prometheus", ScrapeJob(targets=[address]), address)
        sent: list[bytes] = []
        async with httpx.AsyncClient(trust_env=False) as client:
            await Scraper([target], sent.append).scrape(client, target)
            head = {"accept": ACCEPT}
            assert "protobuf" in (await client.get(target.url, headers=head)).headers["content-type"]
            text = read_page("text/plain", (await client.get(target.url, headers={"accept": "text/plain"})).content, 10_000)
    message = ExportMetricsServiceRequest.FromString(sent[0])
    scopes = [scope for group in message.resource_metrics for scope in group.scope_metrics]
    metrics = {metric.name: metric for scope in scopes for metric in scope.metrics}
    assert metrics["up"].gauge.data_points[0].as_double == 1
    assert {point.family.name for point in text} <= set(metrics)
    assert metrics["prometheus_http_request_duration_seconds"].WhichOneof("data") == "histogram"
