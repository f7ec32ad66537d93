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
from tests.ui.test_pages import PAGES, path_of, settle

IMAGES = Path(__file__).parents[2] / "docs" / "images"

_LOOKS: dict[str, tuple[int, Literal["light", "dark"]]] = {
    "light": (1280, "light"),
    "dark": (1280, "dark"),
    "narrow": (390, "light"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_picture_is_taken(visit: Visiting, site: tuple[Running, Shop], name: str) -> None:
    """Each page is in docs/images three times, light, dark and as on a telephone, once everything on it has loaded."""
    page = visit().open(path_of(name, site[1]))
    expect(page.get_by_role("heading", name=PAGES[name][1])).to_be_visible()
    for look, (width, scheme) in _LOOKS.items():
        page.set_viewport_size({"width": width, "height": 860})
        page.emulate_media(color_scheme=scheme)
        settle(page)
        page.evaluate("document.fonts.ready")
        # The picture has the whole page, and what is beside it stands along all of it.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(max(860, height), 4000)})
        settle(page)
        path = IMAGES / f"page-{name}-{look}.png"
        page.screenshot(path=path)
        assert path.stat().st_size > 10_000
