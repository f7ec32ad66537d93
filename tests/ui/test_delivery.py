"""How software is delivered, and what is behind each number."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.ui.conftest import Visiting


def test_a_number_leads_to_what_is_behind_it(visit: Visiting) -> None:
    """A number that is chosen shows how it went, its band on a scale, and its deployments with how each is known."""
    page = visit().open("/delivery?window=90")
    numbers = page.get_by_role("list", name="Delivery metrics")
    expect(numbers.get_by_role("listitem")).to_have_count(6)
    expect(page.get_by_role("table", name="Deployments")).to_contain_text("2.4.0")
    numbers.get_by_role("link", name="Failure rate").click()
    expect(page).to_have_url(re.compile(r"metric=change_failure_rate"))
    detail = page.get_by_role("region", name="Change failure rate")
    expect(detail.get_by_role("img", name=re.compile("Change failure rate over time.*between"))).to_be_visible()
    expect(detail).to_contain_text(re.compile(r"\d+ of \d+ failed"))
    expect(detail).to_contain_text("an incident names it")
    failed = page.get_by_role("table", name="Deployments that failed").get_by_role("row", name=re.compile("2.4.0"))
    expect(failed).to_contain_text("an incident names it (INC-7) 100 %")
    detail.get_by_label("Bands of").select_option("2021")
    expect(page).to_have_url(re.compile("edition=2021|edition=%222021%22"))
    expect(detail).to_contain_text("Accelerate State of DevOps 2021")
    expect(detail.locator(".zones")).to_contain_text("elite")


def test_one_service_or_team_is_looked_at_alone(visit: Visiting) -> None:
    """A row of the breakdown narrows everything to its team; the chip at the top, or going back, widens it again."""
    page = visit().open("/delivery?window=90&metric=incident_duration&by=team")
    page.get_by_role("table", name="Teams").get_by_role("link", name="finance").click()
    incidents = page.get_by_role("table", name="Incidents")
    expect(incidents.get_by_role("link", name="storefront")).to_have_count(0)
    page.get_by_role("button", name="All instead of team finance").click()
    expect(incidents.get_by_role("link", name="storefront").first).to_be_visible()
    expect(incidents).to_contain_text("the incident began soon after it")
    page.go_back()
    expect(page.get_by_role("button", name="All instead of team finance")).to_be_visible()


def test_where_nothing_was_deployed_one_is_told_where(visit: Visiting) -> None:
    """An environment without deployments names those that have some."""
    page = visit().open("/delivery?environment=nowhere")
    page.get_by_role("link", name="production").click()
    expect(page.get_by_role("list", name="Delivery metrics")).to_be_visible()
