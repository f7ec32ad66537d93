"""Logs that know their trace: exported as OpenTelemetry records, and with the ids at hand for what is printed."""

from __future__ import annotations

import logging
from typing import Any

from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

from assay_sdk.failures import guarded


def add_trace(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Add `trace_id` and `span_id` to a structlog event: a processor, to be put before the renderer."""
    context = get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format_trace_id(context.trace_id)
        event["span_id"] = format_span_id(context.span_id)
    return event


class TraceFilter(logging.Filter):
    """Set `trace_id` and `span_id` on each record of a handler, so that its format may name them; `-` outside of a span.

    Use it as a filter of the handler that prints, not of a logger: filters of a logger do not see the records of its children.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record."""
        context = get_current_span().get_span_context()
        record.trace_id = format_trace_id(context.trace_id) if context.is_valid else "-"
        record.span_id = format_span_id(context.span_id) if context.is_valid else "-"
        return True


def instrument_structlog(instrumentor: Any, **kwargs: Any) -> None:
    """Export structlog events once each, also where structlog writes through `logging`.

    Where it does, the instrumentation of `logging` exports the record already, with the level that was configured there.
    """
    instrumentor().instrument(**kwargs)
    _leave_stdlib_loggers(instrumentor)


@guarded("the instrumentation of structlog")
def _leave_stdlib_loggers(instrumentor: Any) -> None:
    processor = instrumentor._processor
    export = type(processor).__call__

    def export_others(self: Any, logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
        if isinstance(logger, logging.Logger) and logging_is_exported():
            return event
        return export(self, logger, method, event)  # type: ignore[no-any-return]

    type(processor).__call__ = export_others


def logging_is_exported() -> bool:
    """Say whether the root logger has a handler that exports to OpenTelemetry."""
    return any(type(handler).__module__.startswith("opentelemetry.") for handler in logging.getLogger().handlers)
