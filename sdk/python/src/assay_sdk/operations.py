"""One run of something under the quality management system, as a span: context manager and decorator in one."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from assay_sdk import names, telemetry
from assay_sdk.failures import guarded, swallow

Text: TypeAlias = str | Callable[..., str] | None
"""A text, or for decorators a function that makes it from the arguments of the decorated function."""

F = TypeVar("F", bound=Callable[..., Any])


class Operation(AbstractContextManager["Operation"]):
    """Base of all operations: `with`, `async with`, or `@` on a function or coroutine function.

    The body's exceptions are recorded and go on; nothing of ours ever raises. As a decorator each call is a run of its own.
    """

    span_name = ""
    operation = ""

    def __init__(self, attributes: Mapping[str, Any], parent: Context | None = None) -> None:
        self.span: Span = trace.INVALID_SPAN
        self.attributes: dict[str, Any] = {names.QMS_OPERATION: self.operation, **attributes}
        self.started_ns = 0
        self._parent = parent
        self._token: Any = None
        self._failure: dict[str, str] = {}
        self._recovery = ""

    @guarded("an attribute")
    def set(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Set attributes of the span."""
        self.span.set_attributes(attributes)

    @guarded("an event of a span")
    def event(self, name: str, attributes: Mapping[str, AttributeValue] | None = None) -> None:
        """Add an event to the span."""
        self.span.add_event(name, attributes, timestamp=telemetry.sources.clock())

    def on_error(self, category: str = "", severity: str = "", impact: str = "", recovery_action: str = "") -> None:
        """Say what a failure from here on means: it is written beside the exception, if there is one."""
        given = {
            names.QMS_ERROR_CATEGORY: category,
            names.QMS_ERROR_SEVERITY: severity,
            names.QMS_ERROR_IMPACT: impact,
        }
        self._failure = {key: value for key, value in given.items() if value}
        self._recovery = recovery_action

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._finish(error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish(error)

    def __call__(self, function: F) -> F:
        """Make every call of `function` a run of this operation; what it returns is taken as the result where that fits."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            # Its body runs piecemeal in whatever context asks for the next value, so there is no one run of it.
            swallow("the decoration of a generator", TypeError(f"use `with` inside {function.__qualname__} instead"))
            return function
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def run(*args: Any, **kwargs: Any) -> Any:
                with self._again(args, kwargs) as operation:
                    returned = await function(*args, **kwargs)
                    operation._take(returned)
                    return returned

            return run  # type: ignore[return-value]  # the same signature, which a cast could not say better

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self._again(args, kwargs) as operation:
                returned = function(*args, **kwargs)
                operation._take(returned)
                return returned

        return call  # type: ignore[return-value]  # as above

    def _again(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Self:
        fresh = copy.copy(self)
        fresh.attributes = {key: _resolve(value, args, kwargs) for key, value in self.attributes.items()}
        return fresh

    def _take(self, returned: Any) -> None:
        """Take what a decorated function returned; operations with a verdict read it."""

    @guarded("the beginning of an operation")
    def _begin(self) -> None:
        self.started_ns = telemetry.sources.clock()
        given = {key: value for key, value in self.attributes.items() if value is not None and not callable(value)}
        self.attributes = given
        self.span = telemetry.tracer().start_span(
            self.span_name, context=self._parent, attributes=given, start_time=self.started_ns
        )
        self._token = contexts.attach(trace.set_span_in_context(self.span, self._parent))
        self._on_begin()

    def _finish(self, error: BaseException | None) -> None:
        ended_ns = telemetry.sources.clock()
        try:
            if error is not None:
                self._record(error)
            self._on_end(error, max(0.0, (ended_ns - self.started_ns) / 1e9))
            if error is None:
                self.span.set_status(Status(StatusCode.OK))
        except Exception as ours:
            swallow("the end of an operation", ours)
        finally:
            self._close(ended_ns)

    @guarded("the end of an operation")
    def _close(self, ended_ns: int) -> None:
        if self._token is not None:
            contexts.detach(self._token)
        self.span.end(ended_ns)

    def _record(self, error: BaseException) -> None:
        self.span.record_exception(error, self._failure, timestamp=telemetry.sources.clock())
        self.span.set_status(Status(StatusCode.ERROR, str(error) or type(error).__name__))

    def _on_begin(self) -> None:
        """Do what this kind of operation does when it begins."""

    def _on_end(self, error: BaseException | None, seconds: float) -> None:
        """Do what this kind of operation does when it ends; `error` is what it ended with."""


def _resolve(value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if not callable(value):
        return value
    try:
        return value(*args, **kwargs)
    except Exception as error:
        swallow("an attribute made from arguments", error)
        return None
