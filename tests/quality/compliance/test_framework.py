from __future__ import annotations

from pathlib import Path

import pytest

from assay.core.errors import InvalidInput, NotFound
from assay.quality import compliance

_PAGE = Path(__file__).parents[3] / "docs" / "compliance.md"
_GOOD = (
    "kind: compliance_framework\nid: f\ntitle: F\ncontrols:\n  - {id: a, title: A, checks: [clocks]}\n  - {id: b, title: B}\n"
)


@pytest.mark.parametrize(
    ("find", "write", "at", "hint"),
    [
        ("title: F", "titel: F", "f.yaml:3: titel: unknown key", "did you mean title?"),
        ("[clocks]", "[clock]", "f.yaml:5: controls[0].checks.clock: unknown key", "did you mean clocks?"),
        ("id: b", "id: a", "f.yaml:6: controls[1].id: a is there twice", "id of its own"),
        ("compliance_framework", "gate", "f.yaml:1: kind: 'gate' is no framework", "compliance_framework"),
        ("title: B", "title: 3", "f.yaml:6: controls[1].title: it is no text", "write a text"),
    ],
)
def test_a_bad_framework_is_refused_with_its_place(find: str, write: str, at: str, hint: str) -> None:
    """What is wrong in a framework is told with file, line, key and what to write instead."""
    with pytest.raises(InvalidInput) as told:
        compliance.parse(_GOOD.replace(find, write), "f.yaml", compliance.names())
    assert told.value.message == at
    assert hint in told.value.hint


def test_the_frameworks_of_assay_can_be_read() -> None:
    """Every framework that comes with Assay is valid, and every check speaks for a control; another name is refused."""
    used = {name for each in compliance.available() for control in compliance.load(each).controls for name in control.checks}
    assert used == set(compliance.names())
    with pytest.raises(NotFound):
        compliance.load("qms")


@pytest.mark.parametrize(
    ("name", "controls", "assessed"),
    [("qms-phase-4", 21, 18), ("soc2", 61, 21), ("iso-27001", 93, 30), ("nist-800-53-r5", 300, 36)],
)
def test_the_page_says_how_much_of_a_framework_is_assessed(name: str, controls: int, assessed: int) -> None:
    """Each framework has as many controls, and as many with checks, as docs/compliance.md says."""
    framework = compliance.load(name)
    assert (len(framework.controls), sum(bool(control.checks) for control in framework.controls)) == (controls, assessed)
    row = next(line for line in _PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{name}`"))
    assert row.endswith(f"| {controls} | {assessed} |")
