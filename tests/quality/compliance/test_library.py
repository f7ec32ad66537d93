from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.conftest import Store
from tests.quality.compliance.cases import DAY, call, event, spans

from assay.core.errors import NotFound
from assay.core.ports import Engine
from assay.quality.compliance import Assessed, Assessment, Assessor, Library, verify
from assay.quality.documents import Documents

_FRAMEWORK = """kind: compliance_framework
id: acme
title: Acme
reported_as: [Acme 9001]
checks:
  - name: spans_named
    why: spans have a name
    sql: |
      SELECT ServiceName AS service, '' AS environment, SpanName AS subject, if(SpanName = 'work', 'called work', '') AS finding
      FROM assay_spans
      WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND endsWith(ServiceName, 'SERVICE')
controls:
  - {id: names, title: Names, checks: [spans_named]}
  - {id: AC-3, title: Reviews, checks: [reported]}
  - {id: "8.4", title: Purchases}
"""
_WAIVERS = """kind: compliance_waivers
waivers:
  - {check: acme/spans_named, service: one-SERVICE, owner: ann, reason: old client, expires: 2262-01-01}
  - {check: acme/spans_named, service: two-SERVICE, owner: bob, reason: too late, expires: 2020-01-01}
  - {framework: acme, control: AC-3, owner: cy, reason: no tool yet, expires: "2262-01-01"}
  - {check: acme/spans_named, environment: nowhere, owner: di, reason: just in case, expires: 2262-01-01}
"""


def _library(directory: Path, **files: str) -> Library:
    for name, text in files.items():
        (directory / f"{name}.yaml").write_text(text, "utf-8")
    return Library(Documents(directory))


def _look(engine: Engine, library: Library) -> Assessment:
    now = time.time_ns()
    return Assessor(engine, library=library).look("acme", now - DAY, now + 60 * 10**9)


def _report(store: Store, **told: Any) -> None:
    for signal, request in event("qms.compliance.checked", **told)("orders", time.time_ns()):
        store(signal, request)


def _results(controls: Sequence[Assessed]) -> list[str]:
    return [control.result for control in controls]


def test_waivers_cover_what_they_name_until_their_day(engine: Engine, store: Store, tmp_path: Path) -> None:
    """A waiver takes just its findings out of the count; one that has expired or covers nothing is shown and does not count."""
    service, now = uuid4().hex, time.time_ns()
    for name in ("one", "two"):
        for signal, request in spans(name=f"{name}-")(service, now):
            store(signal, request)
    framework = _FRAMEWORK.replace("SERVICE", service)
    unwaived = _look(engine, _library(tmp_path, framework=framework))
    assert _results(unwaived.controls) == ["failed", "no_data", "not_assessed"]
    assert (unwaived.outcomes[0].check, unwaived.outcomes[0].found) == ("acme/spans_named", 2)

    waived = _look(engine, _library(tmp_path, framework=framework, waivers=_WAIVERS.replace("SERVICE", service)))
    assert _results(waived.controls) == ["failed", "waived", "not_assessed"]
    outcome = waived.outcomes[0]
    assert (outcome.looked_at, outcome.found, outcome.waived) == (2, 1, 1)
    assert [each.service for each in outcome.sample] == [f"two-{service}"]
    assert [(each.owner, each.state, each.findings) for each in waived.waivers] == [
        ("ann", "in_force", 1),
        ("bob", "expired", 0),
        ("cy", "in_force", 1),
        ("di", "unused", 0),
    ]
    assert (waived.score, waived.problems) == (0, ())

    all_of_it = "kind: compliance_waivers\nwaivers: [{check: acme/spans_named, owner: a, reason: b, expires: 2262-01-01}]\n"
    covered = _look(engine, _library(tmp_path, framework=framework, waivers=all_of_it))
    assert _results(covered.controls) == ["waived", "no_data", "not_assessed"]
    assert (covered.outcomes[0].result, covered.outcomes[0].found, covered.services) == ("waived", 0, ())


