"""Evaluations as events, one and a row for each criterion, and as a span."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from assay import __version__
from assay.core.events import ID, AttributeValue, Event, fill
from assay.quality.gates.evaluation import Evaluation, ObjectiveResult

EVENT = "qms.quality_gate.evaluated"
PREFIX = "quality_gate/"
"""What the ids of these events begin with, before that of the evaluation."""

_SPAN = "qms.quality_gate.evaluate"
_SERVICE = "assay"


def format_time(nanoseconds: int) -> str:
    """Return RFC 3339 in UTC with all nine digits, as all answers have it."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()}.{fraction:09d}Z"


def parse_time(text: str) -> int:
    """Return the nanoseconds since 1970 of a time as `format_time` writes it."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return round(datetime.fromisoformat(f"{seconds}+00:00").timestamp()) * 1_000_000_000 + int(fraction)


def key_of(gate: str, service: str) -> str:
    """Return what the ids of evaluations of a gate and a service begin with; seldom that of others is the same.

    Events are stored in the order of their ids, so what a gate said of a service before is found without reading the rest.
    """
    return hashlib.sha256(f"{gate}\0{service}".encode()).hexdigest()[:8]


def make_id(gate: str, service: str, time_ns: int) -> str:
    """Return a new id of an evaluation; later ones of the same gate and service come after it."""
    return f"{key_of(gate, service)}{time_ns // 1_000_000_000:08x}{secrets.token_hex(4)}"


def events_of(evaluation: Evaluation, time_ns: int, span_id: bytes) -> list[Event]:
    """Return the event of the evaluation, with the whole of it as JSON in its body, and one for each objective."""
    trace_id = bytes.fromhex(evaluation.trace_id)
    common = _common(evaluation)
    whole: dict[str, AttributeValue] = {
        **common,
        **evaluation.links,
        ID: f"{PREFIX}{evaluation.id}",
        "qms.quality_gate.decided": evaluation.decided,
        "qms.quality_gate.duration_seconds": evaluation.duration_seconds,
        "qms.quality_gate.reasons": list(evaluation.reasons),
        "qms.quality_gate.document": evaluation.document,
    }
    if evaluation.score is not None:
        whole["qms.quality_gate.score"] = evaluation.score
    body = orjson.dumps(evaluation).decode()
    rows = [
        Event(EVENT, time_ns, {**common, **_criterion(evaluation, each)}, "", trace_id, span_id)
        for each in evaluation.objectives
    ]
    return [Event(EVENT, time_ns, _given(whole), body, trace_id, span_id), *rows]


def span_of(evaluation: Evaluation, start_ns: int, end_ns: int, span_id: bytes) -> bytes:
    """Return the span of the evaluation as an OTLP request."""
    request = trace_service_pb2.ExportTraceServiceRequest()
    group = request.resource_spans.add()
    fill(group.resource.attributes.add(key="service.name").value, _SERVICE)
    fill(group.resource.attributes.add(key="service.version").value, __version__)
    scope = group.scope_spans.add()
    scope.scope.name, scope.scope.version = "assay.gates", __version__
    span = scope.spans.add(
        trace_id=bytes.fromhex(evaluation.trace_id),
        span_id=span_id,
        name=_SPAN,
        kind=trace_pb2.Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=start_ns,
        end_time_unix_nano=end_ns,
    )
    attributes: dict[str, AttributeValue] = {
        "qms.operation": "quality_gate",
        "qms.quality_gate.name": evaluation.gate,
        "qms.quality_gate.stage": evaluation.stage,
        "qms.quality_gate.result": evaluation.result,
        "qms.quality_gate.evaluation_id": evaluation.id,
        "qms.gate.type": evaluation.type,
    }
    for key, value in _given(attributes).items():
        fill(span.attributes.add(key=key).value, value)
    return bytes(request.SerializeToString())


def _common(evaluation: Evaluation) -> dict[str, AttributeValue]:
    return _given({
        "qms.quality_gate.evaluation_id": evaluation.id,
        "qms.quality_gate.name": evaluation.gate,
        "qms.quality_gate.result": evaluation.result,
        "qms.quality_gate.stage": evaluation.stage,
        "qms.gate.type": evaluation.type,
        "service.name": evaluation.service,
        "service.version": evaluation.version,
        "deployment.environment.name": evaluation.environment,
    })  # fmt: skip


def _criterion(evaluation: Evaluation, result: ObjectiveResult) -> dict[str, AttributeValue]:
    told: dict[str, AttributeValue] = {
        ID: f"{PREFIX}{evaluation.id}/{result.name}",
        "qms.criteria": result.name,
        "qms.criteria.result": result.counts_as,
        "qms.criteria.outcome": result.outcome,
        "qms.criteria.measure": result.measure,
        "qms.criteria.target": result.passing,
        "qms.criteria.reason": result.reason,
    }
    for name, value in (("value", result.value), ("baseline", result.baseline)):
        if value is not None:
            told[f"qms.criteria.{name}"] = float(value)
    return _given(told)


def _given(attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    return {key: value for key, value in attributes.items() if value not in ("", [])}
