from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it comes without types

from assay.core.errors import InvalidInput, NotFound
from assay.quality import compliance
from assay.quality.compliance.schema import framework_schema, waivers_schema
from assay.quality.documents import locate, parse_document

_PAGE = Path(__file__).parents[3] / "docs" / "compliance.md"
_GOOD = """kind: compliance_framework
id: f
title: F
checks:
  - name: backups
    why: there is a backup of every day
    sql: SELECT service, environment, subject, '' AS finding FROM backups WHERE day > {start:Int64}
controls:
  - {id: a, title: A, checks: [clocks, backups]}
  - {id: b, title: B}
"""


def _parse(text: str) -> compliance.Framework:
    return compliance.parse_framework(parse_document(text, Path("f.yaml")))


@pytest.mark.parametrize(
    ("find", "write", "at", "hint"),
    [
        ("title: F", "titel: F", "f.yaml:3: titel: unknown key", "did you mean title?"),
        ("[clocks", "[clock", "f.yaml:9: controls[0].checks.clock: unknown key", "did you mean clocks?"),
        ("id: b", "id: a", "f.yaml:10: controls[1].id: a is there twice", "id of its own"),
        ("title: B", "title: 3", "f.yaml:10: controls[1].title: it is no text", "write a text"),
        ("id: f", "id: soc2", "f.yaml:2: id: soc2 comes with Assay", "extends: soc2"),
        ("id: f", "id: f g", "f.yaml:2: id: 'f g' is no id", "letters"),
        ("title: F", "extends: soc3", "f.yaml:3: extends: 'soc3' does not come with Assay", "soc2"),
        ("name: backups", "name: clocks", "f.yaml:5: checks[0].name: there is a check clocks already", "another name"),
        ("name: backups", "name: reported", "f.yaml:5: checks[0].name: there is a check reported already", "another name"),
        ("{start:Int64}", "{sttings:Int64}", "f.yaml:7: checks[0].sql.sttings: unknown key", "did you mean settings?"),
        ("    why: there is a backup of every day\n", "", "f.yaml:5: checks[0].why: it is no text", "write a text"),
        ("title: F", "title: F\nreported_as: SOC2", "f.yaml:4: reported_as: it is no list of texts", "SOC2"),
    ],
)
def test_a_bad_framework_is_refused_with_its_place(find: str, write: str, at: str, hint: str) -> None:
    """What is wrong in a framework is told with file, line, key and what to write instead."""
    assert _parse(_GOOD).own["f/backups"].parameters == {"start": "Int64"}
    text = _GOOD.replace(find, write)
    with pytest.raises(InvalidInput) as told:
        _parse(text)
    assert str(locate(told.value, Path("f.yaml"), text)) == at
    assert hint in told.value.hint


def test_an_owner_adds_to_a_framework_of_assay() -> None:
    """With `extends` all controls are there; one that is named again keeps its title and gets more checks."""
    text = _GOOD.replace("title: F", "extends: soc2").replace("id: a, title: A", "id: CC8.1")
    extended, base = _parse(text), compliance.load("soc2")
    assert [control.id for control in extended.controls] == [*(control.id for control in base.controls), "b"]
    before = next(control for control in base.controls if control.id == "CC8.1")
    after = next(control for control in extended.controls if control.id == "CC8.1")
    assert after == replace(before, checks=(*before.checks, "clocks", "f/backups"))
    assert (extended.title, extended.reported_as) == (base.title, (*base.reported_as, "soc2"))


def test_the_frameworks_of_assay_can_be_read() -> None:
    """Every framework that comes with Assay is valid, and every check speaks for a control; another name is refused."""
    used = {name for each in compliance.available() for control in compliance.load(each).controls for name in control.checks}
    assert used - {"reported"} == set(compliance.names())
    with pytest.raises(NotFound):
        compliance.load("qms")


@pytest.mark.parametrize(
    ("name", "controls", "assessed"),
    [("qms-phase-4", 21, 19), ("soc2", 61, 21), ("iso-27001", 93, 30), ("nist-800-53-r5", 300, 36)],
)
def test_the_page_says_how_much_of_a_framework_is_assessed(name: str, controls: int, assessed: int) -> None:
    """Each framework has as many controls, and as many with checks, as docs/compliance.md says."""
    framework = compliance.load(name)
    assert (len(framework.controls), sum(bool(control.checks) for control in framework.controls)) == (controls, assessed)
    row = next(line for line in _PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{name}`"))
    assert row.endswith(f"| {controls} | {assessed} |")


def _plain(text: str) -> object:
    """What a file holds as editors see it: without times."""
    return yaml.load(text, yaml.BaseLoader)


@pytest.mark.parametrize("text", [_GOOD, "kind: compliance_framework\nid: soc2\nextends: soc2\ncontrols: [{id: CC6.1}]\n"])
def test_the_schema_of_frameworks_accepts_what_is_accepted(text: str) -> None:
    """Whatever is read without an error an editor does not underline either, and what comes with Assay is so too."""
    validator = Draft202012Validator(framework_schema())
    validator.validate(_plain(text))
    assert _parse(text)
    for name in compliance.available():
        shipped = _plain((files("assay.quality.compliance.frameworks") / f"{name}.yaml").read_text("utf-8"))
        validator.validate(shipped)


@pytest.mark.parametrize(
    ("find", "write"),
    [
        ("title: F", "titel: F"),
        ("id: f", "id: f g"),
        ("name: backups", "name: Backups"),
        ("title: F", "extends: soc3"),
        ("why:", "wy:"),
    ],
)
def test_the_schema_of_frameworks_refuses_what_is_refused(find: str, write: str) -> None:
    """What would be refused is underlined."""
    text = _GOOD.replace(find, write, 1)
    with pytest.raises(InvalidInput):
        _parse(text)
    assert not Draft202012Validator(framework_schema()).is_valid(_plain(text))


@pytest.mark.parametrize(
    ("waiver", "fine"),
    [
        ("{check: clocks, service: a, owner: a, reason: b, expires: 2026-12-31}", True),
        ("{framework: soc2, control: A1.1, owner: a, reason: b, expires: 2026-12-31}", True),
        ("{check: clocks, control: A1.1, owner: a, reason: b, expires: 2026-12-31}", False),
        ("{framework: soc2, control: A1.1, service: a, owner: a, reason: b, expires: 2026-12-31}", False),
        ("{check: clocks, owner: a, expires: 2026-12-31}", False),
        ("{check: clocks, owner: a, reason: b, expires: soon}", False),
    ],
)
def test_the_schema_of_waivers_tells_what_would_be_refused(waiver: str, fine: bool) -> None:
    """An editor accepts what is read without an error, and only that."""
    text = f"kind: compliance_waivers\nwaivers: [{waiver}]\n"
    validator = Draft202012Validator(waivers_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert validator.is_valid(_plain(text)) == fine
    with nullcontext() if fine else pytest.raises(InvalidInput):
        compliance.parse_waivers(parse_document(text, Path("w.yaml")))
