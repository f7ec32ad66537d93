"""Is Assay alive, is it ready, and how is it going: `/healthz`, `/readyz`, `/metrics` and the API's `/status`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector
from starlette.responses import Response

from assay import __version__
from assay.api.answer import JsonAnswer
from assay.api.flows import Flow, own_registry, read_flows
from assay.core.config import Otlp, OtlpGrpc, OtlpHttp
from assay.core.errors import AssayError
from assay.core.ports import Engine
from assay.query.tables import Table, measure_tables

Readiness = Callable[[], Mapping[str, bool]]
"""Say of each part of Assay whether it works."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether all parts work, and which do."""

    ready: bool
    checks: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Status:
    """How it is going, by signal, and how much is stored.

    `otlp` has the ports on which services send by `grpc` and by `http`, as far as these are switched on.
    """

    version: str
    ready: bool
    checks: dict[str, bool]
    signals: dict[str, Flow]
    tables: list[Table]
    otlp: dict[str, int]


def routes(engine: Engine, readiness: Readiness, *told: Collector) -> APIRouter:
    router = APIRouter(tags=["health"])
    effects = CollectorRegistry()
    for collector in told:
        effects.register(collector)

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
        """What came in, was stored, refused or buried, what policies did, and how software is delivered, for Prometheus."""
        return Response(generate_latest(own_registry()) + generate_latest(effects), media_type=CONTENT_TYPE_LATEST)

    return router


def status_routes(engine: Engine, readiness: Readiness, otlp: Otlp | None) -> APIRouter:
    router = APIRouter(tags=["health"])
    listeners: dict[str, OtlpGrpc | OtlpHttp] = {"grpc": otlp.grpc, "http": otlp.http} if otlp else {}
    ports = {name: listener.port for name, listener in listeners.items() if listener.enabled}

    @router.get("/status", response_model=Status, summary="How is it going?")
    def status() -> JsonAnswer:
        """What came in since the start, where it is, and how much is stored."""
        ready = _check(engine, readiness)
        return JsonAnswer(Status(__version__, ready.ready, ready.checks, read_flows(engine), measure_tables(engine), ports))

    return router


def _check(engine: Engine, readiness: Readiness) -> Ready:
    try:
        answers = engine.query("SELECT 1").rows == [[1]]
    except AssayError:
        answers = False
    checks = {"engine": answers, **readiness()}
    return Ready(all(checks.values()), checks)
