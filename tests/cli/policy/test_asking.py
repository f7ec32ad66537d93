"""The commands that ask a server."""

from __future__ import annotations

import json
import time
from uuid import uuid4

import yaml
from tests.cli.policy.conftest import POLICIES, Kept
from tests.conftest import Store
from tests.otlp_requests import SECOND, span, traces

from assay.core.ports import Engine
from assay.core.signals import Signal


def test_what_is_in_force_is_shown(kept: Kept) -> None:
    """Version, filters, enrichment, rules with their actions and sampling policies are shown, and what is refused."""
    shown = " ".join(kept.run("show").stdout.split())
    for words in (
        "noise logs SeverityNumber < 5",
        "span: rename http.method → http.request.method",
        "span: default qms.phase = production",
        "pseudonym hash [user]",
        "slow latency {threshold_ms: 500}",
        "with key k1",
    ):
        assert words in shown
    assert "refused" not in shown
    kept.file.write_text("policies: {filter: {}}\n", "utf-8")
    assert kept.run("reload").exit_code == 2
    assert "is refused: " in kept.run("show").stdout


def test_it_is_shown_as_json_and_yaml_too(kept: Kept) -> None:
    """Both formats have the same answer, whole."""
    answer = json.loads(kept.run("show", "--format", "json").stdout)
    assert answer["given"] == yaml.safe_load(POLICIES)["policies"]
    assert yaml.safe_load(kept.run("show", "--format", "yaml").stdout) == answer


def test_a_reload_waits_for_the_answer(kept: Kept) -> None:
    """The new version is told once it is in force; a wrong one is told with line and hint, and exit code 2."""
    before = json.loads(kept.run("show", "--json").stdout)["version"]
    kept.file.write_text(POLICIES.replace("500", "100"), "utf-8")
    told = kept.run("reload")
    now = json.loads(kept.run("show", "--json").stdout)["version"]
    assert told.exit_code == 0
    assert f"Policies {now} are in force since " in told.stdout
    assert now != before
    kept.file.write_text("policies:\n  sampling:\n    hot_windw: 1h\n", "utf-8")
    refused = kept.run("reload")
    assert refused.exit_code == 2
    assert refused.stderr == (
        f"error: {kept.file}:3: policies.sampling.hot_windw: unknown key\nhint: did you mean hot_window?\n"
    )


def test_the_sql_of_the_server_is_printed(kept: Kept) -> None:
    """All sections, or the one that is asked for."""
    everything = kept.run("explain").stdout
    assert [line for line in everything.splitlines() if line.startswith("-- ") and line[3:] in everything][:1] == ["-- filters"]
    sampling = kept.run("explain", "sampling").stdout
    assert "-- slow: latency" in sampling
    assert "assay_policy_filter" not in sampling


def test_leaks_are_listed(kept: Kept, engine: Engine) -> None:
    """A line says service, signal, place, rule, how many and when last; nothing found is said in words."""
    service = f"shop-{uuid4()}"
    engine.execute(f"INSERT INTO assay_scrubbed_values SELECT now(), 'logs', '{service}', 'body', 'email', 1234")
    line = kept.run("leaks", "--service", service).stdout.splitlines()[2]
    assert line.split()[:5] == [service, "logs", "body", "email", "1,234"]
    assert "nothing to change" in kept.run("leaks", "--service", "nobody").stdout


def test_a_dry_run_shows_what_a_file_would_do(kept: Kept, store: Store) -> None:
    """What would be dropped, changed and kept is listed; secrets that the new rules cover are shown masked only."""
    service = f"shop-{uuid4()}"
    sent = span(uuid4().hex, 1, name="tick", start_ns=time.time_ns() - SECOND, values={"badge": "BDG-123456"})
    store(Signal.TRACES, traces(service, [sent]))
    other = kept.data / "other.yaml"
    other.write_text(
        f"policies:\n  filters:\n    ticks: {{condition: \"ServiceName = '{service}'\"}}\n"
        "  scrubbing:\n    detectors:\n      badge: {pattern: 'BDG-[0-9]{6}'}\n",
        "utf-8",
    )
    result = kept.run("dry-run", "--config", str(other), "--window", "10m")
    words = " ".join(result.stdout.split())
    assert "ticks traces 1 " in words
    assert f"{service}: tick" in words
    assert "traces attributes.badge badge 1" in words
    assert "BDG-123456" not in words
    assert "Sampling" in words


def test_a_dry_run_of_a_wrong_file_says_where(kept: Kept) -> None:
    """What the server's engine refuses is told with the line of the local file."""
    other = kept.data / "other.yaml"
    other.write_text("policies:\n  filters:\n    ticks:\n      condition: Nothing\n", "utf-8")
    result = kept.run("dry-run", "--config", str(other))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {other}:4: policies.filters.ticks.condition: ")


def test_pseudonyms_are_found_under_every_key(kept: Kept) -> None:
    """After a rotation both the old and the new pseudonym of a value are printed, the same from standard input."""
    old = kept.run("pseudonym", "anna", "--data", str(kept.data)).stdout
    assert "k2" in kept.run("rotate-key", "--data", str(kept.data)).stdout
    both = kept.run("pseudonym", "-", "--data", str(kept.data), stdin="anna\n").stdout
    assert both.splitlines()[0] == old.strip()
    assert [line.partition(":")[0] for line in both.splitlines()] == ["k1", "k2"]


def test_keys_are_not_made_where_no_server_is(kept: Kept) -> None:
    """A wrong directory is an error, not a new key in it."""
    empty = kept.data / "elsewhere"
    empty.mkdir()
    result = kept.run("rotate-key", "--data", str(empty))
    assert result.exit_code == 2
    assert list(empty.iterdir()) == []
