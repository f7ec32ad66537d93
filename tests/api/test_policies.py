from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Store, listening
from tests.otlp_requests import SECOND, logs, record, span, traces

from assay.api import create_app
from assay.core import config
from assay.core.ports import Engine
from assay.core.signals import Signal
from assay.policies import PolicyKeeper
from assay.store import apply_decoding

POLICIES = "policies: {filters: {noise: {signal: logs, condition: SeverityNumber < 5}}, sampling: {enabled: false}}\n"
SERVICE = f"shop-{uuid4()}"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policies") / "assay.yaml"
    path.write_text(POLICIES, "utf-8")
    return path


@pytest.fixture(scope="module")
def kept(engine: Engine, store: Store, file: Path) -> Iterator[httpx.Client]:
    """The API over a store that these policies hold for, in which a service has leaked and been filtered."""
    engine.execute("TRUNCATE TABLE assay_policy_versions")
    try:
        keeper = PolicyKeeper(engine, file, file.parent / "keys", partial(apply_decoding, engine))
        now = time.time_ns()
        leaking = [span(uuid4().hex, 1, start_ns=now - SECOND, values={"contact": "joe@example.com", "n": n}) for n in range(3)]
        store(Signal.TRACES, traces(SERVICE, leaking))
        store(
            Signal.LOGS,
            logs(SERVICE, [record(now, "noise", severity_number=1), record(now, "order placed", severity_number=9)]),
        )
        with (
            listening(create_app(engine, config.Api(), keeper=keeper)) as url,
            httpx.Client(base_url=f"{url}/api/v1", timeout=60) as client,
        ):
            yield client
    finally:
        apply_decoding(engine)
        engine.execute("TRUNCATE TABLE assay_policy_versions")


