"""The guidelines' metrics of delivery in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from assay.core import registry
from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.delivery import Delivery

_HOUR, _DAY = 3600.0, 86400.0
_BOUNDS = (60.0, 300.0, 900.0, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY)
_PERIODS = {"qms_deployment_frequency": "last_7_days", "qms_change_failure_rate": "last_30_days"}
_FOLDER = "assay.quality.series"


def expose(engine: Engine, delivery: Delivery, now_ns: int, link_seconds: int = 4 * 3600) -> bytes:
    """Return the metrics of all services about whose delivery something is known; no text if there are none."""
    delivery.refresh()
    rates = engine.query(load(_FOLDER, "rates"), {"now": now_ns, "link_seconds": link_seconds}).dicts()
    durations = engine.query(load(_FOLDER, "durations"), {"bounds": list(_BOUNDS)}).dicts()
    found = CollectorRegistry(auto_describe=False)
    found.register(_Found([*_families(rates), *_families(durations)]))
    return generate_latest(found)


class _Found(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _families(rows: list[dict[str, Any]]) -> Iterator[Metric]:
    for name in dict.fromkeys(row["name"] for row in rows):
        family = _family(name)
        for row in rows:
            if row["name"] == name:
                _add(family, name, row)
        yield family


def _family(name: str) -> CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily:
    known = registry.load().metrics[name]
    labels = ["service", "environment"]
    if name in _PERIODS:
        return GaugeMetricFamily(name, known.brief, labels=[*labels, "time_period"])
    if name in ("qms_incidents_total", "qms_mttr_seconds"):
        labels.append("severity")
    return (CounterMetricFamily if known.instrument == "counter" else HistogramMetricFamily)(name, known.brief, labels=labels)


def _add(family: CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily, name: str, row: dict[str, Any]) -> None:
    labels = [row["service"], row["environment"]]
    if name in ("qms_incidents_total", "qms_mttr_seconds"):
        labels.append(row["severity"])
    if isinstance(family, HistogramMetricFamily):
        counts = [*zip(map(str, _BOUNDS), row["at_most"], strict=True), ("+Inf", row["n"])]
        family.add_metric(labels, buckets=counts, sum_value=row["total"])
    elif name in _PERIODS:
        family.add_metric([*labels, _PERIODS[name]], row["value"])
    else:
        family.add_metric(labels, row["value"])