def test_what_services_report_counts(engine: Engine, store: Store, tmp_path: Path) -> None:
    """Reports are found under other spellings of framework and control; a later one with the same id corrects the earlier."""
    told = {"qms.compliance.framework": f"ACME-{(other := uuid4().hex)}", "qms.compliance.evidence": ["https://ci.example/7"]}
    framework = _FRAMEWORK.replace("Acme 9001", f"acme {other}")
    for control, check, result in [
        ("AC-03", "one", "failed"),
        ("AC-03", "two", "passed"),
        ("ac3", "three", "not_applicable"),
        ("8.4", "four", "passed"),
        ("9.9", "five", "failed"),
    ]:
        about = {"qms.compliance.control": control, "qms.compliance.check_id": f"{check}-{other}"}
        _report(store, **told, **about, **{"qms.compliance.result": result, "qms.event.id": check + other})
    library = _library(tmp_path, framework=framework)
    made = _look(engine, library)
    assert _results(made.controls) == ["no_data", "failed", "passed"]
    outcome = next(each for each in made.outcomes if each.check == "reported/AC-3")
    assert (outcome.looked_at, outcome.found) == (2, 1)
    assert outcome.sample[0].finding == "reported as failed, https://ci.example/7"
    assert made.problems == ("orders reported the control '9.9', which acme does not have",)

    about = {"qms.compliance.control": "AC-3", "qms.compliance.check_id": f"one-{other}", "qms.compliance.result": "passed"}
    _report(store, **told, **about, **{"qms.event.id": "one" + other, "qms.event.revision": 1})
    assert _results(_look(engine, library).controls) == ["no_data", "passed", "passed"]


def test_what_an_owner_asks_may_only_read(engine: Engine, store: Store, tmp_path: Path) -> None:
    """A statement that fails or reaches beyond the store is broken, not passed; and is told beforehand with file and line."""
    sql = "SELECT '' AS service, '' AS environment, '' AS subject, line AS finding FROM file('/etc/passwd', 'LineAsString')"
    given = {"reach": sql, "wrong": "SELECT nothing FROM nowhere", "short": "SELECT '' AS service, '' AS finding"}
    checks = "".join(f'  - {{name: {name}, why: w, sql: "{text}"}}\n' for name, text in given.items())
    controls = "".join(f"  - {{id: {name}, title: T, checks: [{name}]}}\n" for name in given)
    library = _library(tmp_path, bad=f"kind: compliance_framework\nid: acme\ntitle: A\nchecks:\n{checks}controls:\n{controls}")
    assert _results(_look(engine, library).controls) == ["broken", "broken", "broken"]
    problems = [str(problem) for problem in verify(library.read().frameworks["acme"], engine)]
    assert [each.rpartition("/")[2].partition(".sql")[0] for each in problems] == [
        "bad.yaml:5: checks[0]", "bad.yaml:6: checks[1]", "bad.yaml:7: checks[2]",
    ]  # fmt: skip
    assert "it gives no environment, subject" in problems[2]


@pytest.mark.parametrize(
    ("find", "write", "at", "hint"),
    [
        ("owner: ann, ", "", "waivers[0].owner: it is missing", "who answers"),
        ("reason: old client, ", "", "waivers[0].reason: it is missing", "why"),
        (", expires: 2262-01-01}", "}", "waivers[0].expires: it is missing", "2026-12-31"),
        ("expires: 2262-01-01", "expires: soon", "waivers[0].expires: 'soon' is no day", "2026-12-31"),
        ("expires: 2262-01-01", "expires: 2262-01-01T10:00:00Z", "waivers[0].expires: it is no day", "2026-12-31"),
        ("owner: ann", "ovner: ann", "waivers[0].ovner: unknown key", "did you mean owner?"),
        ("check: clocks", "check: clock", "waivers[0].check: there is no check 'clock'", "did you mean clocks?"),
        ("check: clocks", "service: a", "waivers[0]: it names no check or control, or both", "either"),
        ("check: clocks", "control: CC1.1", "waivers[0]: framework and control belong together", "both"),
        ("check: clocks", "framework: soc2, control: CC1.9", "waivers[0].control: there is no control 'CC1.9'", "did you mean"),
        ("check: clocks", "framework: soc3, control: CC1.1", "waivers[0].framework: there is no framework 'soc3'", "soc2"),
        (
            "check: clocks",
            "framework: soc2, control: CC1.1, service: a",
            "waivers[0].service: a control is waived",
            "name a check",
        ),
    ],
)
def test_a_bad_waiver_is_refused_with_its_place(tmp_path: Path, find: str, write: str, at: str, hint: str) -> None:
    """What is wrong with a waiver is told with file, line, key and what to write instead, and it covers nothing."""
    good = "kind: compliance_waivers\nwaivers:\n  - {check: clocks, owner: ann, reason: old client, expires: 2262-01-01}\n"
    assert len(_library(tmp_path, waivers=good).read().waivers) == 1
    assert find in good
    shelf = _library(tmp_path, waivers=good.replace(find, write)).read()
    (problem,) = shelf.problems
    assert str(problem).rpartition("/")[2].startswith(f"waivers.yaml:3: {at}")
    assert hint in problem.hint
    assert shelf.waivers == []


