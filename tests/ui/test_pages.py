"""Every page, as a person finds it: whole, readable, and narrow enough for a telephone."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.running import Running
from tests.ui.conftest import Visiting
from tests.ui.telemetry import Shop

from assay.api.web import BUNDLE

# The path of each page, and what is on it once it has loaded.
PAGES = {
    "home": ("/", "Latest deployments"),
    "service": ("/services/orders", "Recent logs"),
    "traces": ("/traces", "Durations"),
    "trace": ("/traces/{failed}?span=7", "POST /entries"),
    "flame": ("/traces/{failed}?view=flame", "storefront: POST /checkout"),
    "compare": ("/traces/{failed}?view=compare&with={slow}", "This trace and another"),
    "logs": ("/logs?severity=warn", "Newest first"),
    "metrics": ("/explore/metrics", "What was sent"),
    "metric": ("/explore/metrics?metric=http.server.request.duration&by=service.name", "95th percentile"),
    "map": ("/map?view=map&node=service:orders", "Service map"),
    "map-table": ("/map?view=table&node=service:orders&callee=service:ledger", "Service map"),
    "delivery": ("/delivery?metric=change_failure_rate&window=90", "Deployments that failed"),
    "gates": ("/gates", "What gates say"),
    "gate": ("/gates/release", "What it asks for"),
    "pipeline": ("/pipeline", "By protocol"),
    "policies": ("/pipeline?view=policies&section=scrubbing", "Policies in force"),
    "storage": ("/pipeline?view=storage", "Tables"),
    "evaluation": ("/gates/release/{worse}", "Verdict"),
    "comparison": ("/gates/rollout/{rollout}", "Verdict"),
    "compliance": ("/compliance", "Frameworks"),
    "framework": ("/compliance/handbook?control=OPS-3", "Controls"),
}

_LOOKS: list[tuple[int, Literal["dark", "light"]]] = [(1280, "light"), (1280, "dark"), (390, "light")]


def path_of(name: str, shop: Shop) -> str:
    """Return the path of a page with what happened in the shop."""
    return PAGES[name][0].format_map(vars(shop))


def settle(page: Page) -> None:
    """Wait until nothing is awaited any more."""
    expect(page.get_by_role("main").locator(".skeleton")).to_have_count(0)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_readable(visit: Visiting, site: tuple[Running, Shop], axe: str, name: str) -> None:
    """Each page shows what it is about, in light and dark, at 1280 and 390 pixels, without a serious finding of axe."""
    page = visit().open(path_of(name, site[1]))
    expect(page.get_by_role("heading", name=PAGES[name][1])).to_be_visible()
    settle(page)
    for width, scheme in _LOOKS:
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=scheme)
        # What is measured is drawn again in the frame after the next.
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = page.evaluate(f"{axe}; axe.run().then(found => found.violations)")
        grave = [
            (each["id"], node["html"], node["failureSummary"])
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
        assert grave == [], (width, scheme)


def test_a_link_that_leads_nowhere_says_so(visit: Visiting) -> None:
    """At a path that is no page one is told, and gets on from there."""
    page = visit().open("/nothing/here")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.get_by_role("link", name="Go to the first page").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_the_first_view_loads_what_it_shows(visit: Visiting) -> None:
    """Until the first page is there, few files come, compressed, and none that only other pages need."""
    page = visit().open("/")
    expect(page.get_by_role("table", name="Services")).to_be_visible()
    loaded: dict[str, int] = page.evaluate(
        """Object.fromEntries(performance.getEntriesByType("resource")
        .filter(each => each.name.includes("/assets/")).map(each => [each.name.split("/").pop(), each.encodedBodySize]))"""
    )
    scripts = {path.name for path in BUNDLE.rglob("*.js")}
    assert scripts & loaded.keys(), loaded
    assert len(loaded) <= 12, loaded
    assert sum(loaded.values()) < 400_000, loaded
    assert len(scripts & loaded.keys()) <= len(scripts) / 2


def test_no_part_of_the_application_is_large(browser: Browser) -> None:
    """No file that a page loads is over 600 kB before compression, so that none holds up the first view."""
    sizes = {path.name: path.stat().st_size for path in BUNDLE.rglob("*") if path.is_file()}
    assert sizes
    assert max(sizes.values()) < 600_000, sizes
