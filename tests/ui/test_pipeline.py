"""What comes in and what becomes of it."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect
from tests.e2e.running import Running, wait_for
from tests.ui.conftest import Visiting
from tests.ui.telemetry import Shop


def test_what_came_in_adds_up(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """Each signal has what was received and where it is; what was refused is told with its reason; charts have their SQL."""
    refused = httpx.post(f"{site[0].http}/v1/logs", content=b"none", headers={"Content-Type": "application/x-protobuf"})
    assert refused.status_code == 400
    page = visit().open("/pipeline")
    table = page.get_by_role("table", name="Signals")
    expect(table.get_by_text("adds up")).to_have_count(3)
    expect(table.get_by_role("row", name=re.compile("^traces"))).to_contain_text("14.3 k")
    ways = page.get_by_role("table", name="Protocols")
    expect(ways.get_by_role("row", name=re.compile("^otlp\\/http logs"))).to_contain_text("1 bad protobuf")
    expect(page.get_by_role("img", name=re.compile("^spans over time. came in"))).to_be_visible()
    page.get_by_role("button", name="Show the SQL of Spans").click()
    expect(page.get_by_role("dialog").get_by_text("assay_filtered_items").first).to_be_visible()


def test_what_policies_do_is_told(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """What was scrubbed is told by rule, service and attribute; policies by section, each with its SQL; links lead there."""
    page = visit().open("/pipeline")
    page.get_by_role("tab", name="Scrubbed and filtered").click()
    leak = page.get_by_role("table", name="Scrubbed values").get_by_role("row", name=re.compile("^storefront"))
    expect(leak).to_contain_text("attributes.qms.request.user_id")
    expect(leak).to_contain_text("360")
    page.get_by_role("tab", name="Policies").click()
    page.get_by_role("tab", name=re.compile("^sampling")).click()
    expect(page).to_have_url(re.compile("view=policies&section=sampling"))
    again = visit().open(page.url.removeprefix(site[0].api))
    expect(again.get_by_role("table", name="sampling").get_by_role("row", name=re.compile("^errors"))).to_be_visible()
    sql = site[0].client.get(f"{site[0].api}/api/v1/policies/sql").json()["sampling"]
    expect(again.locator("pre.code")).to_have_text(sql)


def test_exporters_and_disk_are_told(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """A destination that is away fails with its error, one that is held is paused; tables have their size and retention."""
    api = f"{site[0].api}/api/v1/exporters"
    wait_for(lambda: all(each["last_error"] for each in site[0].client.get(api).json()["exporters"]), "tried", pause=0.2)
    page = visit().open("/pipeline?view=exporters")
    exporter = page.get_by_role("row", name=re.compile("^archive otlp\\/http traces"))
    expect(exporter).to_contain_text("failing")
    expect(exporter).to_contain_text("http://127.0.0.1:9/v1/traces does not answer")
    site[0].client.post(f"{api}/archive/pause").raise_for_status()
    expect(exporter).to_contain_text("paused")
    page.get_by_role("tab", name="Storage").click()
    expect(page.get_by_text("Everything that was received could be stored")).to_be_visible()
    logs = page.get_by_role("table", name="Tables").get_by_role("row", name=re.compile("^otel_logs"))
    expect(logs).to_contain_text("30 days")
    expect(page.get_by_text(re.compile(r"free of .* senders wait below 256 MiB"))).to_be_visible()