def test_everything_that_is_wrong_with_a_document_is_told(tmp_path: Path) -> None:
    """Each mistake of a framework and of waivers has its line; what is missing is not missed where a key is misspelt."""
    framework = (
        "kind: compliance_framework\nid: f g\ntitel: F\nchecks:\n  - {name: A, why: w, sql: SELECT 1}\n"
        "  - {name: b, sql: 3}\ncontrols:\n  - {id: a, title: 1}\n  - {id: b, title: B, checks: [clock, b]}\n"
    )
    waivers = (
        "kind: compliance_waivers\nwaivers:\n  - {check: clocks, owner: 1, reasn: r, expires: soon}\n"
        "  - {check: clocks, owner: a, reason: b, expires: 2026-12-31}\n  - {check: clocks}\n"
    )
    problems = _library(tmp_path, framework=framework, waivers=waivers).read().problems
    assert [f"{Path(each.file).stem}:{each.line}: {each.message}" for each in problems] == [
        "framework:3: titel: unknown key",
        "framework:2: id: 'f g' is no id",
        "framework:5: checks[0].name: 'A' is no name",
        "framework:6: checks[1].why: it is no text",
        "framework:6: checks[1].sql: it is no text",
        "framework:8: controls[0].title: it is no text",
        "framework:9: controls[1].checks.clock: unknown key",
        "waivers:3: waivers[0].reasn: unknown key",
        "waivers:3: waivers[0].owner: it is no text",
        "waivers:3: waivers[0].expires: 'soon' is no day",
        "waivers:5: waivers[2].owner: it is missing",
        "waivers:5: waivers[2].reason: it is missing",
        "waivers:5: waivers[2].expires: it is missing",
    ]


def test_a_waiver_ends_with_its_day(tmp_path: Path) -> None:
    """It holds to the last nanosecond of its day in UTC, and not in the next."""
    text = "kind: compliance_waivers\nwaivers: [{check: clocks, owner: a, reason: b, expires: 2026-12-31}]\n"
    (waiver,) = _library(tmp_path, waivers=text).read().waivers
    midnight = 1_798_761_600 * 10**9  # 2027-01-01
    assert (waiver.holds(midnight - 1), waiver.holds(midnight)) == (True, False)


def test_one_bad_document_takes_nothing_from_the_others(engine: Engine, tmp_path: Path) -> None:
    """What can be used is used, the rest is told; a framework that cannot be read is missing with its reason."""
    library = _library(
        tmp_path, a="kind: compliance_framework\nid: x\n", b="kind: compliance_frmework\n", c=_FRAMEWORK, d=_FRAMEWORK
    )
    shelf = library.read()
    assert "acme" in shelf.frameworks
    told = sorted(f"{Path(problem.file).name}:{problem.line}: {problem.message}" for problem in shelf.problems)
    assert told[:2] == ["a.yaml:0: controls: it is no list of controls", "a.yaml:0: title: it is no text"]
    assert told[2].startswith("b.yaml:1: kind: 'compliance_frmework'")
    assert told[3].startswith("d.yaml:2: id: there is a framework acme in")
    with pytest.raises(NotFound) as missing:
        shelf.find("x")
    assert "a.yaml" in missing.value.message
    assert len(_look(engine, library).problems) == 4


def test_an_extended_framework_takes_the_place_of_the_one_of_assay(engine: Engine, store: Store, tmp_path: Path) -> None:
    """With the id that it extends, it is assessed under that name, with the version of its file."""
    text = "kind: compliance_framework\nid: soc2\nextends: soc2\ncontrols:\n  - {id: CC1.1, checks: [endpoints_encrypted]}\n"
    for signal, request in call("https://a.example/")(uuid4().hex, time.time_ns()):
        store(signal, request)
    library = _library(tmp_path, soc2=text)
    framework = library.read().find("soc2")
    assert framework.controls[0].checks == ("endpoints_encrypted",)
    assert framework.document
    assert framework.document.version


def test_the_examples_of_the_page_can_be_used(engine: Engine, tmp_path: Path) -> None:
    """Every YAML example of docs/compliance.md is valid, its statements are understood, its waivers are about what is there."""
    page = Path(__file__).parents[3] / "docs" / "compliance.md"
    examples = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    library = _library(tmp_path, **{f"example{number}": text for number, text in enumerate(examples)})
    shelf = library.read()
    assert shelf.problems == []
    assert (len(examples), len(shelf.waivers)) == (3, 3)
    assert list(verify(shelf.frameworks["acme"], engine)) == []
