"""Policies change while requests come in, and nothing is lost or doubled by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import yaml
from tests.e2e.load import Load
from tests.e2e.running import Running, running, wait_for

QUICK = {"decision_wait": "3s", "decision_wait_after_root_received": "1s", "pass_interval": "1s"}
CHANGES: list[dict[str, Any]] = [
    {"sampling": QUICK, "scrubbing": {"enabled": False}},
    {"sampling": {"enabled": False}},
    {"sampling": {**QUICK, "policies": [{"name": "all", "type": "always_sample"}]}, "filters": {"health_checks": False}},
    {"sampling": QUICK, "enrichment": {"span": {"set": {"team": "blue"}}}},
]


def _write(path: Path, policies: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump({"policies": policies}), "utf-8")


def _policies(server: Running) -> dict[str, Any]:
    answer: dict[str, Any] = server.client.get(f"{server.api}/api/v1/policies", timeout=30).json()
    return answer


def _reload(server: Running) -> httpx.Response:
    return server.client.post(f"{server.api}/api/v1/policies/reload", timeout=60)


def _stored(server: Running) -> tuple[int, int]:
    """Return how many spans there are, and how many different ones."""
    return tuple(map(int, server.rows("SELECT count(), uniqExact(SpanId) FROM assay_spans")[0]))  # type: ignore[return-value]


def test_a_change_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Scrubbing, sampling, filters and enrichment change under load and core is killed amid it: each span is there once."""
    path = tmp_path / "assay.yaml"
    _write(path, {"sampling": QUICK})
    with running(tmp_path / "data", config_file=path, JOURNAL__SEGMENT_AGE_SECONDS="0.1") as server:
        with Load(server.grpc, senders=2) as load:
            for number, policies in enumerate(CHANGES):
                before = len(load.acknowledged)
                _write(path, policies)
                if number == 2:
                    server.kill("core")
                    wait_for(server.ready, "ready again")
                wait_for(lambda policies=policies: _policies(server)["given"] == policies, "in force")  # type: ignore[misc]
                wait_for(lambda before=before: len(load.acknowledged) > before + 200, "load goes on")  # type: ignore[misc]
        sent = len(load.acknowledged)
        assert not load.failures
        wait_for(lambda: _stored(server)[1] >= sent, "all is stored")
        assert _stored(server) == (sent, sent)
        assert int(server.rows("SELECT count() FROM assay_spans WHERE SpanAttributes['team'] = 'blue'")[0][0]) > 0
        changes = "SELECT count() FROM assay_events WHERE Attributes['qms.audit.action'] = 'policies.changed'"
        wait_for(lambda: int(server.rows(changes)[0][0]) > len(CHANGES), "each change is an event")
        assert int(server.rows(changes)[0][0]) == 1 + len(CHANGES)


def _refused(server: Running, path: Path, policies: dict[str, Any], *said: str) -> None:
    before = _policies(server)
    _write(path, policies)
    answer = _reload(server)
    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    for words in said:
        assert words in error["message"]
    assert error["hint"]
    now = _policies(server)
    assert now["version"] == before["version"]
    assert now["problem"]


def test_a_wrong_policy_changes_nothing(tmp_path: Path) -> None:
    """A wrong option, an unknown key, a regex or a condition that fails is refused with line and hint; the old ones hold."""
    path = tmp_path / "assay.yaml"
    _write(path, {"sampling": QUICK})
    with running(tmp_path / "data", config_file=path) as server:
        latency = {"name": "slow", "type": "latency", "latency": {"threshold_ms": "fast"}}
        _refused(
            server,
            path,
            {"sampling": {"policies": [latency]}},
            f"{path}:",
            "policies.sampling.policies[0].latency.threshold_ms",
        )
        _refused(server, path, {"samplin": {}}, "policies.samplin", "unknown key")
        regex = {"guard": "a(", "pattern": "a("}
        _refused(server, path, {"scrubbing": {"detectors": {"mine": regex}}}, f"{path}:", "policies.scrubbing.detectors.mine")
        condition = {"condition": "NoSuchColumn = 1"}
        _refused(server, path, {"filters": {"mine": condition}}, f"{path}:", "policies.filters.mine.condition")
        # A core that has to start again falls back on what held.
        version = _policies(server)["version"]
        server.kill("core")
        wait_for(server.ready, "ready again")
        assert _policies(server)["version"] == version
        _write(path, {"sampling": {**QUICK, "hot_window": "30m"}})
        assert _reload(server).status_code == 200
        assert not _policies(server)["problem"]
