"""The guidelines' metrics of quality gates in the text format of Prometheus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from assay.core import registry
from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.gates.measuring import FOLDER

TOTAL, PASS_RATE, DURATION = "qms_quality_gates_total", "qms_quality_gate_pass_rate", "qms_quality_gate_duration_seconds"

_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_RECENT_NS = 30 * 86400 * 1_000_000_000
_LABELS = ("stage", "result", "environment", "type")

log = structlog.get_logger(__name__)


class GateMetrics(Collector):
    """The metrics of all evaluations that are kept; none while the store does not answer.

    As in the guidelines the counter counts evaluations, and beside them, under `qms_criteria`, each of their criteria. The pass
    rate is the percentage of the evaluations of the last 30 days that passed.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        """Know where to ask: `clock` gives nanoseconds since 1970."""
        self._engine = engine
        self._clock = clock

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: what there is depends on what was evaluated."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Ask for all that is known now."""
        parameters = {"since": max(0, self._clock() - _RECENT_NS), "bounds": list(_BOUNDS)}
        try:
            rows = self._engine.query(load(FOLDER, "count_evaluations"), parameters).dicts()
        except AssayError as error:
            # How Assay itself is doing has to be told just then.
            log.warning("gate_metrics_missing", reason=str(error))
            return ()
        return [_totals(rows), _pass_rates(rows), _durations(rows)] if rows else ()


def _totals(rows: Sequence[dict[str, Any]]) -> Metric:
    labels = ["stage", "result", "environment", "qms_gate_type", "qms_criteria", "qms_criteria_result"]
    family = CounterMetricFamily(TOTAL, _brief(TOTAL), labels=labels)
    for row in rows:
        family.add_metric([*_values(row), row["criteria"], row["criteria_result"]], row["n"])
    return family


def _pass_rates(rows: Sequence[dict[str, Any]]) -> Metric:
    family = GaugeMetricFamily(PASS_RATE, _brief(PASS_RATE), labels=["stage", "environment"])
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if not row["criteria"]:
            of = counts[row["stage"], row["environment"]]
            of[0] += row["recent"] * (row["result"] == "passed")
            of[1] += row["recent"]
    for (stage, environment), (passed, all_) in counts.items():
        if all_:
            family.add_metric([stage, environment], 100 * passed / all_)
    return family


def _durations(rows: Sequence[dict[str, Any]]) -> Metric:
    family = HistogramMetricFamily(DURATION, _brief(DURATION), labels=["stage", "result", "environment", "qms_gate_type"])
    for row in rows:
        if not row["criteria"] and row["timed"]:
            buckets = [*zip(map(str, _BOUNDS), row["at_most"], strict=True), ("+Inf", row["timed"])]
            family.add_metric(_values(row), buckets=buckets, sum_value=row["seconds"])
    return family


def _values(row: dict[str, Any]) -> list[str]:
    return [row[label] for label in _LABELS]


def _brief(name: str) -> str:
    return registry.load().metrics[name].brief
