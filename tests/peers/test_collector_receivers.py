"""A real Collector takes what Assay sends by protocols other than OTLP."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests import otlp_requests
from tests.e2e.running import wait_for
from tests.exporters.prometheus.measured import counter, gauge, histogram
from tests.peers.collector import collector
from tests.peers.exporting import send, sending_on

from assay.core.addresses import free_port


def _written(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def _leaves(file: Path, resources: str, scopes: str, leaf: str) -> list[dict[str, Any]]:
    return [
        item
        for request in _written(file)
        for resource in request.get(resources, ())
        for scope in resource[scopes]
        for item in scope[leaf]
    ]


def _attributes(item: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: next(iter(each["value"].values())) for each in item["attributes"]}


def test_the_fluent_forward_and_statsd_receivers_understand_assay(tmp_path: Path) -> None:
    """Log records arrive by Fluentd's protocol with their nanoseconds; counters, gauges and tags by DogStatsD."""
    forward, lines = free_port(), free_port()
    file = tmp_path / "got.json"
    receivers = {
        "fluentforward": {"endpoint": f"127.0.0.1:{forward}"},
        "statsd": {"endpoint": f"127.0.0.1:{lines}", "aggregation_interval": "1s"},
    }
    pipelines = {
        "logs": {"receivers": ["fluentforward"], "exporters": ["file"]},
        "metrics": {"receivers": ["statsd"], "exporters": ["file"]},
    }
    written = {"file": {"path": str(file), "flush_interval": "100ms"}}
    exporters = {
        "fluent": {"type": "fluent/forward", "endpoint": f"tcp://127.0.0.1:{forward}", "tag": "otel", "services": ["cart"]},
        "statsd": {"type": "statsd", "endpoint": f"udp://127.0.0.1:{lines}", "dialect": "dogstatsd", "services": ["cart"]},
    }
    now = time.time_ns()
    measured = [counter("orders.placed", 3, delta=True), gauge("room.cold", -3.5), histogram("took", delta=True)]
    with (
        collector(tmp_path, pipelines, [forward], receivers=receivers, exporters=written),
        sending_on(tmp_path, exporters) as assay,
    ):
        record = otlp_requests.record(now, "hello", {"n": 3}, severity_text="WARN")
        send(assay, logs=otlp_requests.logs("cart", [record]), metrics=otlp_requests.metrics("cart", measured))
        wait_for(lambda: bool(_leaves(file, "resourceLogs", "scopeLogs", "logRecords")), "the record", pause=0.2)
        wait_for(lambda: len(_leaves(file, "resourceMetrics", "scopeMetrics", "metrics")) >= 5, "the metrics", pause=0.2)
    (log,) = _leaves(file, "resourceLogs", "scopeLogs", "logRecords")
    assert log["timeUnixNano"] == str(now)
    assert log["body"] == {"stringValue": "hello"}
    assert _attributes(log)["fluent.tag"] == "otel"
    assert _attributes(log)["severity"] == "WARN"
    metrics = {each["name"]: each for each in _leaves(file, "resourceMetrics", "scopeMetrics", "metrics")}
    (orders,) = metrics["orders.placed"]["sum"]["dataPoints"]
    assert (int(orders["asInt"]), _attributes(orders)) == (3, {"service": "cart"})
    (cold,) = metrics["room.cold"]["gauge"]["dataPoints"]
    assert cold["asDouble"] == -3.5
    buckets = [each for each in _leaves(file, "resourceMetrics", "scopeMetrics", "metrics") if each["name"] == "took.bucket"]
    bounds = {_attributes(point)["upper_bound"] for each in buckets for point in each["sum"]["dataPoints"]}
    assert bounds == {"0.1", "1", "inf"}
