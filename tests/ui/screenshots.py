"""Pictures of the pages for the documentation: `make screenshots` writes them to docs/images/.

It is no test, and is collected only when it is named; it stands here to see what the tests see.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect
from tests.e2e.running import Running
from tests.ui.conftest import Visiting
from tests.ui.telemetry import Shop
from tests.ui.test_pages import PAGES, settle

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_is_taken(visit: Visiting, site: tuple[Running, Shop], name: str) -> None:
    """Each page is in docs/images twice, light and dark, once everything on it has loaded."""
    path, words = PAGES[name][0].format(failed=site[1].failed, slow=site[1].slow), PAGES[name][1]
    page = visit().open(path)
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    settle(page)
    page.evaluate("document.fonts.ready")
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=IMAGES / f"page-{name}-{scheme}.png")
        assert (IMAGES / f"page-{name}-{scheme}.png").stat().st_size > 10_000
