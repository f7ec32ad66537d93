from __future__ import annotations

import json
import time
from uuid import uuid4

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from tests.cli.conftest import Run
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, metrics

from assay.core.signals import Signal

_MINUTE = 60 * SECOND
_NOW = time.time_ns() // _MINUTE * _MINUTE


def _gauge(name: str) -> Metric:
    made = Metric(name=name, unit="kg", description="weight [bold]")
    for minutes, value in ((3, 1), (2, 4), (1, 7)):
        point = made.gauge.data_points.add(time_unix_nano=_NOW - minutes * _MINUTE, as_int=value)
        point.attributes.extend(attributes({"scale": "one"}))
    return made


def test_metrics_are_listed(run: Run, store: Store) -> None:
    """A metric is a line with kind, unit, services and description."""
    service, name = f"shop-{uuid4()}", f"weight/{uuid4()}"
    store(Signal.METRICS, metrics(service, [_gauge(name)]))
    result = run("metrics", "list", "--service", service)
    assert all(word in result.stdout.splitlines()[2] for word in (name, "gauge", "kg", service, "weight [bold]"))
    assert json.loads(run("metrics", "list", "--service", service, "--json").stdout)["metrics"][0]["name"] == name
    assert run("metrics", "list", "--service", "nobody").stdout == "No metric was sent in that time.\n"


def test_a_metric_is_drawn(run: Run, store: Store) -> None:
    """Each series is a line that shows its course, its least, last and greatest value, unit and labels."""
    service, name = f"shop-{uuid4()}", f"weight/{uuid4()}"
    store(Signal.METRICS, metrics(service, [_gauge(name)]))
    lines = run("metrics", "show", name, "--aggregation", "max", "--step", "1m").stdout.splitlines()
    assert lines[:2] == [f"{name}: max", "weight [bold]"]
    assert "a step is 60 s" in lines[2]
    assert lines[6].split() == ["▂▅█", "1", "7", "7", "kg", f"service.name={service},", "scale=one"]
    merged = run("metrics", "show", name, "--group-by", "", "-a", "scale=one").stdout.splitlines()
    assert merged[6].split()[-1] == "all"
    assert json.loads(run("metrics", "show", name, "--json").stdout)["aggregation"] == "avg"
