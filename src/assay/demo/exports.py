"""Count in each service what its exporters sent and the server acknowledged, apart from everything the server says."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opentelemetry.exporter.otlp.proto.grpc import _log_exporter as grpc_logs
from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as grpc_metrics
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as grpc_traces
from opentelemetry.exporter.otlp.proto.http import _log_exporter as http_logs
from opentelemetry.exporter.otlp.proto.http import metric_exporter as http_metrics
from opentelemetry.exporter.otlp.proto.http import trace_exporter as http_traces

from assay.demo.sent import UNACKNOWLEDGED

_KINDS = {
    "Gauge": "gauge points",
    "Sum": "sum points",
    "Histogram": "histogram points",
    "ExponentialHistogram": "exponential histogram points",
}


def count_exports(file: Path) -> None:
    """Keep in `file` the number of items by kind that the OTLP exporters of this process have delivered so far.

    Call it after the exporters are made and before the first export.
    """
    counts: Counter[str] = Counter()
    lock = threading.Lock()

    def keep(items: Counter[str]) -> None:
        with lock:
            counts.update(items)
            fresh = file.with_suffix(".fresh")
            fresh.write_text(json.dumps(counts), "utf-8")
            fresh.replace(file)

    exporters: list[tuple[Any, Callable[[Any], Counter[str]]]] = [
        (grpc_traces.OTLPSpanExporter, _spans),
        (http_traces.OTLPSpanExporter, _spans),
        (grpc_logs.OTLPLogExporter, _records),
        (http_logs.OTLPLogExporter, _records),
        (grpc_metrics.OTLPMetricExporter, _points),
        (http_metrics.OTLPMetricExporter, _points),
    ]
    for exporter, items in exporters:
        _wrap(exporter, items, keep)


def _wrap(exporter: Any, items: Callable[[Any], Counter[str]], keep: Callable[[Counter[str]], None]) -> None:
    export = exporter.export

    def counted(self: Any, batch: Any, *args: Any, **kwargs: Any) -> Any:
        result = export(self, batch, *args, **kwargs)
        keep(items(batch) if result.name == "SUCCESS" else Counter({UNACKNOWLEDGED: 1}))
        return result

    exporter.export = counted


def _spans(batch: Any) -> Counter[str]:
    return Counter(spans=len(batch))


def _records(batch: Any) -> Counter[str]:
    return Counter({"log records": len(batch)})


def _points(data: Any) -> Counter[str]:
    points: Counter[str] = Counter()
    for resource in data.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                points[_KINDS[type(metric.data).__name__]] += len(metric.data.data_points)
    return points
