"""The search for traces, and one trace in all its views."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect
from tests.e2e.running import Running, wait_for
from tests.ui.conftest import Visiting
from tests.ui.telemetry import LARGE_TRACE, Shop


def _choose(page: Page, label: str, typed: str, name: str) -> None:
    page.get_by_role("combobox", name=label).fill(typed)
    page.get_by_role("option").filter(has_text=name).first.click()


def test_filters_are_built_from_what_there_is(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """Services, operations, attributes and their values are offered as they were sent; the link holds the whole search."""
    wait_for(lambda: site[0].rows("SELECT count() FROM assay_sampling_decisions WHERE Kept") != [[0]], "decided", pause=0.2)
    page = visit().open("/traces")
    _choose(page, "Service", "led", "ledger")
    _choose(page, "Operation", "entries", "POST /entries")
    page.get_by_label("Status").select_option("error")
    _choose(page, "Attribute", "status_code", "http.response.status_code")
    _choose(page, "Value", "50", "500")
    expect(page.get_by_text("http.response.status_code = 500")).to_be_visible()
    expect(page).to_have_url(re.compile(r"service=ledger.*operation=.*status=error.*attribute="))
    heading = page.get_by_role("heading", name=re.compile(r"^\d+ traces$"))
    expect(heading).to_be_visible()
    failed = heading.inner_text()
    table = page.get_by_role("table", name="Traces")
    expect(table.get_by_text("5 errors")).to_have_count(int(failed.split()[0]))
    expect(table.get_by_text("kept by errors").first).to_be_visible()
    again = visit().open(page.url.removeprefix(site[0].api))
    expect(again.get_by_role("heading", name=failed, exact=True)).to_be_visible()
    again.get_by_role("button", name="Remove http.response.status_code = 500").click()
    expect(again.get_by_text("http.response.status_code = 500")).to_have_count(0)
    expect(again).not_to_have_url(re.compile("attribute="))


def test_a_part_of_the_scatter_is_drawn(visit: Visiting) -> None:
    """What is drawn on the scatter is what the list shows, also to whom the link is given."""
    page = visit().open("/traces?service=orders")
    dots = page.get_by_role("img", name=re.compile(r"\d+ traces by time and duration"))
    expect(page.get_by_role("heading", name="The newest 200 traces")).to_be_visible()
    box = dots.bounding_box()
    assert box
    page.mouse.move(box["x"] + 80, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] * 0.45, steps=4)
    page.mouse.up()
    chosen = page.get_by_role("heading", name=re.compile(r"^\d+ of \d+ traces$"))
    expect(chosen).to_be_visible()
    some, everything = map(int, re.findall(r"\d+", chosen.inner_text()))
    assert 0 < some < everything
    expect(page.get_by_role("table", name="Traces").locator("tbody tr")).to_have_count(some)
    page.reload()
    expect(chosen).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("heading", name="The newest 200 traces")).to_be_visible()


def test_a_trace_tells_what_happened(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """From the waterfall one comes to a span with typed attributes, exception and records, and its link leads there."""
    page = visit().open(f"/traces/{site[1].failed}")
    rows = page.get_by_role("treeitem")
    expect(rows).to_have_count(10)
    expect(page.get_by_role("region", name="Critical path")).to_contain_text("ledger")
    page.get_by_role("treeitem", name=re.compile(r"^orders POST \/orders.*error")).click()
    details = page.get_by_role("region", name="Span POST /orders")
    for key, value in (("order.amount", "double"), ("order.express", "bool"), ("http.response.status_code", "500 int")):
        expect(details.get_by_role("row", name=key)).to_contain_text(value)
    expect(details.get_by_role("row", name="order.tags")).to_contain_text('["web","eu"] array')
    page.get_by_role("treeitem", name=re.compile(r"^ledger POST \/entries")).click()
    expect(page).to_have_url(re.compile("span=0000000000000007|span=7"))
    details = page.get_by_role("region", name="Span POST /entries")
    expect(details).to_contain_text("PeriodClosed")
    expect(details).to_contain_text('File "entries.py", line 41')
    details.get_by_role("tab", name="Logs").click()
    expect(details).to_contain_text("entry refused: the period 2026-10 is closed")
    details.get_by_role("tab", name="Resource").click()
    expect(details.get_by_role("row", name="service.version")).to_contain_text("4.0.2")
    page.reload()
    expect(page.get_by_role("region", name="Span POST /entries")).to_be_visible()
    expect(page.get_by_role("treeitem", name=re.compile(r"^ledger POST \/entries"))).to_have_attribute("aria-selected", "true")


def test_a_trace_is_seen_in_other_ways(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """A trace is added up by path, shows the records of all services, and is compared with another; a link is followed."""
    shop = site[1]
    page = visit().open(f"/traces/{shop.failed}?view=flame")
    page.get_by_role("button", name=re.compile("^ledger INSERT entries \N{MULTIPLICATION SIGN}2")).click()
    expect(page.get_by_role("region", name="Span INSERT entries")).to_be_visible()
    page.get_by_role("tab", name="Logs 2").click()
    expect(page.get_by_text("order received")).to_be_visible()
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Id of the other trace").fill(shop.slow)
    page.get_by_role("button", name="Compare", exact=True).click()
    differences = page.get_by_role("table", name="Differences")
    expect(differences).to_contain_text("order-events send")
    expect(differences.get_by_role("row", name=re.compile(r"approvals POST \/approvals"))).to_contain_text("\N{MINUS SIGN}")
    page.get_by_role("link", name=shop.slow).click()
    page.get_by_role("treeitem", name=re.compile("^mailer order-events process")).click()
    details = page.get_by_role("region", name="Span order-events process")
    details.get_by_role("tab", name="Links").click()
    details.get_by_role("link", name=re.compile(shop.slow)).click()
    expect(page.get_by_role("region", name="Span order-events send")).to_be_visible()


def test_what_followed_in_another_trace_is_told(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """A span of another trace that links to this one is told on the page and at the span that it followed, and leads there."""
    page = visit().open(f"/traces/{site[1].slow}")
    followed = page.get_by_role("region", name="What followed in other traces")
    expect(followed.get_by_role("listitem")).to_contain_text("mailer send digest")
    page.get_by_role("treeitem", name=re.compile(r"^orders POST \/orders")).click()
    details = page.get_by_role("region", name="Span POST /orders")
    details.get_by_role("tab", name="Followed by 1").click()
    details.get_by_role("link", name=re.compile("send digest")).click()
    expect(page.get_by_role("region", name="Span send digest")).to_be_visible()
    page.get_by_role("tab", name="Links 1").click()
    page.get_by_role("link", name=re.compile(site[1].slow)).click()
    expect(page.get_by_role("region", name="Span POST /orders")).to_be_visible()


def test_ten_thousand_spans_are_as_quick_as_ten(visit: Visiting) -> None:
    """Of a large trace only the rows in sight exist; all of them are reached by keys, and one is found by its attribute."""
    page = visit().open(f"/traces/{LARGE_TRACE}")
    expect(page.get_by_text(re.compile(r"of 10 k rows"))).to_be_visible()
    page.get_by_role("button", name="Open all").click()
    expect(page.get_by_text("10 k of 10 k rows")).to_be_visible()
    tree = page.get_by_role("tree", name="Spans")
    tree.press("End")
    expect(page.get_by_role("treeitem").last).to_have_attribute("aria-level", "3")
    assert page.get_by_role("treeitem").count() < 80
    page.get_by_label("Find in this trace").fill("entry.id")
    page.get_by_label("Find in this trace").press("Enter")
    page.get_by_role("button", name="Close all").click()
    expect(page.get_by_role("treeitem")).to_have_count(1)
    tree.press("Home")
    tree.press("ArrowRight")
    tree.press("ArrowDown")
    tree.press("Enter")
    expect(page.get_by_role("region", name="Span batch")).to_be_visible()


# What it costs to scroll on by a screen, rendering and layout included: the median in milliseconds.
_SCROLL = """async box => {
    const spent = [];
    for (let round = 0; round < 4; round++) {
        box.scrollTop = 0;
        for (let step = 0; step < 14; step++) {
            await new Promise(requestAnimationFrame);
            const began = performance.now();
            box.scrollTop += 560;
            box.dispatchEvent(new Event("scroll"));
            void box.offsetHeight;
            spent.push(performance.now() - began);
        }
    }
    return spent.sort((one, other) => one - other)[spent.length / 2];
}"""


def test_a_frame_costs_the_same_however_many_spans_there_are(visit: Visiting) -> None:
    """Scrolling through ten thousand open rows takes as long for each frame as through the first 500: at most twice as long."""

    def cost(page: Page, rows: str) -> float:
        page.get_by_role("button", name="Open all").click()
        expect(page.get_by_text(rows, exact=True)).to_be_visible()
        tree = page.get_by_role("tree", name="Spans")
        # The first time warms up.
        spent: list[float] = [tree.evaluate(_SCROLL) for _ in range(3)]
        return min(spent[1:])

    def cut(route: Route) -> None:
        trace = route.fetch().json()
        route.fulfill(json={**trace, "spans": trace["spans"][:500]})

    seen = visit()
    seen.page.route(f"**/api/v1/traces/{LARGE_TRACE}", cut)
    few = cost(seen.open(f"/traces/{LARGE_TRACE}"), "500 of 500 rows")
    many = cost(visit().open(f"/traces/{LARGE_TRACE}"), "10 k of 10 k rows")
    assert many < 2 * few, (many, few)


def test_a_trace_that_is_not_there_says_so(visit: Visiting) -> None:
    """For an id without spans one is told that, and why it may be."""
    seen = visit()
    page = seen.open(f"/traces/{'0' * 31}1")
    expect(page.get_by_text("There is no trace")).to_be_visible()
    assert all("404" in complaint for complaint in seen.complaints)
    seen.complaints.clear()