def test_what_is_in_force_is_told(kept: httpx.Client) -> None:
    """The answer has what was written, and with it what comes with Assay."""
    answer = kept.get("/policies").json()
    assert re.fullmatch("[0-9a-f]{12}", answer["version"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", answer["since"])
    assert (answer["problem"], answer["key_id"]) == ("", "k1")
    assert [each["name"] for each in answer["filters"]] == ["health_checks", "noise"]
    assert [each["place"] for each in answer["enrichment"]] == ["resource"]
    assert {"kind": "key_rule", "name": "pseudonym", "action": "hash"}.items() <= answer["scrubbing"][1].items()
    assert answer["sampling"]["enabled"] is False
    assert answer["given"]["sampling"] == {"enabled": False}


def test_the_policies_are_sql(kept: httpx.Client) -> None:
    """Each section is told as the SQL that it is."""
    answer = kept.get("/policies/sql").json()
    assert list(answer) == ["filters", "enrichment", "scrubbing", "sampling"]
    assert "multiIf((SeverityNumber < 5), 'noise', '')" in answer["filters"]
    assert answer["sampling"] == "CREATE OR REPLACE FUNCTION assay_policy_stage AS () -> 'kept';"


def test_a_refused_reload_is_the_question_s_fault(kept: httpx.Client, file: Path) -> None:
    """A wrong file is told as file, line, key and hint with 400, shows as the problem, and is mended by a right one."""
    before = kept.get("/policies").json()
    file.write_text("policies:\n  filters:\n    noise: {signl: logs}\n", "utf-8")
    refused = kept.post("/policies/reload")
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == f"{file}:3: policies.filters.noise.signl: unknown key"
    assert refused.json()["error"]["hint"] == "did you mean signal?"
    now = kept.get("/policies").json()
    assert (now["version"], now["since"]) == (before["version"], before["since"])
    assert "signl" in now["problem"]
    file.write_text(POLICIES, "utf-8")
    assert kept.post("/policies/reload").json() == before


def test_who_leaks_what_is_told_by_place_and_rule(kept: httpx.Client) -> None:
    """The coverage report counts each changed value under its service, signal, place and rule."""
    leaks = kept.get("/policies/scrubbing/coverage", params={"service": SERVICE}).json()["leaks"]
    assert [(each["signal"], each["place"], each["rule"], each["items"]) for each in leaks] == [
        ("traces", "attributes.contact", "email", 3)
    ]
    assert {each["service"] for each in kept.get("/policies/scrubbing/coverage").json()["leaks"]} >= {SERVICE}
    long_ago = {"service": SERVICE, "start": "3d", "end": "2d"}
    assert kept.get("/policies/scrubbing/coverage", params=long_ago).json() == {"leaks": []}


def test_what_was_filtered_is_told(kept: httpx.Client) -> None:
    """Each filter's count is told by service."""
    filtered = [each for each in kept.get("/policies/filters/counts").json()["filtered"] if each["service"] == SERVICE]
    assert [(each["signal"], each["filter"], each["items"]) for each in filtered] == [("logs", "noise", 1)]


def test_a_dry_run_says_what_other_policies_would_do(kept: httpx.Client) -> None:
    """Filters count what they would drop of what is stored, and new rules what they would change, masked."""
    policies: dict[str, Any] = {
        "filters": {"orders": {"signal": "logs", "condition": f"ServiceName = '{SERVICE}' AND Body LIKE 'order%'"}},
        "scrubbing": {"key_rules": {"numbers": {"exact": "n", "action": "mask"}}},
    }
    answer = kept.post("/policies/dry-run", json={"policies": policies, "window": "10m"}).json()
    (orders,) = (each for each in answer["dropped"] if each["filter"] == "orders")
    assert (orders["items"], orders["signal"]) == (1, "logs")
    (numbers,) = (each for each in answer["scrubbed"] if SERVICE in each["services"] and each["place"] == "attributes.n")
    assert (numbers["rule"], numbers["items"], numbers["examples"]) == ("numbers", 3, ["[numbers]"])
    assert answer["sampling"]["effects"] is not None


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"policies": {"filtres": {}}}, "filtres: unknown key"),
        ({"policies": {"filters": {"a": {"condition": "NoColumn"}}}}, "filters.a.condition: "),
        ({"policies": {"filters": {"a": {"condition": "file('/etc/hostname') != ''"}}}}, "filters.a.condition: "),
        (
            {
                "policies": {
                    "filters": {
                        "a": {"condition": "1) UNION ALL SELECT 1 FROM url('http://127.0.0.1:1/', 'CSV', 'a UInt8') WHERE (1"}
                    }
                }
            },
            "filters.a.condition: ",
        ),
        (
            {
                "policies": {
                    "sampling": {
                        "policies": [{"name": "a", "type": "sql_condition", "sql_condition": {"span": "file('x') = ''"}}]
                    }
                }
            },
            "sampling.policies[0].sql_condition: ",
        ),
        (
            {"policies": {"scrubbing": {"detectors": {"a": {"pattern": "a+", "check": "file('x') = ''"}}}}},
            "scrubbing.detectors.a.check: ",
        ),
        ({"window": "3d"}, "3d is out of range"),
        ({"window": "soon"}, "'soon' is no duration"),
    ],
)
def test_a_dry_run_gives_no_more_rights_than_sql(kept: httpx.Client, asked: dict[str, Any], message: str) -> None:
    """What is wrong is told by its path, and so is what reaches beyond the store."""
    answer = kept.post("/policies/dry-run", json=asked)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(message)


def test_without_a_keeper_there_are_no_policies(engine: Engine) -> None:
    """An API that runs without the keeper says so."""
    with listening(create_app(engine, config.Api())) as url:
        answer = httpx.get(f"{url}/api/v1/policies", trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "policies_unavailable")


def test_what_policies_do_is_for_prometheus(kept: httpx.Client) -> None:
    """`/metrics` counts changed values and dropped items, and tells which policies hold."""
    text = kept.get(str(kept.base_url.copy_with(path="/metrics"))).text
    assert int(float(_sample(text, r'assay_scrubbed_values_total\{rule="email",signal="traces"\}'))) >= 3
    assert int(float(_sample(text, r'assay_filtered_items_total\{filter="noise",signal="logs"\}'))) >= 1
    assert f'assay_policies_info{{version="{kept.get("/policies").json()["version"]}"}} 1.0' in text
    assert _sample(text, "assay_policies_refused") == "0.0"


def _sample(text: str, name: str) -> str:
    found = re.search(rf"^{name} (.+)$", text, re.MULTILINE)
    assert found, text
    return found[1]
