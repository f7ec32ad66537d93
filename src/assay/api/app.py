"""The application that answers on the API's port."""

from __future__ import annotations

import time

from fastapi import APIRouter, FastAPI

from assay import __version__
from assay.api import (
    attributes,
    compliance,
    conventions,
    dora,
    errors,
    events,
    explain,
    exporting,
    gates,
    graph,
    health,
    jaeger,
    logs,
    metrics,
    pages,
    pipeline,
    policies,
    services,
    sql,
    traces,
    web,
)
from assay.api import (
    baselines as baseline_routes,
)
from assay.api.event_metrics import EventMetrics
from assay.api.guard import Guard
from assay.api.policy_metrics import PolicyMetrics
from assay.core.config import Api, Dora, Otlp
from assay.core.ports import Engine
from assay.exporters import Exporters
from assay.policies import PolicyKeeper
from assay.quality import Delivery
from assay.quality.baselines import Baselines
from assay.quality.compliance import Assessor
from assay.quality.compliance.exposition import ComplianceMetrics
from assay.quality.exposition import DeliveryMetrics
from assay.quality.gates import Gates
from assay.quality.gates.exposition import GateMetrics
from assay.query.times import Clock

_DESCRIPTION = """Questions on traces, metrics and logs, answered as JSON.

Times in answers are RFC 3339 in UTC with nanoseconds; `…_ns` are nanoseconds. An attribute's value is given beside its type,
as `{"type": "int", "value": 5}`. Lists are given in pages: ask again with `cursor` for the next one.

Whatever goes wrong is told as `{"error": {"code", "message", "hint"}}`: 4xx if the question must be changed, 503 if it can be
repeated as it is."""


def create_app(
    engine: Engine,
    api: Api,
    readiness: health.Readiness = dict,
    clock: Clock = time.time_ns,
    *,
    post_events: events.PostEvents = events.no_intake,
    keeper: PolicyKeeper | None = None,
    delivery: Delivery | None = None,
    defaults: Dora | None = None,
    exporters: Exporters | None = None,
    assessor: Assessor | None = None,
    quality_gates: Gates | None = None,
    otlp: Otlp | None = None,
    baselines: Baselines | None = None,
    keeping: pipeline.Keeping | None = None,
) -> FastAPI:
    """Make the application: the API, health checks, Assay's own metrics and the pages.

    `readiness` tells of each part besides the engine whether it works; `clock` gives nanoseconds since 1970; `post_events`
    hands events to intake; `keeper` has the policies; `delivery` keeps the facts that the DORA metrics add up, and `defaults`
    are theirs; `assessor` assesses frameworks, and `baselines` has the baselines: left out, neither keeps anything;
    `quality_gates` evaluates gates; `otlp` says where services send to; `keeping` says where and how
    long telemetry is kept.
    """
    delivery, defaults = delivery or Delivery(engine), defaults or Dora()
    app = FastAPI(
        title="Assay HTTP API",
        description=_DESCRIPTION,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    errors.install(app)
    v1 = APIRouter(
        prefix=explain.PREFIX,
        responses={"4XX": {"model": errors.ErrorAnswer, "description": "The question must be changed"}},
    )

    def questions(engine: Engine) -> APIRouter:
        router = APIRouter()
        router.include_router(health.status_routes(engine, readiness, otlp))
        for asked in (services, graph, logs, metrics, attributes, conventions):
            router.include_router(asked.routes(engine, clock))
        router.include_router(compliance.routes(clock, (assessor or Assessor(engine, clock=clock)).over(engine)))
        router.include_router(traces.routes(engine, clock, keeper))
        router.include_router(events.routes(engine, clock, post_events))
        router.include_router(dora.routes(engine, clock, delivery, defaults))
        router.include_router(baseline_routes.routes((baselines or Baselines(engine)).over(engine), clock))
        router.include_router(policies.routes(engine, clock, keeper))
        router.include_router(exporting.routes(clock, exporters))
        router.include_router(pipeline.routes(engine, clock, keeping))
        router.include_router(gates.routes(engine, clock, quality_gates and quality_gates.over(engine)))
        router.include_router(sql.routes(engine))
        return router

    v1.include_router(questions(engine))
    v1.include_router(explain.routes(engine, questions))
    app.include_router(v1)
    app.include_router(jaeger.routes(engine, clock))
    delivered = DeliveryMetrics(engine, delivery, clock, defaults.link_window_seconds)
    told = (
        PolicyMetrics(engine, clock, keeper),
        delivered,
        EventMetrics(engine),
        ComplianceMetrics(engine),
        GateMetrics(engine, clock),
    )
    app.include_router(health.routes(engine, readiness, *told))
    pages_of_ui = web.Web(app.router.default)
    app.router.default = pages_of_ui
    app.include_router(pages.routes(pages_of_ui))
    app.add_middleware(Guard, host=api.host)
    return app
