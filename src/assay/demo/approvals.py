"""The approvals desk (Flask): checks that an order complies and asks a second person when it is over the limit."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

import requests
from flask import Flask, request

from assay.demo.instruments import COMPLIANCE_CHECKS, COMPLIANCE_SCORE, measured, operation

log = logging.getLogger("approvals")
application = Flask("approvals")
_CERTIFIED = {"gold", "silver", "platinum"}
_checks = {"passed": 0, "failed": 0}
_lock = threading.Lock()


@application.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@application.post("/approvals")
def approve() -> dict[str, Any]:
    order = request.get_json()
    with measured("/approvals"):
        limit = requests.get(f"{os.environ['LEDGER_URL']}/limits/{order['user']}", timeout=30).json()["limit"]
        approved = _check_compliance(order)
        if approved:
            _approve(order, limit)
    return {"approved": approved}


def _check_compliance(order: dict[str, Any]) -> bool:
    with operation("qms.compliance.check", "compliance_check", workflow_id=order["id"], user_id=order["user"]) as span:
        passed = order["product"] in _CERTIFIED
        span.set_attributes({"qms.compliance.framework": "ISO 9001", "qms.compliance.passed": passed})
        if not passed:
            log.warning("product is not certified", extra={"order.product": order["product"]})
    COMPLIANCE_CHECKS.add(1, {"framework": "ISO 9001", "passed": passed})
    with _lock:
        _checks["passed" if passed else "failed"] += 1
        COMPLIANCE_SCORE.set(_checks["passed"] / sum(_checks.values()), {"framework": "ISO 9001"})
    return passed


def _approve(order: dict[str, Any], limit: float) -> None:
    with operation("qms.workflow.approve", "workflow_approval", workflow_id=order["id"], user_id=order["user"]) as span:
        span.set_attributes({"order.amount": order["amount"], "approval.limit": limit})
        if order["amount"] > limit:
            span.add_event("qms.approval.escalated", {"approval.limit": limit})
            log.warning("over the limit, asking a second person", extra={"order.amount": order["amount"]})
            time.sleep(0.4 + order["amount"] / 100_000)  # the second person takes a moment
        log.info("order approved", extra={"qms.workflow.id": order["id"]})
