"""The first page: how to begin, and then how everything goes."""

from __future__ import annotations

import re
import time
from pathlib import Path
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, expect
from tests.e2e.running import Running, running, wait_for
from tests.otlp_requests import SECOND, span, traces
from tests.ui.conftest import Visiting, look
from tests.ui.telemetry import Shop


def test_the_first_data_is_noticed(browser: Browser, tmp_path: Path) -> None:
    """Before anything was sent the page shows how to, with the ports in force; as soon as something comes it shows that."""
    with running(tmp_path / "data") as server:
        seen = look(browser, server.api)
        page = seen.open("/")
        expect(page.get_by_text("Waiting for the first data")).to_be_visible()
        for language, words in (
            ("Python", f"http://127.0.0.1:{server.grpc.rpartition(':')[2]}"),
            ("Node", f"http://127.0.0.1:{server.http.rpartition(':')[2]}"),
            ("Go", "autoexport"),
            ("Java", "-javaagent"),
            ("Collector", f"endpoint: {server.grpc}"),
        ):
            page.get_by_role("tab", name=language).click()
            expect(page.get_by_role("tabpanel")).to_contain_text(words)
        request = traces("first", [span(uuid4().hex, 1, name="hello", kind=2, start_ns=time.time_ns() - SECOND)])
        headers = {"Content-Type": "application/x-protobuf"}
        httpx.post(f"{server.http}/v1/traces", content=request.SerializeToString(), headers=headers).raise_for_status()
        expect(page.get_by_role("link", name="first")).to_be_visible()
        page.context.close()
        assert seen.complaints == []


def test_services_show_how_they_go(visit: Visiting) -> None:
    """Home has each service with its rate, errors and durations, the open incident, and the delivery numbers."""
    page = visit().open("/")
    row = page.get_by_role("table", name="Services").get_by_role("row", name=re.compile("^orders"))
    expect(row).to_contain_text(re.compile(r"[\d.]+ /(min|s)"))
    expect(row).to_contain_text("%")
    expect(row).to_contain_text("1 open incident")
    expect(row.get_by_role("img", name="p95 of orders over time")).to_be_visible()
    expect(page.get_by_role("table", name="Open incidents")).to_contain_text("Checkout fails for one order in ten")
    delivery = page.get_by_role("region", name="Delivery in 30 days")
    expect(delivery).to_contain_text("Deployments per day")
    expect(delivery).to_contain_text(re.compile(r"of \d\d"))
    expect(page.get_by_role("table", name="Latest deployments")).to_contain_text("2.4.0")


def test_a_service_shows_what_was_said_of_it(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """What a gate said last of a service is its state on the first page, and beside its baselines on its own."""
    server = site[0]
    said = {"qms.quality_gate.name": "smoke tests", "qms.quality_gate.result": "warning", "service.name": "mailer"}
    event = {"event": "qms.quality_gate.evaluated", "attributes": said | {"service.version": "0.9.3"}}
    server.client.post(f"{server.api}/api/v1/events", json=event).raise_for_status()
    taking = {"kind": "rolling", "service": "mailer"}
    server.client.post(f"{server.api}/api/v1/baselines", json=taking, timeout=60).raise_for_status()
    events = "SELECT uniqExact(EventName) FROM assay_events WHERE Service = 'mailer' AND EventName LIKE 'qms.%'"
    wait_for(lambda: server.rows(events) == [[2]], "kept", pause=0.2)
    page = visit().open("/")
    expect(page.get_by_role("table", name="Services").get_by_role("row", name=re.compile("^mailer"))).to_contain_text("warning")
    state = (
        page.get_by_role("table", name="Services")
        .get_by_role("row", name=re.compile("^orders"))
        .get_by_role("link", name="failed")
    )
    expect(state).to_have_attribute("href", f"/gates/release/{site[1].worse}")
    page.get_by_role("link", name="mailer").click()
    gate = page.get_by_role("table", name="Gates").get_by_role("link", name="smoke tests")
    expect(gate).to_have_attribute("href", "/gates/smoke%20tests")
    baseline = page.get_by_role("table", name="Baselines").get_by_role("row", name=re.compile("^rolling"))
    expect(baseline).to_contain_text("production")
    expect(baseline).to_contain_text(" ms")
    baseline.get_by_role("link", name="Compare").click()
    compared = page.get_by_role("region", name="Compared with baseline rolling")
    expect(compared.get_by_role("figure", name="Comparison: p95 of durations")).to_contain_text("50 % is no difference")
    page.reload()
    expect(compared.get_by_role("figure")).to_have_count(3)
    compared.get_by_role("link", name="Close").click()
    expect(compared).to_have_count(0)


def test_a_service_shows_what_it_does(visit: Visiting) -> None:
    """A service has charts, operations, dependencies with the queue it sends to, versions side by side, and its records."""
    page = visit().open("/services/orders")
    for chart in ("Requests of orders", "Errors of orders", "Duration of orders"):
        expect(page.get_by_role("img", name=chart)).to_be_visible()
    expect(page.get_by_role("table", name="Operations")).to_contain_text("POST /orders")
    dependencies = page.get_by_role("table", name="Dependencies")
    for other in ("storefront", "approvals", "ledger", "order-events"):
        expect(dependencies).to_contain_text(other)
    versions = page.get_by_role("table", name="Versions")
    expect(versions).to_contain_text("2.3.0")
    expect(versions).to_contain_text("2.4.0")
    expect(page.get_by_role("region", name="Recent logs")).to_contain_text("order completed")
    expect(page.get_by_role("region", name="Conventions")).to_contain_text("of 100")
