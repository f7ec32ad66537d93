"""The guidelines' metrics of compliance in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from assay.core import registry
from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.compliance.recording import FOLDER

TOTAL, SCORE = "qms_compliance_checks_total", "qms_compliance_score"
DURATION = "qms_compliance_check_duration_seconds"

_BOUNDS = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0)
_LABELS = ("framework", "control", "passed", "environment")

log = structlog.get_logger(__name__)


class ComplianceMetrics(Collector):
    """Checks of controls by Assay and by services, how long they took, and the latest score; none while the store is silent."""

    def __init__(self, engine: Engine) -> None:
        """Know where to ask."""
        self._engine = engine

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: what there is depends on what was checked."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Ask for all that is known now."""
        try:
            rows = self._engine.query(load(FOLDER, "count_checks"), {"bounds": list(_BOUNDS)}).dicts()
            scores = self._engine.query(load(FOLDER, "last_scores")).dicts()
        except AssayError as error:
            # How Assay itself is doing has to be told just then.
            log.warning("compliance_metrics_missing", reason=str(error))
            return ()
        return [*([_totals(rows), _durations(rows)] if rows else []), *([_scores(scores)] if scores else [])]


def _totals(rows: Sequence[dict[str, Any]]) -> Metric:
    family = CounterMetricFamily(TOTAL, _brief(TOTAL), labels=_LABELS)
    for row in rows:
        family.add_metric(_values(row), row["n"])
    return family


def _durations(rows: Sequence[dict[str, Any]]) -> Metric:
    family = HistogramMetricFamily(DURATION, _brief(DURATION), labels=_LABELS)
    for row in rows:
        if row["timed"]:
            buckets = [*zip(map(str, _BOUNDS), row["at_most"], strict=True), ("+Inf", row["timed"])]
            family.add_metric(_values(row), buckets=buckets, sum_value=row["seconds"])
    return family


def _scores(rows: Sequence[dict[str, Any]]) -> Metric:
    family = GaugeMetricFamily(SCORE, _brief(SCORE), labels=["framework"])
    for row in rows:
        if row["score"] is not None:
            family.add_metric([row["framework"]], row["score"])
    return family


def _values(row: dict[str, Any]) -> list[str]:
    return [row["framework"], row["control"], "true" if row["passed"] else "false", row["environment"]]


def _brief(name: str) -> str:
    return registry.load().metrics[name].brief
