"""How many events came that do not count, for Prometheus: read from the table when asked."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.query.invalid_events import count_invalid_events

log = structlog.get_logger(__name__)


class EventMetrics(Collector):
    """Give the number of stored records that do not fit the registry; it falls when they expire."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self) -> list[Metric]:
        """Return the family without values, for the reference."""
        return [_family()]

    def collect(self) -> Iterator[Metric]:
        """Yield what is to be told now; nothing if the store does not answer."""
        family = _family()
        try:
            for labels, number in count_invalid_events(self._engine).items():
                family.add_metric(labels, number)
        except AssayError as error:
            log.warning("invalid_events_not_counted", reason=str(error))
        else:
            yield family


def _family() -> GaugeMetricFamily:
    return GaugeMetricFamily(
        "assay_invalid_events", "Events over OTLP that do not fit the registry and do not count.", labels=["event", "reason"]
    )
