"""An OTLP request for traces that is built span by span, by receivers of other protocols."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from assay.core.aliases import FORMER_SCOPE
from assay.core.signals import Signal
from assay.receivers.inspection import Inspected, inspect_message

Scalar: TypeAlias = str | bool | int | float | bytes

_OF_RESOURCES = (
    *("cloud.", "container.", "deployment.", "device.", "host.", "k8s.", "os.", "process.", "telemetry."),
    *("service.name", "service.namespace", "service.version", "service.instance.id"),
)
(_NAME, _FORMER_NAME), (_VERSION, _FORMER_VERSION) = FORMER_SCOPE.items()
_SCOPE_ATTRIBUTES = _NAME, _VERSION, _FORMER_NAME, _FORMER_VERSION
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_BOOLEANS = {"true": True, "false": False}


class TraceRequest:
    """Spans under their resources and scopes.

    Attributes of a resource or a scope that older protocols carry on each span are put where OTLP has them.
    """

    def __init__(self) -> None:
        self._message = ExportTraceServiceRequest()
        self._spans: dict[tuple[object, ...], Any] = {}

    def add(self, resource: Mapping[str, Scalar], attributes: dict[str, Scalar]) -> Any:
        """Give a new span that has `attributes`; what describes its resource, and does not contradict it, is moved there."""
        moved = {
            key: value
            for key, value in attributes.items()
            if key.startswith(_OF_RESOURCES) and resource.get(key, value) == value
        }
        scope = "", ""
        if _NAME in attributes or _FORMER_NAME in attributes:
            name, version, former_name, former_version = (str(attributes.pop(key, "")) for key in _SCOPE_ATTRIBUTES)
            scope = name or former_name, version or former_version
        span = self._group({**moved, **resource} if moved else resource, scope).add()
        fill(span.attributes, {key: value for key, value in attributes.items() if key not in moved} if moved else attributes)
        return span

    def _group(self, resource: Mapping[str, Scalar], scope: tuple[str, str]) -> Any:
        of_resource = *resource, *resource.values(), *map(type, resource.values())
        spans = self._spans.get((scope, *of_resource))
        if spans is None:
            group = self._spans.get(of_resource)
            if group is None:
                group = self._spans[of_resource] = self._message.resource_spans.add()
                fill(group.resource.attributes, resource)
            within = group.scope_spans.add()
            within.scope.name, within.scope.version = scope
            spans = self._spans[(scope, *of_resource)] = within.spans
        return spans

    def inspect(self) -> Inspected:
        """Give the request as a receiver passes it on."""
        return inspect_message(Signal.TRACES, self._message, self._message.SerializeToString())


def fill(attributes: Any, values: Mapping[str, Scalar]) -> None:
    """Add attributes to a repeated field of OTLP."""
    for key, value in values.items():
        added = attributes.add(key=key).value
        kind = type(value)
        if kind is str:
            added.string_value = value
        elif kind is bool:
            added.bool_value = value
        elif kind is int:
            added.int_value = value
        elif kind is float:
            added.double_value = value
        else:
            added.bytes_value = value


def guess_type(text: str) -> Scalar:
    """Give the boolean or integer that a text was made from, where turning it into text again gives the same text.

    For protocols whose values are all text. Decimal numbers stay text: `1.10` may be a version.
    """
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    return int(text) if text[:1] in "-0123456789" and _INTEGER.fullmatch(text) else text
