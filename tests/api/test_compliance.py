from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import listening

from assay.api import create_app
from assay.core.config import Api
from assay.core.ports import Engine
from assay.quality.compliance import Assessor, Library
from assay.quality.documents import Documents

_FRAMEWORK = """kind: compliance_framework
id: mine
title: Mine
checks:
  - name: own
    why: something
    sql: SELECT '' AS service, '' AS finding
controls: [{id: a, title: A, checks: [own]}]
"""
_WAIVERS = "kind: compliance_waivers\nwaivers: [{check: mine/own, owner: a, reason: b, expires: 2020-01-01}]\n"
_WITHIN = {"start": "1971-03-01T00:00:00Z", "end": "1971-03-02T00:00:00Z"}


@pytest.fixture(scope="module")
def made(events_client: httpx.Client) -> list[dict[str, Any]]:
    """What two frameworks were assessed as, one of which was asked for twice."""
    asked = {"frameworks": ["soc2", "qms-phase-4", "soc2"], **_WITHIN}
    answer = events_client.post("/api/v1/compliance/assessments", json=asked)
    assert answer.status_code == 200, answer.text
    assessments: list[dict[str, Any]] = answer.json()["assessments"]
    return assessments


def test_what_is_assessed_is_kept_and_its_score_followed(events_client: httpx.Client, made: list[dict[str, Any]]) -> None:
    """Each framework is answered once, read again as it was answered, and its score is in the history, with the formula."""
    assert [each["framework"] for each in made] == ["soc2", "qms-phase-4"]
    assert events_client.get(f"/api/v1/compliance/assessments/{made[0]['id']}").json() == made[0]
    told = events_client.get("/api/v1/compliance/scores", params={"framework": "soc2"}).json()
    (point,) = [each for each in told["points"] if each["assessment"] == made[0]["id"]]
    assert (point["score"], point["of"], point["scheduled"]) == (0, 61, False)
    assert told["formula"].startswith("score = 100 * controls that passed")
    event = events_client.get(f"/api/v1/events/compliance/{made[0]['id']}/CC8.1").json()
    assert (event["status"], event["source"]) == ("no_data", "assay")


def test_what_cannot_be_assessed_is_refused(events_client: httpx.Client) -> None:
    """A framework that is not there, one time after the other, or an unknown key: 4xx with a hint, and nothing is kept."""
    wrong: list[dict[str, object]] = [
        {"frameworks": ["nobody"]},
        {"frameworks": []},
        {"framework": "soc2"},
        {"start": "now", "end": "1d"},
    ]
    for asked in wrong:
        answer = events_client.post("/api/v1/compliance/assessments", json=asked)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["error"]["hint"]
    assert events_client.get("/api/v1/compliance/assessments/nobody").status_code == 404


def test_what_owners_have_written_is_listed(engine: Engine, tmp_path: Path) -> None:
    """Frameworks, own checks and waivers are listed with their files, what has expired as such, problems with their place."""
    (tmp_path / "f.yaml").write_text(_FRAMEWORK, "utf-8")
    (tmp_path / "w.yaml").write_text(_WAIVERS, "utf-8")
    with listening(create_app(engine, Api(), assessor=Assessor(engine, library=Library(Documents(tmp_path))))) as url:
        told = httpx.get(f"{url}/api/v1/compliance/frameworks", timeout=60).json()
    mine = next(each for each in told["frameworks"] if each["framework"] == "mine")
    assert (mine["file"], mine["controls"][0]["checks"]) == (str(tmp_path / "f.yaml"), ["mine/own"])
    assert next(each for each in told["checks"] if each["name"] == "mine/own")["own"]
    assert [(each["check"], each["expired"]) for each in told["waivers"]] == [("mine/own", True)]
    (problem,) = told["problems"]
    assert (problem["line"], problem["message"]) == (7, "checks[0].sql: it gives no environment, subject")


def test_the_statements_of_an_assessment_are_explained(events_client: httpx.Client) -> None:
    """What a framework is looked at with is told as the SQL that was asked, each check by itself; nothing runs afterwards."""
    question = "/api/v1/compliance?framework=qms-phase-4&start=1971-03-01T00:00:00Z&end=1971-03-02T00:00:00Z"
    told = events_client.get("/api/v1/explain", params={"question": question}).json()["statements"]
    outcomes = events_client.get(question).json()["outcomes"]
    asked = {each["sql"] for each in told}
    assert outcomes
    assert all(each["sql"] in asked for each in outcomes if each["parameters"])
    assert events_client.get("/api/v1/compliance/progress").json() == {"done": 0, "of": 0, "check": ""}


def test_each_check_says_what_to_do_next(events_client: httpx.Client) -> None:
    """No check of Assay's own leaves whoever reads a finding alone with it."""
    checks = events_client.get("/api/v1/compliance/frameworks").json()["checks"]
    assert len(checks) > 30
    assert [each["name"] for each in checks if not each["next"] or not each["looks_at"]] == []


def test_a_kept_assessment_can_be_reported_on(events_client: httpx.Client, made: list[dict[str, Any]]) -> None:
    """It is a page by default, Markdown or OSCAL if asked for; another form or assessment is refused."""
    path = f"/api/v1/compliance/assessments/{made[0]['id']}/report"
    page, text, oscal = (events_client.get(path, params={"format": form}) for form in ("html", "markdown", "oscal"))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text == events_client.get(path).text
    assert text.text.startswith("# SOC 2, Trust Services Criteria\n")
    assert oscal.json()["assessment-results"]["metadata"]["title"] == "SOC 2, Trust Services Criteria: 0 %"
    assert events_client.get(path, params={"format": "pdf"}).status_code == 400
    assert events_client.get("/api/v1/compliance/assessments/nobody/report").status_code == 404
