"""Assessments as events: one for each control that is assessed, and one for the whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson
from pydantic import TypeAdapter

from assay.core.errors import NotFound
from assay.core.events import ID, SOURCE, AttributeValue, Event
from assay.core.ports import Engine
from assay.core.statement import load
from assay.quality.compliance.assessment import Assessed, Assessment

CHECKED, ASSESSED = "qms.compliance.checked", "qms.compliance.assessed"
FOLDER = "assay.quality.compliance"

_ASSAY = "assay"
_ASSESSMENTS = TypeAdapter(Assessment)


def events_of(assessment: Assessment, time_ns: int, scheduled: bool) -> list[Event]:
    """Return an event for each control that is assessed and one for the assessment.

    The body of a control's event has the outcomes of its checks as JSON, so that the event alone proves what it says; the body
    of the other has all of the assessment but these.
    """
    controls = [each for each in assessment.controls if each.result != "not_assessed"]
    whole = asdict(assessment)
    del whole["outcomes"]
    body = _json(whole)
    told: dict[str, AttributeValue | None] = {
        **_common(assessment),
        ID: f"compliance/{assessment.id}",
        "qms.compliance.score": assessment.score,
        "qms.compliance.duration_seconds": assessment.seconds,
        "qms.compliance.scheduled": scheduled,
        "qms.compliance.content_hash": _hash(body),
    }
    return [
        *(_control_event(assessment, control, time_ns) for control in controls),
        Event(ASSESSED, time_ns, _given(told), body),
    ]


def read(engine: Engine, key: str) -> Assessment:
    """Return a recorded assessment.

    Raises:
        NotFound: there is none with this id.
    """
    rows = engine.query(load(FOLDER, "read_assessment"), {"id": f"compliance/{key}"}).dicts()
    whole = next((row["body"] for row in rows if row["name"] == ASSESSED), None)
    if whole is None:
        hint = "see `assay compliance score`; one that was just made can be read a moment later"
        raise NotFound("assessment_unknown", f"There is no assessment {key!r}", hint)
    outcomes = {
        outcome["check"]: outcome for row in rows if row["name"] == CHECKED for outcome in orjson.loads(row["body"])["outcomes"]
    }
    assessment = {**orjson.loads(whole), "outcomes": [outcomes[name] for name in sorted(outcomes)]}
    return _ASSESSMENTS.validate_python(assessment)


def parse(answer: Mapping[str, Any]) -> Assessment:
    """Read an assessment as the API gives it."""
    return _ASSESSMENTS.validate_python(answer)


def _control_event(assessment: Assessment, control: Assessed, time_ns: int) -> Event:
    outcomes = assessment.outcomes_of(control)
    waivers = [each for each in assessment.waivers if each.check in control.checks or each.control == control.control]
    body = _json({
        "control": control.control,
        "title": control.title,
        "outcomes": [asdict(each) for each in outcomes],
        "waivers": [asdict(each) for each in waivers],
    })  # fmt: skip
    key = f"{assessment.id}/{control.control}"
    told: dict[str, AttributeValue | None] = {
        **_common(assessment),
        ID: f"compliance/{key}",
        "qms.compliance.check_id": key,
        "qms.compliance.control": control.control,
        "qms.compliance.result": control.result,
        "qms.compliance.score": control.score,
        "qms.compliance.checks": list(control.checks),
        "qms.compliance.looked_at": sum(each.looked_at for each in outcomes),
        "qms.compliance.found": sum(each.found for each in outcomes),
        "qms.compliance.waived": sum(each.waived for each in outcomes),
        "qms.compliance.duration_seconds": sum(each.seconds for each in outcomes),
        "qms.compliance.content_hash": _hash(body),
    }
    return Event(CHECKED, time_ns, _given(told), body)


def _common(assessment: Assessment) -> dict[str, AttributeValue | None]:
    return {
        SOURCE: _ASSAY,
        "service.name": _ASSAY,
        "qms.compliance.framework": assessment.framework,
        "qms.compliance.assessment_id": assessment.id,
    }


def _given(attributes: Mapping[str, AttributeValue | None]) -> dict[str, AttributeValue]:
    return {key: value for key, value in attributes.items() if value is not None}


def _json(content: Mapping[str, object]) -> str:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
