"""An OTLP request for metrics that is built point by point, by OpenTelemetry's rules for Prometheus.

The rules are in its specification: compatibility/prometheus_and_openmetrics.md, "Prometheus Metric points to OTLP".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from math import isnan
from typing import Any, Literal, TypeAlias

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from assay.core.signals import Signal
from assay.receivers.inspection import Inspected, inspect_message
from assay.receivers.trace_request import Scalar, fill

Kind: TypeAlias = Literal["gauge", "counter", "info", "histogram", "exponential", "summary"]
Labels: TypeAlias = dict[str, str]
Resource: TypeAlias = Mapping[str, Scalar]

STALE_BITS = 0x7FF0000000000002
STALE: float = struct.unpack("<d", struct.pack("<Q", STALE_BITS))[0]
"""The NaN by which Prometheus says that a series has ended."""
NO_RECORDED_VALUE = 1
"""The flag by which OTLP says so."""

_CUMULATIVE = 2
_DATA = {"counter": "sum", "info": "sum", "histogram": "histogram", "exponential": "exponential_histogram"}
_SCOPE = "otel_scope_"
_UNITS = {
    "seconds": "s", "milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns", "minutes": "min", "hours": "h",
    "days": "d", "bytes": "By", "kibibytes": "KiBy", "mebibytes": "MiBy", "gibibytes": "GiBy", "kilobytes": "kBy",
    "megabytes": "MBy", "gigabytes": "GBy", "meters": "m", "volts": "V", "amperes": "A", "joules": "J", "watts": "W",
    "grams": "g", "celsius": "Cel", "hertz": "Hz", "ratio": "1", "percent": "%",
}  # fmt: skip


def is_stale(value: float) -> bool:
    """Tell the NaN that ends a series from any other."""
    return isnan(value) and struct.unpack("<Q", struct.pack("<d", value))[0] == STALE_BITS


def job_resource(labels: Labels) -> Labels:
    """Take `job` and `instance` out of labels and give the attributes of the resource that they are."""
    found: Labels = {}
    if job := labels.pop("job", ""):
        namespace, _, name = job.rpartition("/")
        found["service.name"] = name
        if namespace:
            found["service.namespace"] = namespace
    if instance := labels.pop("instance", ""):
        found["service.instance.id"] = instance
    return found


class MetricRequest:
    """Points under their resources, scopes and metrics."""

    def __init__(self) -> None:
        self._message = ExportMetricsServiceRequest()
        self._places: dict[tuple[object, ...], Any] = {}

    def add(  # noqa: PLR0917 - a point has that much
        self, resource: Resource, labels: Labels, name: str, kind: Kind, unit: str = "", description: str = ""
    ) -> Any:
        """Give a new point of a metric. Labels of a scope are moved there; the others become attributes."""
        scope = {key: labels.pop(key) for key in tuple(labels) if key.startswith(_SCOPE)}
        point = self._metric(resource, scope, name, kind, unit, description).add()
        fill(point.attributes, labels)
        return point

    def _metric(  # noqa: PLR0917 - as above
        self, resource: Resource, scope: Labels, name: str, kind: Kind, unit: str, description: str
    ) -> Any:
        of_resource = tuple(resource.items())
        of_scope = *of_resource, None, *scope.items()
        of_metric = *of_scope, None, name, kind, unit, description
        points = self._places.get(of_metric)
        if points is None:
            scopes = self._place(of_resource, lambda: self._new_resource(resource))
            metrics = self._place(of_scope, lambda: self._new_scope(scopes, scope))
            points = self._places[of_metric] = self._new_metric(metrics, name, kind, _UNITS.get(unit, unit), description)
        return points

    def _place(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = make()
        return found

    def _new_resource(self, resource: Resource) -> Any:
        made = self._message.resource_metrics.add()
        fill(made.resource.attributes, resource)
        return made.scope_metrics

    @staticmethod
    def _new_scope(scopes: Any, scope: Labels) -> Any:
        made = scopes.add()
        told = {key.removeprefix(_SCOPE): value for key, value in scope.items()}
        made.scope.name, made.scope.version = told.pop("name", ""), told.pop("version", "")
        made.schema_url = told.pop("schema_url", "")
        fill(made.scope.attributes, told)
        return made.metrics

    @staticmethod
    def _new_metric(metrics: Any, name: str, kind: Kind, unit: str, description: str) -> Any:
        made = metrics.add(name=name, unit=unit, description=description)
        if kind in ("gauge", "summary"):
            return getattr(made, kind).data_points
        data = getattr(made, _DATA[kind])
        data.aggregation_temporality = _CUMULATIVE
        if kind in ("counter", "info"):
            data.is_monotonic = kind == "counter"
        return data.data_points

    def inspect(self, told: str = "") -> Inspected:
        """Give the request as a receiver passes it on; `told` is for its sender."""
        found = inspect_message(Signal.METRICS, self._message, self._message.SerializeToString())
        return Inspected(found.request, found.items, told)


def set_value(point: Any, value: float) -> None:
    """Set the value of a number point, or that the series has ended."""
    if is_stale(value):
        point.flags = NO_RECORDED_VALUE
    else:
        point.as_double = value


def add_exemplar(point: Any, labels: Mapping[str, str], value: float, at_ns: int) -> None:
    """Add an exemplar; ids of a trace that are none stay labels."""
    exemplar = point.exemplars.add(as_double=value, time_unix_nano=at_ns)
    left = dict(labels)
    for key, length in (("trace_id", 16), ("span_id", 8)):
        found = _hex(left.get(key, ""), length)
        if found:
            setattr(exemplar, key, found)
            del left[key]
    fill(exemplar.filtered_attributes, left)


def _hex(text: str, length: int) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return b""
    return found if len(found) == length else b""


def differences(cumulative: Iterable[float]) -> list[int]:
    """Give the counts of single buckets from those that include all before them; one that shrinks counts nothing."""
    counts: list[int] = []
    before = 0
    for value in cumulative:
        count = int(value) if abs(value) < 1 << 63 else before
        counts.append(max(0, count - before))
        before = max(before, count)
    return counts
