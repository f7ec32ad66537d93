from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, metrics

from assay.core.signals import Signal

_NOW = time.time_ns()


@pytest.fixture(scope="module")
def name(store: Store) -> str:
    """A gauge whose name has a slash, of two services, each with two series of one point."""
    name = f"disk/{uuid4()}"
    made = Metric(name=name, unit="By")
    for value, route in ((1, "a"), (2, "b")):
        made.gauge.data_points.add(time_unix_nano=_NOW - 10 * SECOND, as_int=value, attributes=attributes({"route": route}))
    for service in ("one", "two"):
        store(Signal.METRICS, metrics(f"{service} {name}", [made]))
    return name


@pytest.mark.parametrize(
    ("parameters", "series"),
    [
        ({}, [("one", "a", 1), ("one", "b", 2), ("two", "a", 1), ("two", "b", 2)]),
        ({"attribute": "route=b"}, [("one", "b", 2), ("two", "b", 2)]),
        ({"group_by": "route", "aggregation": "sum"}, [("", "a", 2), ("", "b", 4)]),
        ({"group_by": "", "aggregation": "max", "step": "5m", "kind": "gauge"}, [("", "", 2)]),
        ({"group_by": ["route", "service.name"], "service": "one"}, [("one", "a", 1), ("one", "b", 2)]),
    ],
)
def test_every_parameter_counts(
    client: httpx.Client, name: str, parameters: dict[str, Any], series: list[tuple[str, str, float]]
) -> None:
    """Each parameter makes series as described."""
    if "service" in parameters:
        parameters = {**parameters, "service": f"{parameters['service']} {name}"}
    answer = client.get(f"/api/v1/metrics/{name}", params=parameters).json()
    assert [
        (each["labels"].get("service.name", "").partition(" ")[0], each["labels"].get("route", ""), each["points"][0]["value"])
        for each in answer["series"]
    ] == series
    assert {(each["kind"], each["unit"]) for each in answer["series"]} == {("gauge", "By")}
    assert answer["step_seconds"] == (300 if "step" in parameters else 60)


def test_metrics_are_listed(client: httpx.Client, name: str) -> None:
    """The list of a service has what it sent."""
    listed = client.get("/api/v1/metrics", params={"service": f"one {name}"}).json()["metrics"]
    assert [(each["name"], each["kind"], each["points"]) for each in listed] == [(name, "gauge", 2)]


def test_exemplars_are_listed(client: httpx.Client, name: str) -> None:
    """A metric without exemplars has an empty list of them; one must be named."""
    assert client.get("/api/v1/exemplars", params={"metric": name}).json() == {"name": name, "exemplars": []}
    assert client.get("/api/v1/exemplars").status_code == 400


@pytest.mark.parametrize("step", ["0s", "999ms", "1"])
def test_a_step_has_a_least_length(client: httpx.Client, name: str, step: str) -> None:
    """A step below a second is refused."""
    assert client.get(f"/api/v1/metrics/{name}", params={"step": step}).status_code == 400
