"""See in tests what a program would send: in memory, with a clock and ids that repeat.

```python
@pytest.fixture
def telemetry():
    with assay_sdk.testing.capture() as captured:
        yield captured

def test_orders_are_audited(telemetry):
    place_order("WF-1")
    assert telemetry.span("qms.audit.process").attributes["qms.audit.resource_id"] == "WF-1"
    assert telemetry.event("qms.audit.recorded").attributes["qms.audit.outcome"] == "success"
    assert telemetry.value("qms_workflows_processed_total", result="completed") == 1
```
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from opentelemetry import _logs, metrics, trace
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, Gauge, InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator

from assay_sdk.durations import SecondsAggregation
from assay_sdk.telemetry import sources

START_NS = 1_750_000_000_000_000_000
"""Where a `Clock` starts unless told otherwise: 2025-06-15T15:06:40Z."""

_DELTA = AggregationTemporality.DELTA
_RESOURCE = {"service.name": "tested", "service.version": "1.0.0", "deployment.environment.name": "test"}


class Clock:
    """A clock that moves only when told: by `advance`, and by `step_seconds` at each reading."""

    def __init__(self, start_ns: int = START_NS, step_seconds: float = 0.0) -> None:
        self.now_ns = start_ns
        self.step_ns = round(step_seconds * 1e9)

    def __call__(self) -> int:
        """Return nanoseconds since 1970, then step."""
        now = self.now_ns
        self.now_ns += self.step_ns
        return now

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.now_ns += round(seconds * 1e9)


class Ids(IdGenerator):
    """Ids that count up from 1: the same in every run of a test."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin again at 1."""
        self._spans = self._traces = self._others = 0

    def generate_span_id(self) -> int:
        """Return the next span id."""
        with self._lock:
            self._spans += 1
            return self._spans

    def generate_trace_id(self) -> int:
        """Return the next trace id."""
        with self._lock:
            self._traces += 1
            return self._traces

    def new_id(self) -> str:
        """Return the next id of anything else, such as an event."""
        with self._lock:
            self._others += 1
            return f"id-{self._others}"


class Captured:
    """What was recorded since `capture` began; `clock` moves its time."""

    def __init__(self, clock: Clock, spans: InMemorySpanExporter, logs: InMemoryLogRecordExporter, reader: Any) -> None:
        self.clock = clock
        self._spans, self._logs, self._reader = spans, logs, reader
        self._points: dict[str, list[Any]] = {}

    @property
    def spans(self) -> list[ReadableSpan]:
        """The spans that have ended, in the order in which they did."""
        return list(self._spans.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        """Return the only span of this name; AssertionError if there is none or more than one."""
        found: ReadableSpan = _only(name, [e for e in self.spans if e.name == name], [e.name for e in self.spans])
        return found

    @property
    def logs(self) -> list[ReadableLogRecord]:
        """All log records, events among them."""
        return list(self._logs.get_finished_logs())

    def events(self, name: str) -> list[Any]:
        """Return the events of this name."""
        return [each.log_record for each in self.logs if each.log_record.event_name == name]

    def event(self, name: str) -> Any:
        """Return the only event of this name; AssertionError if there is none or more than one."""
        there = [str(each.log_record.event_name) for each in self.logs if each.log_record.event_name]
        return _only(name, self.events(name), there)

    def points(self, metric: str) -> list[Any]:
        """Return the data points of a metric: `attributes`, and `value`, or for histograms `sum` and `count`."""
        self._collect()
        return self._points.get(metric, [])

    def value(self, metric: str, **labels: Any) -> float:
        """Return the sum of a metric over the points with at least these labels; of a histogram the number of records.

        0 if there is none.
        """
        points = [point for point in self.points(metric) if labels.items() <= dict(point.attributes).items()]
        return float(sum(point.count if hasattr(point, "count") else point.value for point in points))

    def _collect(self) -> None:
        data = self._reader.get_metrics_data()
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    # Sums and histograms come as what was added since the last time, a gauge as what it is.
                    before = [] if isinstance(metric.data, Gauge) else self._points.get(metric.name, [])
                    self._points[metric.name] = [*before, *metric.data.data_points]


@contextmanager
def capture(clock: Clock | None = None) -> Iterator[Captured]:
    """Record everything that this process sends through OpenTelemetry, with the clock and ids of the test.

    The first use sets up the providers of OpenTelemetry for the whole process, which is possible once; AssertionError if
    something else has set them up before. One capture at a time.
    """
    ids, spans, logs, reader = _providers()
    now = clock or Clock()
    ids.reset()
    spans.clear()
    logs.clear()
    reader.get_metrics_data()  # what was counted before this capture
    with _time(now), patch.object(sources, "new_id", ids.new_id):
        yield Captured(now, spans, logs, reader)


@contextmanager
def _time(clock: Callable[[], int]) -> Iterator[None]:
    # The SDK reads the time itself for spans that are not ours, and offers no place to put another clock.
    with (
        patch.object(sources, "clock", clock),
        patch("opentelemetry.sdk.trace.time_ns", clock),
        patch("opentelemetry.sdk._logs._internal.time_ns", clock),
    ):
        yield


@cache
def _providers() -> tuple[Ids, InMemorySpanExporter, InMemoryLogRecordExporter, InMemoryMetricReader]:
    ids, resource = Ids(), Resource(_RESOURCE)
    spans, logs = InMemorySpanExporter(), InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # untyped
    reader = InMemoryMetricReader(
        preferred_temporality={Counter: _DELTA, Histogram: _DELTA, UpDownCounter: _DELTA},
        preferred_aggregation={Histogram: SecondsAggregation()},
    )
    tracing = TracerProvider(resource=resource, id_generator=ids)
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    logging = LoggerProvider(resource=resource)
    logging.add_log_record_processor(SimpleLogRecordProcessor(logs))
    trace.set_tracer_provider(tracing)
    _logs.set_logger_provider(logging)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))
    assert trace.get_tracer_provider() is tracing, "OpenTelemetry is set up already; run tests without opentelemetry-instrument"
    return ids, spans, logs, reader


def _only(name: str, found: list[Any], there: list[str]) -> Any:
    assert len(found) == 1, f"{len(found)} times {name}; recorded were {', '.join(sorted(set(there))) or 'none'}"
    return found[0]
