"""Hold what the services say they sent, and what the customers saw, against what the server has stored."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assay.demo.sent import UNACKNOWLEDGED
from assay.demo.server import Server
from assay.demo.traffic import Placed

_WAIT_SECONDS = 30
_TABLES = {
    "spans": "assay_spans",
    "log records": "otel_logs",
    "gauge points": "otel_metrics_gauge",
    "sum points": "otel_metrics_sum",
    "histogram points": "otel_metrics_histogram",
    "exponential histogram points": "otel_metrics_exp_histogram",
}
_OURS = "endsWith(ResourceAttributes['service.instance.id'], {run:String})"
_CROSSING = f"""
    SELECT count() FROM (
        SELECT TraceId FROM assay_spans WHERE {_OURS} GROUP BY TraceId HAVING uniqExact(ServiceName) = 3)"""  # noqa: S608
_FAILED = f"""
    SELECT uniqExact(TraceId) FROM assay_spans
    WHERE {_OURS} AND ServiceName = 'orders' AND SpanKind = 'Server' AND StatusCode = 'Error'"""  # noqa: S608
_WITH_LOGS = f"""
    SELECT uniqExact(TraceId) FROM otel_logs
    WHERE {_OURS} AND TraceId IN (SELECT TraceId FROM assay_spans WHERE {_OURS})"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the proof: what was seen outside against what is found in the store."""

    what: str
    expected: int
    found: int

    @property
    def passed(self) -> bool:
        return self.expected == self.found


def prove(
    server: Server, run: str, sent: Counter[str], placed: Sequence[Placed], wait_seconds: float = _WAIT_SECONDS
) -> list[Check]:
    """Check that all that was sent is stored, once; wait for what is still on its way, at most `wait_seconds`.

    `run` ends the `service.instance.id` of each service.
    """
    deadline = time.monotonic() + wait_seconds
    stored = _stored(server, run, sent)
    while not all(check.passed for check in stored) and time.monotonic() < deadline:
        time.sleep(0.2)
        stored = _stored(server, run, sent)
    failed = sum(each.status == 500 for each in placed)
    return [
        *stored,
        Check("exports not acknowledged", 0, sent[UNACKNOWLEDGED]),
        Check("orders that ended as they should", len(placed), sum(e.status == e.order.expected_status for e in placed)),
        Check("traces that cross all three services", len(placed), _count(server, _CROSSING, run)),
        Check("failed orders that are failed traces", failed, _count(server, _FAILED, run)),
        Check("traces found with their logs", len(placed), _count(server, _WITH_LOGS, run)),
    ]


def _stored(server: Server, run: str, sent: Counter[str]) -> list[Check]:
    return [
        Check(what, sent[what], _count(server, f"SELECT count() FROM {table} WHERE {_OURS}", run))  # noqa: S608
        for what, table in _TABLES.items()
    ]


def _count(server: Server, sql: str, run: str) -> int:
    return int(server.ask(sql, run=run)[0][0])
