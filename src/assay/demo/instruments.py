"""How the services time their requests; everything else is done by assay-sdk and the instrumentations that it brings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import assay_sdk


@contextmanager
def measured(endpoint: str, method: str = "POST") -> Iterator[None]:
    """Record a request to `endpoint`: status 500 if it ends with an exception, else 200."""
    started, status = time.perf_counter(), 500
    try:
        yield
        status = 200
    finally:
        assay_sdk.record_request(endpoint, method, status, time.perf_counter() - started)
