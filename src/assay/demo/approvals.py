"""The approvals desk (Flask): checks that an order complies and asks a second person when it is over the limit."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any

import requests
from flask import Flask, request

import assay_sdk
from assay.demo.instruments import measured

log = logging.getLogger("approvals")
application = Flask("approvals")
_CERTIFIED = {"gold", "silver", "platinum"}
_FRAMEWORK, _CONTROL = "ISO 9001", "8.4.2"
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
    with assay_sdk.compliance_check(_FRAMEWORK, _CONTROL) as check:
        check.set({"qms.workflow.id": order["id"], "qms.user.id": order["user"]})
        passed = order["product"] in _CERTIFIED
        check.result = "passed" if passed else "failed"
        if not passed:
            log.warning("product is not certified", extra={"order.product": order["product"]})
    with _lock:
        _checks["passed" if passed else "failed"] += 1
        assay_sdk.compliance_score(_FRAMEWORK, 100 * _checks["passed"] / sum(_checks.values()))
    return passed


def _approve(order: dict[str, Any], limit: float) -> None:
    with assay_sdk.approval(order["id"], user_id=order["user"]) as approval:
        approval.set({"order.amount": order["amount"], "approval.limit": limit})
        if order["amount"] > limit:
            approval.event("qms.approval.escalated", {"approval.limit": limit})
            log.warning("over the limit, asking a second person", extra={"order.amount": order["amount"]})
            time.sleep(0.4 + order["amount"] / 100_000)  # the second person takes a moment
        log.info("order approved", extra={"qms.workflow.id": order["id"]})
