"""The guidelines' metrics of delivery in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from assay.core import registry
from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.delivery import Delivery

_HOUR, _DAY = 3600.0, 86400.0
BOUNDS = (60.0, 300.0, 900.0, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 30 * _DAY, 90 * _DAY)
_PERIODS = {"qms_deployment_frequency": "last_7_days", "qms_change_failure_rate": "last_30_days"}
_BY_SEVERITY = ("qms_incidents_total", "qms_mttr_seconds")
_FOLDER = "assay.quality.series"

log = structlog.get_logger(__name__)


class DeliveryMetrics(Collector):
    """The metrics of all services about whose delivery something is known; none while the store does not answer."""

    def __init__(self, engine: Engine, delivery: Delivery, clock: Callable[[], int], link_seconds: int) -> None:
        """Know where to ask: `clock` gives nanoseconds since 1970; see `dora.Question` for `link_seconds`."""
        self._engine = engine
        self._delivery = delivery
        self._clock = clock
        self._link_seconds = link_seconds

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: what there is depends on what was reported."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Ask for all that is known now."""
        try:
            self._delivery.refresh()
            rows = read_series(self._engine, self._clock(), self._link_seconds)
        except AssayError as error:
            # How Assay itself is doing has to be told just then.
            log.warning("delivery_metrics_missing", reason=str(error))
            return ()
        return list(_families(rows))


def read_series(engine: Engine, now_ns: int, link_seconds: int) -> list[dict[str, Any]]:
    """Return a row per series: `value` of a counter or gauge; of a histogram `at_most` each of `BOUNDS`, `n` and `total`."""
    rates = engine.query(load(_FOLDER, "rates"), {"now": now_ns, "link_seconds": link_seconds}).dicts()
    return rates + engine.query(load(_FOLDER, "durations"), {"bounds": list(BOUNDS)}).dicts()


def labels_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels that the guidelines give to the metric of a row."""
    name, labels = row["name"], {"service": row["service"], "environment": row["environment"]}
    if name in _PERIODS:
        return labels | {"time_period": _PERIODS[name]}
    return labels | {"severity": row["severity"]} if name in _BY_SEVERITY else labels


def _families(rows: list[dict[str, Any]]) -> Iterator[Metric]:
    for name in dict.fromkeys(row["name"] for row in rows):
        found = [row for row in rows if row["name"] == name]
        family = _family(name, list(labels_of(found[0])))
        for row in found:
            _add(family, row)
        yield family


def _family(name: str, labels: list[str]) -> CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily:
    known = registry.load().metrics[name]
    if known.instrument == "gauge":
        return GaugeMetricFamily(name, known.brief, labels=labels)
    return (CounterMetricFamily if known.instrument == "counter" else HistogramMetricFamily)(name, known.brief, labels=labels)


def _add(family: CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily, row: dict[str, Any]) -> None:
    labels = list(labels_of(row).values())
    if isinstance(family, HistogramMetricFamily):
        counts = [*zip(map(str, BOUNDS), row["at_most"], strict=True), ("+Inf", row["n"])]
        family.add_metric(labels, buckets=counts, sum_value=row["total"])
    else:
        family.add_metric(labels, row["value"])
