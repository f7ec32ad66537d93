"""What is around every page: search, keys, the time range, colours and the SQL behind what is shown."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.ui.conftest import Visiting


def test_keys_lead_everywhere(visit: Visiting) -> None:
    """With the keyboard alone one finds a service, goes home, and opens a row of a list."""
    page = visit().open("/")
    page.keyboard.press("d")
    expect(page.get_by_role("table", name="Services")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Service, page or trace id")).to_be_focused()
    page.keyboard.type("ledg")
    expect(page.get_by_role("menuitem", name="ledger")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/services/ledger$"))
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page.get_by_role("table", name="Services")).to_be_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/services/[a-z]+"))


def test_the_time_range_is_in_the_url(visit: Visiting) -> None:
    """A range that is chosen, or drawn on a chart, is in the URL; it stays from page to page, and back undoes it."""
    page = visit().open("/services/orders?from=3h")
    page.get_by_role("button", name="Time range: Last 3 hours").click()
    page.get_by_role("button", name="Last 15 minutes").click()
    expect(page).to_have_url(re.compile(r"\?from=15m$"))
    chart = page.get_by_role("img", name="Requests of orders")
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 60, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=%22?20\d\d-.*to=|from=20\d\d-.*to="))
    page.get_by_role("link", name="Assay: home").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?from="))
    page.go_back()
    page.go_back()
    expect(page.get_by_role("button", name="Time range: Last 15 minutes")).to_be_visible()


def test_a_chosen_colour_stays(visit: Visiting) -> None:
    """Dark once chosen is dark after the page is loaded again, whatever the system says."""
    page = visit(scheme="light").open("/")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(15, 18, 22)"


def test_every_number_tells_its_sql(visit: Visiting) -> None:
    """Behind a panel there is the SQL that made it, with its parameters, and it runs."""
    page = visit().open("/services/orders")
    page.get_by_role("button", name="Show the SQL of Operations").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("assay_service_metrics_within").first).to_be_visible()
    expect(dialog.get_by_text('{service} = "orders"')).to_be_visible()
    dialog.get_by_role("button", name="Run").click()
    expect(dialog.get_by_role("cell", name="POST /orders", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_the_drawer_has_the_pages_on_a_telephone(visit: Visiting) -> None:
    """Where there is no room for the navigation, a button opens it."""
    page = visit(390).open("/services/orders")
    page.get_by_role("button", name="Pages").click()
    page.get_by_role("dialog").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
