"""What the policies do, for Prometheus: read from the tables when asked, for no insert should cost more for it."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.policies import PolicyKeeper
from assay.query.effects import Totals
from assay.query.times import Clock

log = structlog.get_logger(__name__)


class PolicyMetrics(Collector):
    """Give the counts of scrubbing and filters, and which policies are in force."""

    def __init__(self, engine: Engine, clock: Clock, keeper: PolicyKeeper | None) -> None:
        self._totals = Totals(engine)
        self._clock = clock
        self._keeper = keeper

    def describe(self) -> list[Metric]:
        """Return the families without values, for the reference."""
        return [*_families(), *_gauges()]

    def collect(self) -> Iterator[Metric]:
        """Yield what is to be told now; no counts if the store does not answer."""
        scrubbed, filtered = _families()
        try:
            for (effect, signal, name), items in self._totals.read(self._clock()).items():
                (scrubbed if effect == "scrubbed" else filtered).add_metric([signal, name], items)
        except AssayError as error:
            log.warning("policy_counts_missing", reason=str(error))
        else:
            yield from (scrubbed, filtered)
        if self._keeper is not None:
            now = self._keeper.in_force
            info, refused = _gauges()
            info.add_metric([now.policies.version], 1)
            refused.add_metric([], int(bool(now.problem)))
            yield from (info, refused)


def _families() -> tuple[CounterMetricFamily, CounterMetricFamily]:
    return (
        CounterMetricFamily("assay_scrubbed_values", "Values that scrubbing has changed.", labels=["signal", "rule"]),
        CounterMetricFamily("assay_filtered_items", "Items that a filter has dropped.", labels=["signal", "filter"]),
    )


def _gauges() -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily("assay_policies_info", "The version of the policies in force; always 1.", labels=["version"]),
        GaugeMetricFamily("assay_policies_refused", "1 if the policies that are written now cannot be used."),
    )
