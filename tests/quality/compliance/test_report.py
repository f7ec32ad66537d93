from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from oscal_bindings.v1.models import AssessmentResultsDocument
from pydantic import ValidationError
from tests.quality.compliance.test_assessment import FRAMEWORK, outcome, ran

from assay.quality import compliance
from assay.quality.compliance import Assessment, Control, Finding, Share, WaiverState
from assay.quality.compliance.report import FORMATS

_HOSTILE = "<script>alert(1)</script> | **x** ``` \n# [a](javascript:b) &amp; ' \""
_AT = 1_795_603_560_306_100_258  # 2026-11-25


def _assessment(text: str = "orders") -> Assessment:
    """Controls with every result, ids that are no tokens, waivers of each state, and `text` wherever somebody else writes."""
    checks = ("clocks", "logs_traced", "service_names", "audit_actors", "endpoints_encrypted")
    outcomes = {
        name: replace(outcome(name, result, Share(text, 3, int(result == "failed"))), sql=f"SELECT '{text}'", reason=text)
        for name, result in zip(checks, ("passed", "failed", "no_data", "broken", "waived"), strict=True)
    }
    outcomes["logs_traced"] = replace(outcomes["logs_traced"], sample=(Finding(text, text, text, text),), found=22)
    bare = Control("z", "Z", ())
    controls = (*(Control(f"{n}.1 /{name}", text, (name,)) for n, name in enumerate(checks)), bare)
    framework = replace(FRAMEWORK, title=text, controls=controls)
    made = compliance.assess(framework, ran(**outcomes), _AT, "abc", problems=[text])
    waiver = WaiverState("endpoints_encrypted", "", "", text, "", "", text, text, "2026-12-31", text, "in_force", 1)
    states = (waiver, replace(waiver, state="expired", findings=0), replace(waiver, check="", control="1.1 /logs_traced"))
    return replace(made, waivers=states)


@pytest.mark.parametrize(
    "assessment",
    [
        _assessment(),
        _assessment(_HOSTILE),
        compliance.assess(replace(FRAMEWORK, controls=FRAMEWORK.controls[2:]), ran(), _AT),
        compliance.assess(replace(compliance.load("nist-800-53-r5"), controls=FRAMEWORK.controls[2:]), ran(), _AT),
    ],
    ids=["all", "hostile", "nothing", "nist"],
)
def test_a_report_in_oscal_is_valid(assessment: Assessment) -> None:
    """Whatever an assessment holds, its report has the form of NIST's model, and the same assessment gives the same report."""
    text = FORMATS["oscal"][1](assessment)
    AssessmentResultsDocument.model_validate(orjson.loads(text))
    assert FORMATS["oscal"][1](assessment) == text


def _of(document: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = document["assessment-results"]["results"][0]
    return result


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: _of(document).pop("start"),
        lambda document: _of(document)["findings"][0]["target"].update({"target-id": "1 2"}),
        lambda document: _of(document)["observations"][0].update({"subjects": []}),
        lambda document: _of(document)["observations"][0].update({"colected": "x"}),
    ],
)
def test_the_model_refuses_what_is_wrong(spoil: Callable[[dict[str, Any]], Any]) -> None:
    """The model that reports are held against finds a missing member, an unknown one, an empty list and an id of wrong form."""
    document = orjson.loads(FORMATS["oscal"][1](_assessment()))
    spoil(document)
    with pytest.raises(ValidationError):
        AssessmentResultsDocument.model_validate(document)


def test_oscal_says_what_the_assessment_says() -> None:
    """Only what passed is satisfied; a finding leads to its observation, and a waiver in force to a deviation with its day."""
    result = _of(orjson.loads(FORMATS["oscal"][1](_assessment())))
    told = {each["target"]["target-id"]: each for each in result["findings"]}
    states = {key: (each["target"]["status"]["state"], each["target"]["status"]["reason"]) for key, each in told.items()}
    assert states == {
        "_0.1__clocks_smt": ("satisfied", "pass"),
        "_1.1__logs_traced_smt": ("not-satisfied", "fail"),
        "_2.1__service_names_smt": ("not-satisfied", "other"),
        "_3.1__audit_actors_smt": ("not-satisfied", "other"),
        "_4.1__endpoints_encrypted_smt": ("not-satisfied", "other"),
    }
    observations = {each["uuid"]: each for each in result["observations"]}
    (related,) = told["_1.1__logs_traced_smt"]["related-observations"]
    observed = observations[related["observation-uuid"]]
    assert (observed["title"], {"name": "found", "ns": "urn:assay:compliance", "value": "22"} in observed["props"]) == (
        "logs_traced",
        True,
    )
    assert "SELECT 'orders'" in observed["remarks"]
    assert {each["status"]: each["deadline"] for each in result["risks"]} == {"deviation-approved": "2026-12-31T23:59:59Z"}
    assert len(result["risks"]) == 2
    nist = replace(_assessment(), framework="nist-800-53-r5", controls=(replace(_assessment().controls[0], control="AC-3"),))
    assert _of(orjson.loads(FORMATS["oscal"][1](nist)))["findings"][0]["target"]["target-id"] == "ac-3_smt"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_page_holds_only_what_is_ours() -> None:
    """What somebody sent is text on the page, and the page has no scripts, links, images or other places to load from."""
    page = _Tags()
    page.feed(FORMATS["html"][1](_assessment(_HOSTILE)))
    known = "html head meta title style body h1 h2 h3 dl dt dd table thead tbody tr th td p pre ul li"
    assert page.tags <= set(known.split())
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "class"}
    assert any("<script>alert(1)</script>" in text for text in page.texts)


def test_markdown_keeps_its_form() -> None:
    """What somebody sent makes no heading, table cell, link, emphasis or HTML, and cannot end a block of code."""
    text = FORMATS["markdown"][1](_assessment(_HOSTILE))
    outside = []
    fence = ""
    for line in text.splitlines():
        if not fence and line.endswith("sql") and line.startswith("```"):
            fence = line.removesuffix("sql")
        elif line == fence:
            fence = ""
        elif not fence:
            outside.append(line)
    assert fence == ""
    assert not any("<script" in line.replace("\\<", "") for line in outside)
    rows = [line for line in outside if line.startswith("| orders") or ("alert" in line and line.startswith("|"))]
    assert rows
    assert {line.replace("\\|", "").count("|") for line in rows} <= {5, 6, 7}
    assert not any(line.startswith("# [a]") for line in text.splitlines() if line in outside)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_report_says_how_it_came_to_its_score(form: str) -> None:
    """It has the formula of each score, results, how many more findings there are, states of waivers, hashes and SQL."""
    text = FORMATS[form][1](_assessment()).replace("\\", "").replace("&#x27;", "'")
    for said in (
        "25 % (score = 100 * controls that passed", "no data", "check broken", "and 21 more", "in force",
        "expired, does not count", "SELECT 'orders'", _assessment().outcomes[0].content_hash, "Controls that are not assessed",
    ):  # fmt: skip
        assert said in text, said
