from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.exporters.prometheus.names import label_name, metric_name, to_labels


@pytest.mark.parametrize(
    ("name", "unit", "kind", "expected"),
    [
        ("http.server.request.duration", "s", "histogram", "http_server_request_duration_seconds"),
        ("http_request_duration_seconds", "s", "histogram", "http_request_duration_seconds"),
        ("(lambda).function.executions(#)", "", "counter", "lambda_function_executions"),
        ("system.filesystem.usage", "By", "gauge", "system_filesystem_usage_bytes"),
        ("system.network.dropped", "{packets}", "counter", "system_network_dropped"),
        ("system.network.dropped", "packets", "counter", "system_network_dropped_packets"),
        ("system.memory.utilization", "1", "gauge", "system_memory_utilization_ratio"),
        ("requests", "1", "counter", "requests"),
        ("astro.light.speed", "m/s", "gauge", "astro_light_speed_meters_per_second"),
        ("astro.light.speed_limit_speed.total", "", "counter", "astro_light_speed_limit_speed"),
        ("broken", "{fault}/s", "gauge", "broken_per_second"),
        ("2xx", "", "counter", "_2xx"),
        ("total", "", "counter", "total"),
        ("___", "", "gauge", ""),
    ],
)
def test_metrics_are_named_as_the_compatibility_specification_says(name: str, unit: str, kind: str, expected: str) -> None:
    """Characters, units and suffixes become what the specification and its Go implementation make of them."""
    assert metric_name(name, unit, kind)[0] == expected


@settings(deadline=None)
@given(st.text(), st.text(), st.sampled_from(["counter", "gauge", "histogram", "summary"]), st.sampled_from(["", "qms_"]))
def test_a_name_is_one_that_prometheus_takes_or_empty(name: str, unit: str, kind: str, prefix: str) -> None:
    """Whatever a sender writes, the name has the characters of Prometheus, and a unit is told only if the name ends with it."""
    made, words = metric_name(name, unit, kind, prefix)
    assert re.fullmatch(r"([a-zA-Z_:][a-zA-Z0-9_:]*)?", made)
    assert made.endswith(f"_{words}" if words else "")


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.text()))
def test_labels_keep_every_value(attributes: dict[str, str]) -> None:
    """Names of labels are valid and not reserved; values whose names become one are joined."""
    labels = to_labels(attributes.items())
    assert all(re.fullmatch(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*", name) for name in labels)
    kept = [value for name, value in sorted(attributes.items()) if label_name(name)]
    assert sorted(";".join(labels.values()).split(";")) == sorted(";".join(kept).split(";"))


def test_values_of_labels_that_become_one_are_joined_by_the_order_of_their_names() -> None:
    """`a.b` and `a_b` are one label."""
    assert to_labels([("a_b", "2"), ("a.b", "1"), ("9", "3")]) == {"a_b": "1;2", "key_9": "3"}
