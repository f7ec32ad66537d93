"""Logs that know their trace: exported as OpenTelemetry records, and with the ids at hand for what is printed."""

from __future__ import annotations

import copy
import logging
import sys
from typing import Any, Final

from opentelemetry.trace import format_span_id, format_trace_id, get_current_span

from assay_sdk.failures import guarded

_STRUCTLOG_OWN: Final = ("_logger", "_name", "_record", "_from_structlog", "level", "timestamp")
_aside: list[logging.Handler] = []


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
    processor = type(instrumentor._processor)
    export = processor.__call__

    def export_others(self: Any, logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
        if isinstance(logger, logging.Logger) and _aside:
            return event
        return export(self, logger, method, event)  # type: ignore[no-any-return]  # untyped

    processor.__call__ = export_others


@guarded("the instrumentation of logging")
def move_handler_aside() -> None:
    """Let the handler that exports see every record that reaches the root logger, without being one of its handlers.

    Where there is a handler, Python no longer prints warnings by itself, Werkzeug no longer prints requests, and so on:
    programs that set up no logging would fall silent.
    """
    root = logging.getLogger()
    ours = [each for each in root.handlers if type(each).__module__.startswith("opentelemetry.")]
    if not ours or _aside:
        return
    call_handlers = logging.Logger.callHandlers

    def call(self: logging.Logger, record: logging.LogRecord) -> None:
        call_handlers(self, record)
        if _reaches_root(self):
            for handler in ours:
                if record.levelno >= handler.level:
                    handler.handle(_unwrapped(record) or record)

    logging.Logger.callHandlers = call  # type: ignore[method-assign]  # for every logger of the program
    for handler in ours:
        root.removeHandler(handler)
    _aside.extend(ours)


def _reaches_root(logger: logging.Logger) -> bool:
    while logger.parent is not None:
        if not logger.propagate:
            return False
        logger = logger.parent
    return True


@guarded("a structlog event")
def _unwrapped(record: logging.LogRecord) -> logging.LogRecord:
    """Return a record whose message is a structlog event as one with a text and attributes, any other as it is."""
    if not isinstance(record.msg, dict) or "event" not in record.msg:
        return record
    event = dict(record.msg)
    plain = copy.copy(record)
    plain.msg, plain.args = str(event.pop("event")), None
    if event.pop("exc_info", None):
        plain.exc_info = sys.exc_info()
    for key in (*_STRUCTLOG_OWN, *(key for key in event if hasattr(record, key))):
        event.pop(key, None)
        if key in _STRUCTLOG_OWN:
            plain.__dict__.pop(key, None)
    plain.__dict__.update(event)
    return plain
