from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.conftest import listening

from assay.api import errors, pages
from assay.api.web import Web

_PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_INDEX = '<!doctype html><meta property="csp-nonce" nonce="assay-nonce"><script src="/assets/app-1a2b.js"></script>'


@contextmanager
def _client(folder: Path) -> Iterator[httpx.Client]:
    app = FastAPI(openapi_url=None)
    errors.install(app)
    web = Web(app.router.default, folder)
    app.router.default = web
    app.include_router(pages.routes(web))
    with listening(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """A server of a small bundle."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(_INDEX)
    (tmp_path / "assets/app-1a2b.js").write_text("let a = 1;" * 100)
    (tmp_path / "icon.svg").write_text("<svg/>")
    with _client(tmp_path) as client:
        yield client


def test_every_path_of_a_person_is_the_application(client: httpx.Client) -> None:
    """A link into the application is answered with its first page, whatever its path; what programs ask for is not."""
    for path in ("/", "/traces", "/services/a%2Fb?from=1h"):
        answer = client.get(path, headers=_PERSON)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert client.head(path, headers=_PERSON).status_code in (200, 405)
    assert client.get("/traces").json()["error"]["code"] == "path_unknown"
    for path in ("/api/v1/nothing", "/assets/nothing.js", "/assets/../index.html/x/assets/"):
        assert client.get(path, headers=_PERSON | {"Accept": "*/*"}).status_code == 404
    assert client.get("/api/v1/nothing", headers=_PERSON).json()["error"]["code"] == "path_unknown"
    assert client.post("/traces", headers=_PERSON).status_code == 404


def test_no_script_but_ours_runs(client: httpx.Client) -> None:
    """The policy of the page allows scripts and styles from files of this server alone, or styles with a nonce used once."""
    first, second = client.get("/").headers, client.get("/")
    policy = dict(rule.split(" ", 1) for rule in second.headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")
    nonce = re.fullmatch(r"'self' 'nonce-([\w-]{20,})'", policy["style-src"])
    assert nonce
    assert f'nonce="{nonce[1]}"' in second.text
    assert nonce[1] not in first["content-security-policy"]
    assert "unsafe" not in second.headers["content-security-policy"]


def test_files_are_kept_by_browsers_and_the_page_is_not(client: httpx.Client) -> None:
    """What has a hash in its name is cached for good, compressed where that is understood; the page is asked for each time."""
    hashed = client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (hashed.headers["content-encoding"], hashed.text) == ("gzip", "let a = 1;" * 100)
    assert hashed.headers["content-type"].startswith("text/javascript")
    plain = client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == hashed.text
    assert client.get("/icon.svg").headers["cache-control"] == client.get("/").headers["cache-control"] == "no-cache"


def test_without_a_bundle_one_is_told_how_to_build_it(tmp_path: Path) -> None:
    """A copy without the application says so at its first page, loads nothing there, and deep links are not found."""
    with _client(tmp_path / "none") as client:
        page = client.get("/", headers=_PERSON)
        assert "make ui" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.search(r"<script|<link|<img|src=|@import|url\(", page.text)
        assert not re.search(r"href=\"(?![/#])", page.text)
        assert client.get("/traces", headers=_PERSON).status_code == 404
