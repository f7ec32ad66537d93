"""The metrics that were sent: the list of them, and one with what is asked of it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.e2e.running import Running
from tests.ui.conftest import Visiting
from tests.ui.measurements import POOLS
from tests.ui.telemetry import Shop


def _choose(page: Page, label: str, typed: str, name: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).fill(typed)
    page.get_by_role("option").filter(has_text=name).first.click()


def test_a_metric_is_picked_and_asked(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """One is found by words of its description, narrowed and grouped by attributes that it has; the link holds all of it."""
    page = visit().open("/")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.get_by_label("Find a metric").fill("http duration")
    rows = page.get_by_role("table", name="Metrics").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("histogram")
    page.get_by_role("link", name="http.server.request.duration").click()
    expect(page.get_by_role("heading", name="http.server.request.duration: 95th percentile")).to_be_visible()
    expect(page.get_by_role("table", name="Series")).to_contain_text(re.compile("all.* ms"))
    _choose(page, "Group by", "service", "service.name")
    series = page.get_by_role("table", name="Series").locator("tbody tr")
    expect(series).to_have_count(2)
    _choose(page, "Attribute", "status", "http.response.status_code")
    _choose(page, "Value", "50", "500")
    page.get_by_role("combobox", name="Show").select_option("number per step")
    expect(page.get_by_role("heading", name="http.server.request.duration: number per step")).to_be_visible()
    expect(page).to_have_url(re.compile("by=.*service.name.*how=count|attribute=.*by=|how=count"))
    told = series.nth(0).inner_text()
    again = visit().open(page.url.removeprefix(site[0].api))
    expect(again.get_by_role("table", name="Series").locator("tbody tr").nth(0)).to_contain_text(told.split("\t")[0])
    expect(again.get_by_role("combobox", name="Show")).to_have_value("count")
    again.get_by_role("button", name="Remove http.response.status_code = 500").click()
    expect(again).not_to_have_url(re.compile("attribute="))


def test_exemplars_open_their_traces(visit: Visiting) -> None:
    """Values that were counted are points on the chart and rows below it; each leads to the span that it was measured in."""
    page = visit().open("/explore/metrics?metric=http.server.request.duration&service=orders")
    point = page.locator("a.chart-point").first
    expect(point).to_be_visible()
    assert (point.get_attribute("aria-label") or "").endswith(": open its trace")
    point.click(force=True)
    expect(page.get_by_role("region", name="Span POST /orders")).to_be_visible()
    page.go_back()
    page.get_by_role("table", name="Exemplars").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Span POST /orders")).to_be_visible()


def test_series_that_are_not_drawn_are_told(visit: Visiting) -> None:
    """Of many series the highest are drawn and the others counted; one is looked at alone, and its SQL shown."""
    page = visit().open("/explore/metrics?metric=db.client.connection.count&by=db.client.connection.pool.name")
    rows = page.get_by_role("table", name="Series").locator("tbody tr")
    expect(rows).to_have_count(10)
    expect(rows.nth(0)).to_contain_text(f"pool-{POOLS - 1}")
    expect(
        page.get_by_text(f"10 of {POOLS} series with the highest averages; {POOLS - 10} others are not drawn")
    ).to_be_visible()
    page.get_by_role("combobox", name="Series").select_option("25 at most")
    expect(rows).to_have_count(POOLS)
    page.get_by_role("button", name="pool-03").click()
    expect(page.get_by_text("db.client.connection.pool.name = pool-03")).to_be_visible()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Show the SQL of db.client.connection.count: average").click()
    expect(page.get_by_role("dialog")).to_contain_text("otel_metrics_gauge")


def test_each_kind_has_what_can_be_made_of_it(visit: Visiting) -> None:
    """A counter has its rate over a new start, a summary the percentiles that it was sent with, memory its bytes."""
    seen = visit()
    page = seen.open("/explore/metrics?metric=orders.placed")
    expect(
        page.get_by_role("img", name=re.compile(r"orders.placed, rate per second\. all: between 0 .s and .* .min"))
    ).to_be_visible()
    seen.open("/explore/metrics?metric=gc.pause&how=p99")
    expect(page.get_by_role("combobox", name="Show").get_by_role("option")).to_have_text(
        ["average", "sum", "number per step", "rate per second", "50th percentile", "99th percentile"]
    )
    expect(page.get_by_role("table", name="Series")).to_contain_text(re.compile(r"\d ms"))
    seen.open("/explore/metrics?metric=process.memory.usage&by=service.name")
    expect(page.get_by_role("table", name="Series")).to_contain_text(" MiB")
    seen.open("/explore/metrics?metric=rpc.client.duration")
    expect(page.get_by_role("heading", name="rpc.client.duration: 95th percentile")).to_be_visible()
    expect(page.get_by_text("delta", exact=True)).to_be_visible()


def test_nothing_to_show_is_said(visit: Visiting) -> None:
    """Without metrics, without points and for an unknown name one is told what that means."""
    seen = visit()
    page = seen.open("/explore/metrics?from=2020-01-01T00:00:00.000Z&to=2020-01-01T01:00:00.000Z")
    expect(page.get_by_text("No metric was sent in this time range")).to_be_visible()
    seen.open("/explore/metrics?metric=orders.placed&attribute=zone%3Dmoon")
    expect(page.get_by_text("No point meets all conditions")).to_be_visible()
    assert seen.complaints == []
    seen.open("/explore/metrics?metric=nobody.sent")
    expect(page.get_by_text("No metric 'nobody.sent' was sent in the time range")).to_be_visible()
    assert all("404" in complaint for complaint in seen.complaints)
    seen.complaints.clear()
