from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from tests.conftest import Store
from tests.otlp_requests import SECOND, attributes, logs, metrics, record, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.attributes import Kind, list_attributes
from assay.query.times import HOUR, TimeRange

_NOW = time.time_ns()
_RANGE = TimeRange(_NOW - HOUR, _NOW)


def test_filters_are_built_from_what_is_there(engine: Engine, store: Store) -> None:
    """Keys of spans and of their resources are given, the most frequent first, and so are the values of one of them."""
    service, trace_id = f"attributes-{uuid4()}", uuid4().hex
    spans = [
        span(trace_id, 1 + place, start_ns=_NOW - SECOND, values={"shop.size": place // 2, "shop.A": "x"}) for place in range(3)
    ]
    store(Signal.TRACES, traces(service, [*spans, span(trace_id, 9, start_ns=_NOW - SECOND)], {"shop.region": "eu"}))

    def found(key: str = "", text: str = "") -> list[tuple[str, int]]:
        listed = list_attributes(engine, "spans", _RANGE, service=service, key=key, text=text).found
        return [(each.name, each.items) for each in listed]

    assert found(text="SHOP.") == [("shop.region", 4), ("shop.A", 3), ("shop.size", 3)]
    assert found(key="shop.size") == [("0", 2), ("1", 1)]
    assert found(key="shop.size", text="1") == [("1", 1)]
    assert found(key="shop.region") == [("eu", 4)]
    assert found(key="shop.none") == found(text="shop_A") == []


def test_a_renamed_attribute_has_its_values_under_each_name(engine: Engine, store: Store) -> None:
    """The values of an attribute that was renamed are given whichever of its names a sender uses."""
    service = f"renamed-{uuid4()}"
    for place, key in enumerate(("http.method", "http.request.method")):
        store(Signal.TRACES, traces(service, [span(uuid4().hex, 1 + place, start_ns=_NOW - SECOND, values={key: "PUT"})]))
    for key in ("http.method", "http.request.method"):
        [one] = list_attributes(engine, "spans", _RANGE, service=service, key=key).found
        assert (one.name, one.items) == ("PUT", 2)


def test_log_records_have_attributes_of_their_own(engine: Engine, store: Store) -> None:
    """Keys and values of log records are found among log records, within the time range and the limit."""
    service = f"records-{uuid4()}"
    records = [record(_NOW - place * SECOND, "a", {"shop.user": f"u{place % 2}"}) for place in range(1, 4)]
    store(Signal.LOGS, logs(service, records))
    of: Kind = "logs"
    values = list_attributes(engine, of, _RANGE, service=service, key="shop.user", limit=1).found
    assert [(each.name, each.items) for each in values] == [("u1", 2)]
    assert list_attributes(engine, "spans", _RANGE, service=service, key="shop.user").found == []
    assert list_attributes(engine, of, TimeRange(0, _NOW - HOUR), service=service).found == []


def test_metrics_have_attributes_of_their_own(engine: Engine, store: Store) -> None:
    """Keys and values of points of any kind are found among metrics, of all of them or of one."""
    service = f"measured-{uuid4()}"
    one, two = Metric(name="one"), Metric(name="two")
    for made, zone in ((one, "x"), (two, "y")):
        made.gauge.data_points.add(time_unix_nano=_NOW - SECOND, as_int=1, attributes=attributes({"shop.zone": zone}))
    store(Signal.METRICS, metrics(service, [one, two], {"shop.region": "eu"}))

    def found(**asked: Any) -> list[str]:
        return [each.name for each in list_attributes(engine, "metrics", _RANGE, service=service, **asked).found]

    assert found(text="shop.") == ["shop.region", "shop.zone"]
    assert found(key="shop.zone") == ["x", "y"]
    assert found(key="shop.zone", metric="two") == ["y"]
    assert found(key="shop.region", metric="one") == ["eu"]
