"""The order desk (FastAPI): checks an order's quality, has it approved and books it."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from opentelemetry import trace

from assay.demo.instruments import QUALITY_GATES, WORKFLOWS, WORKFLOWS_ACTIVE, measured, operation
from assay.demo.load import Order

log = logging.getLogger("orders")


class BookingFailed(Exception):
    """The ledger would not take the entry."""


@asynccontextmanager
async def _clients(app: FastAPI) -> AsyncIterator[None]:
    async with (
        httpx.AsyncClient(base_url=os.environ["APPROVALS_URL"], timeout=30) as app.state.approvals,
        aiohttp.ClientSession(os.environ["LEDGER_URL"]) as app.state.ledger,
    ):
        yield


application = FastAPI(lifespan=_clients)


@application.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@application.post("/orders")
async def take_order(order: Order) -> JSONResponse:
    trace_id = trace.format_trace_id(trace.get_current_span().get_span_context().trace_id)
    try:
        with measured("/orders"):
            status = await _process(order)
    except BookingFailed as error:
        return JSONResponse({"trace_id": trace_id, "status": "failed", "reason": str(error)}, 500)
    return JSONResponse({"trace_id": trace_id, "status": status}, 200 if status == "completed" else 422)


async def _process(order: Order) -> str:
    status = "failed"
    WORKFLOWS_ACTIVE.add(1, {"workflow_type": "order"})
    try:
        with operation("qms.workflow.process", "workflow_processing", workflow_id=order.id, user_id=order.user) as span:
            # Personal data of the kind that ends up in real telemetry, so that there is something to scrub.
            span.set_attributes({"qms.user.email": order.email, "payment.card.number": order.card})
            try:
                status = await _run_workflow(order)
            finally:
                span.set_attribute("qms.workflow.status", status)
                span.add_event(f"qms.workflow.{status}", {"qms.workflow.id": order.id})
    finally:
        WORKFLOWS_ACTIVE.add(-1, {"workflow_type": "order"})
        WORKFLOWS.add(1, {"workflow_type": "order", "result": status})
    return status


async def _run_workflow(order: Order) -> str:
    about = {"qms.workflow.id": order.id, "order.amount": order.amount}
    log.info("order received", extra=about)
    _evaluate_gate(order)
    if not await _ask_approval(order):
        log.warning("order rejected", extra=about)
        return "rejected"
    await _book(order)
    log.info("order completed", extra=about)
    return "completed"


def _evaluate_gate(order: Order) -> None:
    with operation("qms.quality_gate.evaluate", "quality_gate", workflow_id=order.id) as span:
        passed = order.purity >= 0.9
        result = "passed" if passed else "warning"
        span.set_attributes(
            {
                "qms.quality_gate.stage": "pre_production",
                "qms.quality_gate.passed": passed,
                "qms.quality_gate.purity": order.purity,
                "qms.quality_gate.checks": ["purity", "weight", "origin"],
            }
        )
        QUALITY_GATES.add(1, {"stage": "pre_production", "result": result})


async def _ask_approval(order: Order) -> bool:
    response = await application.state.approvals.post("/approvals", json=order.model_dump())
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return bool(answer["approved"])


async def _book(order: Order) -> None:
    entry = {"workflow": order.id, "user": order.user, "amount": order.amount, "period": order.period}
    async with application.state.ledger.post("/entries", json=entry) as response:
        if response.status != 201:
            raise BookingFailed(f"the ledger answered {response.status} for period {order.period}")
