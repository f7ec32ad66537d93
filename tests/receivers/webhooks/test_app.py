"""What holds for webhooks of all senders: who is believed, what is refused, what is counted."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from tests.receivers.webhooks.conftest import SECRET, Webhooks
from tests.receivers.webhooks.test_github import deployment_status

from assay.core.config import Config, load
from assay.core.errors import Misconfigured, Retryable
from assay.receivers.webhooks import SENDERS
from assay.receivers.webhooks.signatures import read_secrets

MESSAGES = {"github": {"x_github_event": "deployment_status"}}


@pytest.mark.parametrize("sender", SENDERS)
async def test_a_wrong_secret_is_refused(webhooks: Webhooks, sender: str) -> None:
    """Whoever does not know the secret of a sender is told so, is counted, and nothing reaches the journal."""
    labels = {"signal": "logs", "source": f"webhook/{sender}", "reason": "signature_invalid"}
    before = REGISTRY.get_sample_value("assay_refused_requests_total", labels) or 0
    answer = await webhooks.send(sender, {"a": 1}, secret="guess")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signature_invalid")
    assert "same secret" in answer.json()["error"]["hint"]
    answer = await webhooks.client.post(f"/webhooks/{sender}", json={"a": 1})
    assert answer.status_code == 401
    assert webhooks.recorder.taken == []
    assert REGISTRY.get_sample_value("assay_refused_requests_total", labels) == before + 2


@pytest.mark.parametrize(
    ("sender", "header", "scheme"),
    [
        ("github", "x-hub-signature-256", "sha256"),
        ("pagerduty", "x-pagerduty-signature", "v1"),
        ("generic", "x-assay-signature", "sha256"),
    ],
)
async def test_a_signature_is_of_the_whole_body(webhooks: Webhooks, sender: str, header: str, scheme: str) -> None:
    """A signature that was seen on one message does not let another one in."""
    digest = hmac.new(SECRET.encode(), b"{}", hashlib.sha256).hexdigest()
    headers = {header: f"{scheme}={digest}", "content-type": "application/json"}
    signed = await webhooks.client.post(f"/webhooks/{sender}", content=b"{}", headers=headers)
    assert signed.status_code != 401
    other = await webhooks.client.post(f"/webhooks/{sender}", content=b"{ }", headers=headers)
    assert other.status_code == 401


async def test_several_secrets_hold_while_one_is_replaced(webhooks: Webhooks) -> None:
    """Each line of the file is a secret, so that a new one can be set before the old one is gone."""
    answer = await webhooks.send("github", {}, secret="an-older-one", x_github_event="ping")
    assert answer.status_code == 202


class TestWithoutSecrets:
    @pytest.fixture
    def config(self) -> Config:
        return Config()

    async def test_nobody_is_believed(self, webhooks: Webhooks) -> None:
        """Without a secret every message is refused, with the name of the variable to set."""
        answer = await webhooks.send("gitlab", {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "secret_missing")
        assert "ASSAY_WEBHOOK_GITLAB_SECRET" in answer.json()["error"]["hint"]

    async def test_a_secret_may_come_from_the_environment(self, webhooks: Webhooks, monkeypatch: pytest.MonkeyPatch) -> None:
        """The variable of a sender is its secret, from the next message on."""
        monkeypatch.setenv("ASSAY_WEBHOOK_GITHUB_SECRET", SECRET)
        assert await webhooks.ignored("github", {}, x_github_event="ping") == "unknown_kind"


class TestUnsigned:
    @pytest.fixture
    def config(self) -> Config:
        return Config(receivers={"webhooks": {"unsigned": ["github"]}})  # type: ignore[arg-type] # as from a file

    async def test_a_sender_may_be_believed_without_a_secret(self, webhooks: Webhooks) -> None:
        """On loopback a sender may be let in as it is, and only the one that is named."""
        assert (await webhooks.client.post("/webhooks/github", json={})).status_code == 202
        assert (await webhooks.client.post("/webhooks/gitlab", json={})).status_code == 401

    async def test_pages_in_a_browser_stay_out(self, webhooks: Webhooks) -> None:
        """A page cannot use a sender that needs no secret."""
        assert (await webhooks.client.post("/webhooks/github", json={}, headers={"origin": "http://x"})).status_code == 403
        plain = {"content-type": "text/plain"}
        assert (await webhooks.client.post("/webhooks/github", content=b"{}", headers=plain)).status_code == 415


def test_unsigned_senders_need_loopback() -> None:
    """Where others could reach the port, no sender is believed without a secret."""
    open_to_all = {"otlp": {"http": {"host": "0.0.0.0"}}, "webhooks": {"unsigned": ["jenkins"]}}
    with pytest.raises(Misconfigured, match="give these senders a secret"):
        load(None, {"receivers": open_to_all, "insecure_no_auth": True})


def test_a_secret_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """A missing or broken file leaves a sender without a secret, which refuses it; nothing is believed by accident."""
    (tmp_path / "github").write_bytes(b"\xff\xfe")
    (tmp_path / "gitlab").write_text("\n \n")
    config = Config(receivers={"webhooks": {"secrets_dir": tmp_path}}).receivers.webhooks  # type: ignore[arg-type] # as from a file
    assert [read_secrets(config, sender, {}) for sender in ("github", "gitlab", "jenkins")] == [[], [], []]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", "json_invalid"),
        (b"[]", "webhook_malformed"),
        (b'{"deployment_status": 5}', "webhook_malformed"),
        (deployment_status(environment="prodution"), "environment_unknown"),
        (deployment_status(created_at="2025-11-03T10:06:00Z"), "times_crossed"),
    ],
)
async def test_a_malformed_message_is_refused(webhooks: Webhooks, message: bytes | dict[str, object], code: str) -> None:
    """What its sender cannot have meant is refused with a reason, and nothing of it is taken."""
    answer = await webhooks.send("github", message, **MESSAGES["github"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert answer.json()["error"]["hint"]
    assert webhooks.recorder.taken == []


async def test_what_is_ignored_is_counted(webhooks: Webhooks) -> None:
    """Messages that mean no event are counted by sender and reason."""
    labels = {"source": "webhook/pagerduty", "reason": "unknown_kind"}
    before = REGISTRY.get_sample_value("assay_ignored_webhooks_total", labels) or 0
    await webhooks.ignored("pagerduty", {"event": {"event_type": "pagey.ping"}})
    assert REGISTRY.get_sample_value("assay_ignored_webhooks_total", labels) == before + 1


async def test_a_full_disk_makes_senders_repeat(webhooks: Webhooks) -> None:
    """When nothing can be taken the sender is told to come back, and its delivery is not lost."""
    webhooks.recorder.error = Retryable("disk_full", "full", retry_after_seconds=3)
    answer = await webhooks.send("github", deployment_status(), **MESSAGES["github"])
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")


async def test_other_paths_are_unknown(webhooks: Webhooks) -> None:
    """A sender that nobody knows has no path."""
    assert (await webhooks.client.post("/webhooks/bitbucket", json={})).status_code == 404
    assert (await webhooks.client.get("/webhooks/github")).status_code == 405
