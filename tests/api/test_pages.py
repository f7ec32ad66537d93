from __future__ import annotations

import re
from pathlib import Path

import httpx
from fastapi import FastAPI
from tests.conftest import listening

from assay.api import pages
from assay.api.web import Web


def test_the_docs_need_nothing_from_elsewhere(client: httpx.Client) -> None:
    """The page loads nothing, from here or from elsewhere, runs no script, and browsers are told so."""
    answer = client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|src=|@import|url\(", answer.text)
    assert not re.search(r"href=\"(?![/#])", answer.text)


def test_links_lead_somewhere(client: httpx.Client, tmp_path: Path) -> None:
    """Every link of the page that is there without the web application is answered."""
    plain = FastAPI()
    plain.include_router(pages.routes(Web(plain.router.default, tmp_path)))
    with listening(plain) as url:
        links = re.findall(r'href="([^"]+)"', httpx.get(url).text)
    assert links
    assert {client.get(link).status_code for link in links} == {200}


def test_the_docs_name_everything(client: httpx.Client) -> None:
    """The page has every path, parameter and value of the API, and its links within are good."""
    page, api = client.get("/docs").text, client.get("/openapi.json").json()
    for path, operations in api["paths"].items():
        assert path in page
        for operation in operations.values():
            assert all(f"<code>{parameter['name']}</code>" in page for parameter in operation.get("parameters", []))
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert anchors == set(api["components"]["schemas"])
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
