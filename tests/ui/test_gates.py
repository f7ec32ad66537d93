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
    row = page.get_by_role("table", name="Gates").get_by_role("row", name="release").filter(has_text="2.4.0")
    row.get_by_role("link", name="failed", exact=True).click()
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


def test_two_versions_are_compared_with_both_distributions(visit: Visiting, site: tuple[Running, Shop]) -> None:
    """A test against another version is drawn: both sides with their counts, the interval of the ratio, and for durations both
    distributions, with what is behind each side as SQL.
    """
    page = visit().open(f"/gates/rollout/{site[1].rollout}")
    for measure in ("error_rate", "latency_p95"):
        details = page.locator("details.objective", has_text=measure)
        if details.get_attribute("open") is None:
            details.locator("summary").first.click()
    counts = page.get_by_role("figure", name="Comparison: not worse than version 2.3.0 by 10%")
    expect(counts).to_contain_text(re.compile(r"candidate.*[0-9]+ of [0-9]+.*version 2.3.0.*[0-9]+ of [0-9]+"))
    expect(counts.get_by_role("img", name=re.compile("times as bad, with 95 % chance"))).to_be_visible()
    durations = page.get_by_role("figure", name="Comparison: not worse than version 2.3.0", exact=True)
    expect(durations.get_by_role("img", name=re.compile("Durations of candidate and version 2.3.0. 10 %:"))).to_be_visible()
    expect(durations.get_by_role("row")).to_have_count(3)
    expect(page.get_by_text("SQL of what it is compared with")).to_have_count(2)


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
