"""What services report of controls themselves, as outcomes like those of checks."""

from __future__ import annotations

from dataclasses import replace

from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.compliance.check import Evidence, Outcome, run
from assay.quality.compliance.framework import REPORTED, Framework

_FOLDER = "assay.quality.compliance"


def read_reports(engine: Engine, framework: Framework, start_ns: int, end_ns: int) -> tuple[dict[str, Outcome], list[str]]:
    """Return the outcome of what services reported in a window, by control, and reports that are about no control of it.

    A control that asks for reports has an outcome also if there are none: no data.
    """
    about = [framework.id, *framework.reported_as]
    within = {"start": start_ns, "end": end_ns, "frameworks": about}
    rows = engine.query(load(_FOLDER, "list_reported"), within).dicts()
    plain = _plain_names(engine, framework)
    told = {plain[row["plain"]] for row in rows if row["plain"] in plain}
    wanted = {control.id for control in framework.controls if REPORTED in control.checks} | told
    strange = [
        f"{' and '.join(row['services'])} reported the control {row['control']!r}, which {framework.id} does not have"
        for row in rows
        if row["plain"] not in plain
    ]
    return {control: _report(engine, about, control, (start_ns, end_ns)) for control in sorted(wanted)}, strange


def _plain_names(engine: Engine, framework: Framework) -> dict[str, str]:
    ids = [control.id for control in framework.controls]
    statement = "SELECT arrayMap(name -> assay_plain_name(name), {names:Array(String)})"
    return dict(zip(engine.query(statement, {"names": ids}).rows[0][0], ids, strict=True))


def _report(engine: Engine, frameworks: list[str], control: str, within: tuple[int, int]) -> Outcome:
    evidence: Evidence = {"frameworks": lambda _start, _end: frameworks, "control": lambda _start, _end: control}
    statement = replace(load(_FOLDER, "reports"), name=f"{REPORTED}/{control}")
    return run(engine, statement, *within, evidence)
