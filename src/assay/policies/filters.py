"""Filters: what is not worth storing is dropped at the door, and counted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.core.errors import AssayError, InvalidInput
from assay.core.ports import Engine
from assay.policies.refusals import refuse, refuse_unknown
from assay.policies.scrub_rules import literal

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
# What a condition may speak of: the arguments of assay_policy_filter_<kind> in store/decode/policies.sql.
COLUMNS = {
    "traces": (
        "ServiceName", "SpanName", "SpanKind", "StatusCode", "Duration", "SpanAttributes", "ResourceAttributes", "ScopeName",
        "TraceId", "ParentSpanId",
    ),
    "logs": (
        "ServiceName", "SeverityNumber", "SeverityText", "Body", "EventName", "LogAttributes", "ResourceAttributes",
        "ScopeName", "TraceId",
    ),
    "metrics": ("ServiceName", "MetricName", "MetricUnit", "ResourceAttributes", "ScopeName"),
}  # fmt: skip
_FUNCTIONS = {
    "traces": "assay_policy_filter_span",
    "logs": "assay_policy_filter_log",
    "metrics": "assay_policy_filter_metric",
}
_TABLES = {"traces": "otel_traces", "logs": "otel_logs", "metrics": "otel_metrics_sum"}

DEFAULTS: Mapping[str, Any] = {
    # Checks that went well, by the names of the paths that the conventions use, old and new. One that failed is worth a look.
    "health_checks": {
        "signal": "traces",
        "condition": "SpanKind = 'Server' AND StatusCode != 'Error' AND "
        "match(SpanAttributes['http.route'] || ' ' || SpanAttributes['url.path'] || ' ' || SpanAttributes['http.target'], "
        "'^(?:[^ ]* )*/(?:health|healthz|livez|readyz|ready|metrics|favicon\\\\.ico)/?(?:[? ].*)?$')",
    }
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Drop the items of a signal for which `condition` holds, SQL over the columns that `COLUMNS` lists for it."""

    name: str
    signal: str
    condition: str


def parse(given: Any) -> tuple[Filter, ...]:
    """Lay filters, by name, over those that come with Assay; `false` switches one off.

    Raises:
        InvalidInput: an option is unknown, missing or wrong.
    """
    merged: dict[str, Any] = dict(DEFAULTS)
    if not isinstance(given, Mapping | None):
        raise refuse("filters", "it is no mapping", "write a name, and under it signal and condition")
    for name, options in (given or {}).items():
        if options is False:
            merged.pop(name, None)
        else:
            merged[name] = options
    return tuple(_filter(name, options) for name, options in merged.items())


def _filter(name: str, options: Any) -> Filter:
    at = f"filters.{name}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise refuse(at, "a filter's name has small letters, digits, _ and -", "it names a count, such as health_checks")
    if not isinstance(options, Mapping):
        raise refuse(at, "it is no mapping", "write signal and condition under it, or false to switch it off")
    refuse_unknown(options, ("signal", "condition"), at)
    signal = options.get("signal", "traces")
    if signal not in COLUMNS:
        raise refuse(f"{at}.signal", f"{signal!r} is no signal", "write traces, logs or metrics")
    condition = options.get("condition")
    if not isinstance(condition, str) or not condition.strip():
        raise refuse(f"{at}.condition", "it is missing", "write an SQL condition such as SpanName = 'GET /ping'")
    return Filter(name, signal, condition.strip())


def validate(filters: tuple[Filter, ...], engine: Engine) -> None:
    """Ask the engine whether it understands every condition.

    Raises:
        InvalidInput: it refuses one.
    """
    for each in filters:
        columns = ", ".join(COLUMNS[each.signal])
        try:
            engine.query(
                f"SELECT toUInt8(1) FROM (SELECT {columns} FROM {_TABLES[each.signal]} LIMIT 0) WHERE ({each.condition})"
            )
        except InvalidInput as error:
            raise refuse(
                f"filters.{each.name}.condition", _first_line(error), f"it is SQL over the columns {columns}"
            ) from error


def compile_filters(filters: tuple[Filter, ...]) -> list[str]:
    """Give a statement for each signal that makes its function: the name of the first filter that holds, or nothing."""
    statements = []
    for signal, function in _FUNCTIONS.items():
        chosen = ", ".join(f"({each.condition}), {literal(each.name)}" for each in filters if each.signal == signal)
        body = f"multiIf({chosen}, '')" if chosen else "''"
        statements.append(f"CREATE OR REPLACE FUNCTION {function} AS ({', '.join(COLUMNS[signal])}) -> {body}")
    return statements


def _first_line(error: AssayError) -> str:
    return error.message.split("In scope")[0].strip().rstrip(":")
