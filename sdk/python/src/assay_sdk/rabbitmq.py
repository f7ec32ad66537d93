"""What the instrumentation of pika does twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapt import wrap_function_wrapper


def publish_once() -> None:
    """Make one span, not two, of a message that is published over a blocking connection; call it after the instrumentation.

    A blocking channel publishes by a channel that it has within, and the instrumentation wraps both.
    """
    wrap_function_wrapper("pika", "BlockingConnection.channel", _bare_within)


def _bare_within(wrapped: Callable[..., Any], instance: object, args: Any, kwargs: Any) -> Any:
    channel = wrapped(*args, **kwargs)
    within: Any = getattr(channel, "_impl", None)
    bare = getattr(getattr(within, "basic_publish", None), "_original_function", None)
    if bare is not None:
        within.basic_publish = bare
    return channel
