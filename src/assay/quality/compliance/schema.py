"""The JSON schemas of documents of frameworks and of waivers, for editors."""

from __future__ import annotations

from typing import Any

from assay.quality.compliance import framework as frameworks
from assay.quality.compliance import waivers
from assay.quality.compliance.check import COLUMNS
from assay.quality.json_schema import DIALECT, TEXT, section


def framework_schema() -> dict[str, Any]:
    """Return the schema of a framework; which checks there are, and what statements mean, is beyond it."""
    check = {
        "name": {"type": "string", "pattern": f"^{frameworks.NAME.pattern}$"},
        "why": {**TEXT, "description": "What it is for, as half a sentence."},
        "next": {**TEXT, "description": "What to do about a finding."},
        "sql": {**TEXT, "description": f"A SELECT that gives {', '.join(COLUMNS)} for each thing that it looked at."},
    }
    control = {
        "id": TEXT,
        "title": {**TEXT, "description": "May be left out where the framework that is extended has one."},
        "checks": {"type": "array", "items": TEXT, "description": "Names of checks, or reported for what services report."},
    }
    return {
        "$schema": DIALECT,
        "title": "compliance framework",
        "description": "Controls, and the checks that speak for each.",
        **section(
            {
                "kind": {"const": frameworks.KIND},
                "id": {"type": "string", "pattern": f"^{frameworks.ID.pattern}$"},
                "title": TEXT,
                "extends": {"enum": list(frameworks.available()), "description": "A framework that comes with Assay."},
                "reported_as": {"type": "array", "items": TEXT, "description": "Names that services give it in their reports."},
                "checks": {"type": "array", "items": section(check, ["name", "why", "sql"])},
                "controls": {"type": "array", "items": section(control, ["id"])},
            },
            ["kind", "id"],
        ),
        "anyOf": [
            {"required": ["extends"]},
            {"required": ["title", "controls"], "properties": {"controls": {"minItems": 1, "items": {"required": ["title"]}}}},
        ],
    }


def waivers_schema() -> dict[str, Any]:
    """Return the schema of waivers; which checks and controls there are is beyond it."""
    waiver = {
        "check": {**TEXT, "description": "Name of a check, all of whose findings or those of a place are accepted."},
        "framework": {**TEXT, "description": "Framework of the control."},
        "control": {**TEXT, "description": "Id of a control that is accepted as a whole."},
        **dict.fromkeys(waivers.PLACE, TEXT),
        "owner": {**TEXT, "description": "Who answers for it."},
        "reason": {**TEXT, "description": "Why it is accepted."},
        "expires": {"type": "string", "format": "date", "description": "The last day on which it holds, in UTC."},
    }
    of_check = {"required": ["check"], "not": {"anyOf": [{"required": ["framework"]}, {"required": ["control"]}]}}
    of_control = {
        "required": ["framework", "control"],
        "not": {"anyOf": [{"required": [key]} for key in ("check", *waivers.PLACE)]},
    }
    listed = {**section(waiver, ["owner", "reason", "expires"]), "oneOf": [of_check, of_control]}
    return {
        "$schema": DIALECT,
        "title": "compliance waivers",
        "description": "What is known to be wrong, and somebody answers for until a day.",
        **section({"kind": {"const": waivers.KIND}, "waivers": {"type": "array", "items": listed}}, ["kind", "waivers"]),
    }
