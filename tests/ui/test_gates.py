"""Gates: what they said, and why."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.e2e.running import Running
from tests.ui.conftest import Visiting
from tests.ui.telemetry import Shop


def test_a_failed_gate_leads_to_the_trace_that_failed_it(visit: Visiting) -> None:
    """From all gates one comes to what one said, from there to the objective with its values before, and to a trace."""
    page = visit().open("/gates")
    page.get_by_role("table", name="Gates").get_by_role("link", name="failed", exact=True).click()
    expect(page.get_by_role("heading", name="release: failed")).to_be_visible()
    objective = page.locator("details", has_text="error_rate").first
    expect(objective.get_by_role("list", name="Criteria of error_rate")).to_contain_text("does not hold")
    expect(objective.locator("figure").get_by_role("link")).to_have_count(5)
    objective.get_by_text("SQL of this value").click()
    expect(objective).to_contain_text('{version} = "2.4.0"')
    objective.get_by_role("link", name=re.compile("^failed")).first.click()
    expect(page).to_have_url(re.compile(r"/traces/[0-9a-f]{32}"))


def test_a_gate_is_compared_with_its_baseline(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """Beside the values before there is the baseline that they make."""
    page = visit().open(f"/gates/release/{site[1].worse}")
    objective = page.locator("details", has_text="latency_p95")
    objective.locator("summary").first.click()
    expect(objective.get_by_text("of which the last")).to_be_visible()
    expect(objective.get_by_text(re.compile("^baseline [0-9]"))).to_be_visible()


def test_gates_are_found_and_files_that_are_wrong_are_told(visit: Visiting) -> None:
    """Each gate has a row for what it judged, with its history; a file that cannot be used is named with line and reason."""
    page = visit().open("/gates")
    table = page.get_by_role("table", name="Gates")
    expect(table.get_by_role("list", name="History of release orders").get_by_role("listitem")).to_have_count(5)
    expect(table).to_contain_text("nothing yet")
    expect(page.get_by_role("region", name="Files that cannot be used")).to_contain_text("mistaken.yaml:4")
    page.get_by_label("Gate or service").fill("private")
    expect(page).to_have_url(re.compile("find=private"))
    expect(table.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="entries stay private").click()
    expect(page.get_by_role("table", name="Objectives")).to_contain_text("= 0")
    expect(page.get_by_role("table", name="Evaluations")).to_contain_text("passed")
