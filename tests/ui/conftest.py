"""A real Assay with an hour of telemetry, and Chromium to look at its pages."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.e2e.running import Running, running, wait_for
from tests.ui.quality import assess, evaluate, write_documents
from tests.ui.telemetry import Shop, make_shop

from assay.api.web import BUNDLE

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Bounded by what a loaded machine needs; nothing waits that long where something comes.
_PATIENCE_MILLISECONDS = 45_000


@dataclass
class Visit:
    """A tab of the browser; `complaints` has what the browser said went wrong in it."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def check(self, url: str) -> None:
        if not url.startswith((self.base, "data:")):
            self.complaints.append(f"loads {url}")

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        return self.page


Visiting: TypeAlias = Callable[..., Visit]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no Chromium here, so no page was looked at")
    assert (BUNDLE / "index.html").is_file(), "the web application is not built: run `make ui`"
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        # Chromium's sandbox does not start as root, as which CI runs; the pages are our own.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Shop]]:
    """A server that has stored everything that happened in the shop, and judged it."""
    folder = tmp_path_factory.mktemp("ui")
    with running(folder / "data", config_file=furnish(folder)) as server:
        yield server, fill(server)


def furnish(folder: Path) -> Path:
    """Write what is configured at the shop, and return the configuration file."""
    write_documents(folder / "quality")
    # A destination that is away.
    (folder / "assay.yaml").write_text("exporters: {archive: {type: otlp/http, endpoint: 'http://127.0.0.1:9'}}\n", "utf-8")
    return folder / "assay.yaml"


def fill(server: Running) -> Shop:
    """Send what happened in the shop, and return when everything is stored."""
    shop = make_shop(time.time_ns())
    sent = shop.send(server.http, server.api)
    wait_for(lambda: server.rows("SELECT count() FROM assay_spans")[0][0] >= sent, "stored", pause=0.2)
    wait_for(lambda: server.rows("SELECT count() FROM otel_metrics_summary") != [[0]], "measured", pause=0.2)
    wait_for(lambda: server.rows("SELECT count() FROM assay_service_graph") != [[0]], "derived", pause=0.2)
    evaluations = evaluate(server.client, server.api)
    shop.worse, shop.rollout = evaluations["release"], evaluations["rollout"]
    shop.assessment = assess(server.client, server.api)
    wait_for(
        lambda: server.rows(f"SELECT count() FROM assay_events WHERE EventId = 'quality_gate/{shop.worse}'") == [[1]], "judged"
    )
    return shop


@pytest.fixture
def visit(browser: Browser, site: tuple[Running, Shop]) -> Iterator[Visiting]:
    """Open a tab of a width and a colour scheme; at the end nothing may have gone wrong in it."""
    visits: list[Visit] = []

    def opened(width: int = 1280, scheme: str = "light") -> Visit:
        visits.append(look(browser, site[0].api, width, scheme))
        return visits[-1]

    yield opened
    for each in visits:
        each.page.context.close()
    assert [complaint for each in visits for complaint in each.complaints] == []


def look(browser: Browser, base: str, width: int = 1280, scheme: str = "light") -> Visit:
    """Open a tab with a profile of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": 860},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE_MILLISECONDS)
    page = context.new_page()
    seen = Visit(page, base)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda said: seen.hear(said.type, said.text))
    page.on("request", lambda request: seen.check(request.url))
    return seen


@pytest.fixture(scope="package")
def axe() -> str:
    """The script that finds what keeps people from using a page."""
    return (Path(__file__).parents[2] / "ui/node_modules/axe-core/axe.min.js").read_text("utf-8")
