from __future__ import annotations

import socket

import httpx
import pytest
from tests.conftest import listening

from assay.api import create_app
from assay.core import config
from assay.core.ports import Engine


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8777", "127.0.0.1", "127.0.0.2:1", "[::1]:8777", "localhost."])
def test_loopback_is_let_in(client: httpx.Client, host: str) -> None:
    """A server on loopback goes by every name of loopback, with any port."""
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", "assay", "[::1"])
def test_another_name_is_refused(client: httpx.Client, host: str) -> None:
    """A name that a page may have made point to loopback is refused, so no page reads an answer (DNS rebinding)."""
    answer = client.get("/api/v1/services", headers={"host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "host_forbidden")


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("10.0.0.1:8777", True),
        ("[fd00::1]", True),
        ("assay", True),
        ("assay.monitoring.svc", True),
        ("mac.local", True),
        ("localhost", True),
        (socket.getfqdn(), True),
        ("evil.example", False),
        ("svc.evil.example", False),
    ],
)
def test_on_a_network_only_private_names_are_let_in(engine: Engine, host: str, allowed: bool) -> None:
    """A server that listens for other machines goes by addresses and by names that nobody can own in the public DNS."""
    app = create_app(engine, config.Api(host="0.0.0.0"))
    with listening(app) as url:
        answer = httpx.get(f"{url}/healthz", headers={"host": host})
    assert answer.status_code == (200 if allowed else 403)


def test_the_configured_name_is_let_in(engine: Engine) -> None:
    """The name that the server is told to listen on is its own."""
    app = create_app(engine, config.Api(host="assay.example.org"))
    with listening(app) as url:
        assert httpx.get(f"{url}/healthz", headers={"host": "assay.example.org:8777"}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", "http://127.0.0.1:8777"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_pages_of_others_are_refused(client: httpx.Client, method: str, origin: str) -> None:
    """A request that a page of another origin sends is refused, with any method, and gets no leave to read."""
    answer = client.request(method, "/api/v1/sql", headers={"origin": origin, "host": "localhost:8777"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_forbidden")
    assert "access-control-allow-origin" not in answer.headers


def test_own_pages_are_let_in(client: httpx.Client) -> None:
    """A page of this server may ask."""
    headers = {"origin": "http://localhost:8777", "host": "localhost:8777"}
    assert client.post("/api/v1/sql", json={"sql": "SELECT 1"}, headers=headers).status_code == 200


def test_answers_are_kept_from_other_origins(client: httpx.Client) -> None:
    """Browsers are told to embed answers nowhere else and to take their type as it is said."""
    headers = client.get("/api/v1/services").headers
    assert (headers["cross-origin-resource-policy"], headers["x-content-type-options"]) == ("same-origin", "nosniff")


def test_a_body_larger_than_any_question_is_refused(client: httpx.Client) -> None:
    """A body is limited before it is read whole, with and without a length announced; the server goes on."""
    for content in (b"x" * (5 << 20), (b"x" * (1 << 20) for _ in range(5))):
        answer = client.post("/api/v1/sql", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")
    assert client.post("/api/v1/sql", json={"sql": "SELECT 1"}).json()["rows"] == [[1]]
