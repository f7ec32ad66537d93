"""The search for log records: its query, the records over time, one record, and the records that come in."""

from __future__ import annotations

import re
import time

import httpx
from playwright.sync_api import Page, expect
from tests.e2e.running import Running
from tests.otlp_requests import logs, record
from tests.ui.conftest import Visiting
from tests.ui.telemetry import Shop


def _add(page: Page, typed: str, option: str = "") -> None:
    field = page.get_by_role("combobox", name="Add a condition or a text")
    field.fill(typed)
    if option:
        page.get_by_role("option", name=re.compile(f"^{option}")).click()
    else:
        field.press("Enter")


def _lines(page: Page) -> list[str]:
    return page.locator("tr.log-line").all_inner_texts()


def test_a_query_is_built_from_what_there_is(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """Keys and values are offered as they were sent, what is typed is a text in the body; the link holds the whole query."""
    [[refused]] = site[0].rows("SELECT count() FROM otel_logs WHERE Body = 'entry refused: the period 2026-10 is closed'")
    page = visit().open("/logs?from=3h")
    _add(page, "serv", "service$")
    page.get_by_role("option", name=re.compile("^ledger")).click()
    _add(page, "severity>=e", "error")
    _add(page, "entry.per", "entry.period")
    page.get_by_role("option", name=re.compile("^2026-10")).click()
    _add(page, "the period")
    expect(page).to_have_url(re.compile(r"service=ledger.*severity=error.*attribute=.*text=the\+period"))
    expect(page.get_by_role("heading", name=f"{refused} records", exact=True)).to_be_visible()
    expect(page.locator("tr.log-line")).to_have_count(refused)
    expect(page.locator("tr.log-line").first).to_contain_text("entry refused: the period 2026-10 is closed")
    assert all("ledger" in line and "error" in line for line in _lines(page))
    _add(page, "severity=loud")
    expect(page.get_by_role("alert")).to_contain_text("a severity is trace, debug, info, warn, error, fatal")
    again = visit().open(page.url.removeprefix(site[0].api))
    expect(again.get_by_role("heading", name=f"{refused} records", exact=True)).to_be_visible()
    again.get_by_role("button", name="Remove text ~ the period").click()
    expect(again).not_to_have_url(re.compile("text="))
    again.get_by_role("combobox", name="Add a condition or a text").press("Backspace")
    expect(again).not_to_have_url(re.compile("attribute="))
    _add(again, "service.version=0")
    expect(again.get_by_text("No log record meets all conditions")).to_be_visible()


def test_records_over_time_choose_time_and_severity(visit: Visiting) -> None:
    """A severity in the heading of the chart leaves those that are graver; a part that is drawn is the time range."""
    page = visit().open("/logs")
    page.get_by_role("button", name=re.compile(r"^warn \d+")).click()
    expect(page).to_have_url(re.compile("severity=warn"))
    chart = page.get_by_role("img", name=re.compile(r"^Records by severity"))
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 40, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=.*20\d\d-.*to="))
    expect(page.get_by_role("treegrid", name="Log records")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Time range: Last 1 hour")).to_be_visible()


def test_a_record_tells_all_and_leads_on(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """With the keyboard one opens a record; it has typed attributes, what was logged around it, a link, and its trace."""
    page = visit().open("/logs?service=ledger&severity=error")
    grid = page.get_by_role("treegrid", name="Log records")
    expect(grid).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(grid).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    details = page.get_by_role("region", name="Record", exact=True)
    expect(details.get_by_role("row", name="entry.tries")).to_contain_text("2 int")
    expect(page.locator("tr.log-line").nth(1)).to_have_attribute("aria-expanded", "true")
    at = page.locator("tr.log-line").nth(1).locator("time").inner_text()
    details.get_by_role("button", name="Around it").click()
    around = page.get_by_role("dialog")
    expect(around.locator("[aria-current]")).to_contain_text(at)
    assert around.locator("li").count() > 3
    around.get_by_role("button", name="this instance").click()
    expect(page).to_have_url(re.compile("alike=service.instance.id"))
    expect(around.locator("[aria-current]")).to_contain_text(at)
    around.get_by_role("button", name="all services").click()
    expect(around.get_by_text("order received").first).to_be_visible()
    expect(around.locator("[aria-current]")).to_contain_text(at)
    again = visit().open(page.url.removeprefix(site[0].api))
    expect(again.get_by_role("dialog").locator("[aria-current]")).to_contain_text(at)
    page.keyboard.press("Escape")
    expect(around).to_have_count(0)
    details.get_by_role("button", name="Only records with this entry.tries").click()
    expect(page.get_by_text("entry.tries = 2")).to_be_visible()
    details.get_by_role("link", name="Open its trace").click()
    expect(page.get_by_role("region", name="Span POST /entries")).to_be_visible()
    page.get_by_role("region", name="Span POST /entries").get_by_role("tab", name="Logs").click()
    page.get_by_role("link", name="Open in Logs").click()
    expect(page.locator("tr.log-line")).to_have_count(1)


def test_a_link_to_a_record_opens_it(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """The link of a record opens it among those before it, whenever it is followed."""
    seen = visit()
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = seen.open("/logs?service=orders&text=took+long")
    page.locator("tr.log-line").nth(3).click()
    at = page.locator("tr.log-line").nth(3).locator("time").inner_text()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = str(page.evaluate("navigator.clipboard.readText()"))
    assert "from=" in link
    assert "to=" in link
    again = visit().open(link.removeprefix(site[0].api))
    expect(again.locator("tr[aria-expanded=true]")).to_contain_text(at)
    expect(again.get_by_role("region", name="Record", exact=True)).to_be_visible()


def test_records_come_in_live(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """What is sent appears by itself; while somebody reads or has paused it waits, and nothing moves until it is shown."""
    page = visit().open("/logs?live=true&service=tailed")
    expect(page.get_by_text("Waiting for a record that meets the query")).to_be_visible()
    _send(site[0], *(f"line {number}" for number in range(60)))
    expect(page.get_by_text("60 lines")).to_be_visible()
    grid = page.locator(".log-list")
    grid.evaluate("box => { box.scrollTop = 300 }")
    _send(site[0], "came while reading")
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    assert grid.evaluate("box => box.scrollTop") == 300
    assert not any("came while reading" in line for line in _lines(page))
    page.get_by_role("button", name="1 new").click()
    expect(page.locator("tr.log-line").first).to_contain_text("came while reading")
    page.get_by_role("button", name="Pause").click()
    _send(site[0], "came in the pause")
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("tr.log-line").first).to_contain_text("came in the pause")
    page.get_by_role("button", name="Live").click()
    expect(page).not_to_have_url(re.compile("live"))
    expect(page.get_by_role("heading", name="62 records")).to_be_visible()


def _send(server: Running, *bodies: str) -> None:
    request = logs("tailed", [record(time.time_ns(), body, severity_number=9) for body in bodies])
    answer = httpx.post(
        f"{server.http}/v1/logs", content=request.SerializeToString(), headers={"Content-Type": "application/x-protobuf"}
    )
    answer.raise_for_status()
