"""The service map: who calls whom, in a drawing and in a table."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect
from tests.e2e.running import Running
from tests.ui.conftest import Visiting
from tests.ui.telemetry import Shop

# Where the drawing is once it has not moved for some frames: what opens beside it makes it fit anew.
_SETTLED = """async drawing => {
    let before, frames = 0;
    while (frames < 8) {
        await new Promise(requestAnimationFrame);
        const now = drawing.getAttribute("transform");
        frames = now === before ? frames + 1 : 0;
        before = now;
    }
    return before;
}"""
_WHOLE = re.compile(r"^\d+ nodes, \d+ connections$")


def test_the_map_shows_who_calls_whom(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """Services, the database and the queue are nodes of their kinds; one that is chosen tells its numbers and its calls."""
    page = visit().open("/map")
    expect(page.get_by_role("heading", name=_WHOLE)).to_be_visible()
    for name, kind in (("storefront", "service"), ("postgresql/ledger", "database"), ("kafka/order-events", "queue")):
        expect(page.get_by_role("button", name=re.compile(f"^{name} .*, {kind}, ".replace("/", r"\/")))).to_be_visible()
    page.get_by_role("button", name=re.compile("^orders .* errors, service, many errors$")).click()
    side = page.get_by_role("region", name="orders", exact=True)
    expect(side).to_contain_text("p95")
    expect(side.get_by_role("img", name="Requests of orders over time")).to_be_visible()
    side.get_by_role("button", name=re.compile("^ledger")).click()
    side = page.get_by_role("region", name="orders calls ledger")
    expect(side).to_contain_text(", many")
    page.reload()
    side.get_by_role("link", name="Failed ones").click()
    expect(page.get_by_text("called by orders")).to_be_visible()
    table = page.get_by_role("table", name="Traces")
    expect(table.get_by_text("5 errors").first).to_be_visible()
    # What the link shows is what the map counted.
    asked: dict[str, str | int] = {"start": "1h", "service": "ledger", "caller": "orders", "status": "error", "limit": 1000}
    found = httpx.get(f"{site[0].api}/api/v1/traces", params=asked).json()["traces"]
    edges = httpx.get(f"{site[0].api}/api/v1/graph", params={"start": "1h", "service": "ledger"}).json()["edges"]
    assert [edge["errors"] for edge in edges if edge["caller"]["name"] == "orders"] == [len(found)]
    page.get_by_role("button", name="Remove called by orders").click()
    expect(page).not_to_have_url(re.compile("caller="))


def test_the_map_is_used_by_keys(visit: Visiting) -> None:
    """`g m` leads to it; arrows go from node to node, Enter chooses, keys change the size, and Escape closes."""
    page = visit().open("/")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("m")
    start = page.get_by_role("button", name=re.compile("^storefront "))
    start.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name=re.compile("^orders "))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("node=service(:|%3A)orders"))
    expect(page.get_by_role("region", name="orders", exact=True)).to_be_visible()
    drawing = page.locator("svg.map > g")
    before: str = drawing.evaluate(_SETTLED)
    page.keyboard.press("+")
    expect(drawing).not_to_have_attribute("transform", before)
    page.keyboard.press("0")
    expect(drawing).to_have_attribute("transform", before)
    page.get_by_role("region", name="orders", exact=True).get_by_role("button", name="Close").press("Escape")
    expect(page).not_to_have_url(re.compile("node="))


def test_the_map_is_moved_and_narrowed(visit: Visiting) -> None:
    """Wheel and drag move it; an environment and the surroundings of a service leave the rest out, in the link too."""
    page = visit().open("/map")
    expect(page.get_by_role("heading", name=_WHOLE)).to_be_visible()
    drawing, frame = page.locator("svg.map > g"), page.locator("svg.map").bounding_box()
    assert frame
    before: str = drawing.evaluate(_SETTLED)
    page.mouse.move(frame["x"] + 30, frame["y"] + 30)
    page.mouse.wheel(0, -300)
    expect(drawing).not_to_have_attribute("transform", before)
    zoomed = drawing.get_attribute("transform") or ""
    page.mouse.down()
    page.mouse.move(frame["x"] + 90, frame["y"] + 80, steps=3)
    page.mouse.up()
    expect(drawing).not_to_have_attribute("transform", zoomed)
    page.get_by_role("button", name="Fit").click()
    expect(drawing).to_have_attribute("transform", before)
    page.get_by_role("combobox", name="Around").fill("ledg")
    page.get_by_role("option", name="ledger", exact=True).click()
    expect(page.get_by_role("heading", name="3 nodes, 2 connections")).to_be_visible()
    page.get_by_label("Reach").select_option("2 calls")
    expect(page.get_by_role("heading", name="4 nodes, 3 connections")).to_be_visible()
    page.get_by_label("Environment").select_option("production")
    page.reload()
    expect(page.get_by_role("heading", name="4 nodes, 3 connections")).to_be_visible()
    expect(page).to_have_url(re.compile("environment=production"))


def test_the_map_is_a_table_on_a_telephone(visit: Visiting) -> None:
    """Where there is little room the calls are a table that sorts and leads to the same; without any it says how they come."""
    page = visit(390).open("/map")
    table = page.get_by_role("table", name="Calls")
    expect(table).to_contain_text("postgresql/ledger")
    table.get_by_role("button", name="Errors").click()
    expect(table.get_by_role("row").nth(1)).to_contain_text("many")
    table.get_by_role("button", name=re.compile("orders calls ledger")).click()
    expect(page.get_by_role("link", name="Traces of this call")).to_be_visible()
    page = visit().open("/map?from=2020-01-01T00:00:00.000Z&to=2020-01-01T01:00:00.000Z")
    expect(page.get_by_text("No calls in this time range")).to_be_visible()
    expect(page.get_by_text("names the database, the queue or the address")).to_be_visible()
