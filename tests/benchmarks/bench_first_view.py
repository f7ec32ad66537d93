"""How long the first view of the pages takes: `python -m tests.benchmarks.bench_first_view`.

A real server with an hour of telemetry, and a browser without anything in its cache: from asking for the page until the table
that it is about is there.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.e2e.running import running
from tests.ui.conftest import fill, furnish, look

VIEWS = {
    "/": "table[aria-label=Services] tbody tr",
    "/services/orders": "table[aria-label=Operations] tbody tr",
    "/traces": "table[aria-label=Traces] tbody tr",
    "/logs": "table[aria-label='Log records'] tbody tr",
}
_LOADS = 12
_WATCH = """
new MutationObserver((_, watch) => {
  if (!document.querySelector(%r)) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.seen = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
# Evaluated from outside the page, whose content security policy lets no text be run.
_SEEN = "new Promise(done => { const look = () => window.seen ? done(window.seen) : setTimeout(look, 5); look(); })"


def measure(browser: Browser, base: str, path: str, selector: str) -> tuple[float, float]:
    """Return the milliseconds until what `selector` finds is drawn, in a profile that has loaded nothing before.

    Second is how many of them the page's main thread was on a core, which hardly changes with what else the machine does.
    """
    visit = look(browser, base)
    visit.page.add_init_script(_WATCH % selector)
    own = visit.page.context.new_cdp_session(visit.page)
    own.send("Performance.enable", {"timeDomain": "threadTicks"})
    visit.open(path)
    seen = float(visit.page.evaluate(_SEEN))
    spent = next(each["value"] for each in own.send("Performance.getMetrics")["metrics"] if each["name"] == "TaskDuration")
    visit.page.context.close()
    return seen, 1000 * spent


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with running(Path(folder) / "data", config_file=furnish(Path(folder))) as server:
            fill(server)
            for path, selector in VIEWS.items():
                loads = [measure(browser, server.api, path, selector) for _ in range(_LOADS)]
                seen, spent = (sorted(each) for each in zip(*loads, strict=True))
                print(f"{path}: {_LOADS} loads, there after {_told(seen)}, of which {_told(spent)} on a core")
        browser.close()


def _told(taken: list[float]) -> str:
    return f"{statistics.median(taken):.0f} ms ({taken[0]:.0f} to {taken[-1]:.0f})"


if __name__ == "__main__":
    main()
