"""What every client does: a service places an order as a message, another writes the bill for it.

`python -m tests.peers.apps.<client> place|bill <address> <queue> by-hand|by-itself` runs one of the two for one message. By
itself, the instrumentation of the client carries the trace, and the program does nothing for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from opentelemetry import trace

import assay_sdk

Role: TypeAlias = Callable[[str, str, bool], Any]
BODY = b'{"order": "1"}'


def placing() -> AbstractContextManager[Any]:
    """Give the span in which an order is placed."""
    return trace.get_tracer("orders").start_as_current_span("place order")


def billing(context: Any = None) -> AbstractContextManager[Any]:
    """Give the span in which a bill is written, within the context of the message, or whichever is current."""
    return assay_sdk.workflow("WF-1", workflow_type="bill", parent=context)


def play(place: Role, bill: Role) -> Any:
    """Play the role that the command line names; what an asynchronous one returns is to be awaited."""
    role, address, queue, how = sys.argv[1:]
    return {"place": place, "bill": bill}[role](address, queue, how == "by-hand")
