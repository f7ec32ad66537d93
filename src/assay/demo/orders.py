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

import assay_sdk
from assay.demo.instruments import measured
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
    with assay_sdk.workflow(order.id, workflow_type="order", user_id=order.user) as workflow:
        # Personal data of the kind that ends up in real telemetry, so that there is something to scrub.
        workflow.set({"qms.user.email": order.email, "payment.card.number": order.card})
        workflow.status = await _run_workflow(order)
        workflow.event(f"qms.workflow.{workflow.status}", {"qms.workflow.id": order.id})
        return workflow.status


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
    with assay_sdk.quality_gate("assay", stage="pre_production", gate_type="material") as gate:
        gate.set({"qms.workflow.id": order.id, "order.purity": order.purity})
        pure = order.purity >= 0.9
        gate.check("purity", pure, f"purity {order.purity} < 0.9")
        gate.result = "passed" if pure else "warning"


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
