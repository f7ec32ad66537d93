"""Is Assay alive, is it ready, and how is it going: `/healthz`, `/readyz`, `/metrics` and the API's `/status`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import Response

from assay import __version__
from assay.api.answer import JsonAnswer
from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.query.tables import Table, measure_tables

Readiness = Callable[[], Mapping[str, bool]]
"""Say of each part of Assay whether it works."""

_COUNTED = {
    "assay_received_requests_total": "received_requests",
    "assay_received_items_total": "received_items",
    "assay_received_bytes_total": "received_bytes",
    "assay_refused_requests_total": "refused_requests",
    "assay_stored_items_total": "stored_items",
    "assay_dead_letter_items_total": "dead_items",
    "assay_journal_bytes": "journal_bytes",
    "assay_lag_seconds": "lag_seconds",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether all parts work, and which do."""

    ready: bool
    checks: dict[str, bool]


@dataclass(slots=True)
class Flow:
    """What came in since the start and where it is: `lag_seconds` is the age of the oldest segment that is not yet stored."""

    received_requests: int = 0
    received_items: int = 0
    received_bytes: int = 0
    refused_requests: int = 0
    stored_items: int = 0
    dead_items: int = 0
    journal_bytes: int = 0
    lag_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Status:
    """How it is going, by signal, and how much is stored."""

    version: str
    ready: bool
    checks: dict[str, bool]
    signals: dict[str, Flow]
    tables: list[Table]


def routes(engine: Engine, readiness: Readiness, expose: Callable[[], bytes]) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Is it alive?")
    async def healthz() -> dict[str, bool]:
        """200 as long as the process answers."""
        return {"alive": True}

    @router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}}, summary="Is it ready?")
    def readyz() -> JsonAnswer:
        """200 if everything works that receiving, storing and answering need, else 503."""
        ready = _check(engine, readiness)
        return JsonAnswer(ready, 200 if ready.ready else 503)

    @router.get("/metrics", summary="Assay's own metrics", response_class=Response)
    def metrics() -> Response:
        """What came in, was stored, refused or buried, and how software is delivered, in the text format of Prometheus."""
        return Response(generate_latest(_registry()) + _delivery(expose), media_type=CONTENT_TYPE_LATEST)

    return router


def status_routes(engine: Engine, readiness: Readiness) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/status", response_model=Status, summary="How is it going?")
    def status() -> JsonAnswer:
        """What came in since the start, where it is, and how much is stored."""
        ready = _check(engine, readiness)
        return JsonAnswer(Status(__version__, ready.ready, ready.checks, _flows(), measure_tables(engine)))

    return router


def _check(engine: Engine, readiness: Readiness) -> Ready:
    try:
        answers = engine.query("SELECT 1").rows == [[1]]
    except AssayError:
        answers = False
    checks = {"engine": answers, **readiness()}
    return Ready(all(checks.values()), checks)


def _delivery(expose: Callable[[], bytes]) -> bytes:
    try:
        return expose()
    except AssayError:
        # How Assay itself is doing has to be told just then.
        return b""


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _flows() -> dict[str, Flow]:
    flows = {str(signal): Flow() for signal in Signal}
    for family in _registry().collect():
        for sample in family.samples:
            field = _COUNTED.get(sample.name)
            if field and (flow := flows.get(sample.labels["signal"])):
                kind = type(getattr(flow, field))
                setattr(flow, field, kind(getattr(flow, field) + sample.value))
    return flows
