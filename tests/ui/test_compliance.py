"""Compliance: frameworks, their controls, and the evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from tests.e2e.running import Running
from tests.ui.conftest import Visiting
from tests.ui.telemetry import Shop


def _control(page: Page, title: str) -> Locator:
    return page.get_by_role("table", name="Controls").get_by_role("row").filter(has=page.get_by_role("link", name=title))


def test_a_framework_leads_to_what_is_wrong_and_what_to_do_next(visit: Visiting) -> None:
    """In three clicks one comes from anywhere to a finding of a control that failed, with what to do next and the SQL."""
    page = visit().open("/")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.get_by_role("table", name="Frameworks").get_by_role("link", name="handbook").click()
    expect(page.get_by_text("score = 100 * controls that passed")).to_be_visible()
    steps = page.get_by_role("table", name="What to do next")
    steps.get_by_role("link", name="find what was slow in the trace").click()
    expect(page).to_have_url(re.compile("control=OPS-3"))
    check = page.get_by_role("article", name="Check handbook/checkouts_last_long")
    expect(check).to_contain_text("Next find what was slow in the trace, and give it a limit.")
    expect(check.get_by_role("table", name=re.compile("^Findings"))).to_contain_text(re.compile(r"took \d+ ms"))
    check.get_by_text("Evidence: SQL, window and hash").click()
    check.get_by_role("button", name="Run").click()
    expect(check.get_by_role("table").last).to_contain_text("storefront")
    page.get_by_role("link", name="Checkouts are quick").click()
    expect(check).to_have_count(0)


def test_controls_are_filtered_by_result_and_service(visit: Visiting) -> None:
    """What is chosen is in the URL and shown again from it; of a service only what was looked at of it is told."""
    page = visit().open("/compliance/handbook")
    expect(_control(page, "Checkouts are quick")).to_contain_text("failed")
    expect(_control(page, "Somebody answers")).to_contain_text("waived")
    expect(_control(page, "What is promised is kept")).to_contain_text("no data")
    expect(_control(page, "Visitors are accompanied")).to_have_count(0)
    page.get_by_role("combobox", name="Result").select_option("not_assessed")
    _control(page, "Visitors are accompanied").get_by_role("link").click()
    expect(page.get_by_text("a person has to look")).to_be_visible()
    page.get_by_role("table", name="Services").get_by_role("link", name="mailer").click()
    expect(page).to_have_url(re.compile("service=mailer"))
    page.reload()
    expect(page.get_by_role("heading", name="Controls, as for mailer")).to_be_visible()
    expect(_control(page, "Services say who they are")).to_contain_text("0 of 2")
    expect(_control(page, "Checkouts are quick")).to_have_count(0)


def test_waivers_say_who_answers_until_when(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """A waiver is shown with owner, reason, last day and what it covers; one that is over is said to be."""
    page = visit().open(f"/compliance/handbook?assessment={site[1].assessment}")
    rows = page.get_by_role("table", name="Waivers").get_by_role("row")
    expect(rows.filter(has_text="Ann Lee")).to_contain_text(
        re.compile(r"teams are named in the new year.*2099-12-31.*covers \d")
    )
    expect(rows.filter(has_text="Bob Ray")).to_contain_text("expired")


def test_a_framework_is_assessed_now_and_reported_on(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """At the press of a button it is assessed, what it came to has a link of its own, and its reports are downloaded."""
    page = visit().open(f"/compliance/handbook?assessment={site[1].assessment}")
    page.get_by_role("button", name="Assess now").click()
    expect(page).not_to_have_url(re.compile(site[1].assessment))
    expect(page).to_have_url(re.compile("assessment="))
    expect(_control(page, "Checkouts are quick")).to_contain_text("failed")
    expect(page.get_by_role("figure").get_by_text("3 assessments")).to_be_visible()
    told = {}
    for form in ("HTML", "Markdown", "OSCAL"):
        with page.expect_download() as downloading:
            page.get_by_role("link", name=f"Download the report as {form}").click()
        told[form] = (downloading.value.suggested_filename, Path(downloading.value.path()).read_text("utf-8"))
    assert [name.rpartition(".")[2] for name, _ in told.values()] == ["html", "md", "json"]
    assert told["Markdown"][1].startswith("# The shop's handbook of operations")
    assert "checkouts_last_long" in told["HTML"][1]
    assert "assessment-results" in json.loads(told["OSCAL"][1])
    page.go_back()
    expect(page).to_have_url(re.compile(site[1].assessment))
    expect(page.get_by_role("note")).to_contain_text("Show the newest assessment")
