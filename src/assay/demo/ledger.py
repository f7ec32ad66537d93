"""The ledger (Django, SQLite): knows everybody's limit and books entries, with an audit trail."""

from __future__ import annotations

import json
import logging

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

import assay_sdk
from assay.demo.instruments import measured

log = logging.getLogger("ledger")


class PeriodClosed(Exception):
    """Nothing is booked in a period that the auditors have closed."""


def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def limit(request: HttpRequest, user: str) -> JsonResponse:
    with measured("/limits", "GET"), connection.cursor() as cursor:
        cursor.execute("SELECT amount FROM limits WHERE user = %s", [user])
        row = cursor.fetchone()
    return JsonResponse({"limit": row[0] if row else 1000.0})


def book(request: HttpRequest) -> JsonResponse:
    entry = json.loads(request.body)
    try:
        with measured("/entries"):
            _book(entry)
    except PeriodClosed as error:
        return JsonResponse({"error": str(error)}, status=500)
    return JsonResponse({"booked": entry["workflow"]}, status=201)


def _book(entry: dict[str, str]) -> None:
    audit = assay_sdk.audit("ledger_entry", action="book", user_id=entry["user"], resource_id=entry["workflow"])
    with audit, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM closed_periods WHERE period = %s", [entry["period"]])
        if cursor.fetchone()[0]:
            log.error("period is closed", extra={"ledger.period": entry["period"]})
            raise PeriodClosed(f"period {entry['period']} is closed")
        cursor.execute(
            "INSERT INTO entries (workflow, user, amount) VALUES (%s, %s, %s)",
            [entry["workflow"], entry["user"], entry["amount"]],
        )
        audit.record_count = 1
        log.info("entry booked", extra={"qms.workflow.id": entry["workflow"]})


def _create_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE limits (user TEXT PRIMARY KEY, amount REAL)")
        cursor.execute("CREATE TABLE closed_periods (period TEXT PRIMARY KEY)")
        cursor.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, workflow TEXT, user TEXT, amount REAL)")
        cursor.executemany("INSERT INTO limits VALUES (%s, %s)", [("ada", 10_000.0), ("grace", 5_000.0), ("emmy", 2_500.0)])
        cursor.execute("INSERT INTO closed_periods VALUES (%s)", ["2025-12"])
    connection.close()


urlpatterns = [path("health", health), path("limits/<str:user>", limit), path("entries", book)]


application = get_wsgi_application()
_create_tables()
