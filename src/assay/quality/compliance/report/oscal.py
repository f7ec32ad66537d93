"""An assessment as NIST OSCAL assessment results, for the tools of auditors.

Each assessed control is a finding, each check an observation, each service a component, each waiver in force a risk whose
deviation is approved. Ids are made from that of the assessment, so the same assessment always gives the same document.
Model: NIST, OSCAL assessment results 1.2.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from assay import __version__
from assay.quality.compliance.assessment import Assessed, Assessment, format_time
from assay.quality.compliance.check import Outcome
from assay.quality.compliance.report import content
from assay.quality.compliance.waivers import WaiverState

OSCAL_VERSION = "1.2.3"

_NAMESPACE = "urn:assay:compliance"
_NO_TOKEN = re.compile(r"[^\w.-]")
_REASONS = {"passed": "pass", "failed": "fail"}


def render(assessment: Assessment) -> str:
    """Return the document as JSON."""
    document = {"assessment-results": _Writer(assessment).document()}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"


@dataclass(frozen=True, slots=True)
class _Writer:
    assessment: Assessment

    def document(self) -> dict[str, Any]:
        made = self.assessment
        plan = self._uuid("plan")
        return {
            "uuid": self._uuid("document"),
            "metadata": {
                "title": _line(f"{made.title}: {content.percentage(made.score)}"),
                "last-modified": made.time,
                "version": _line(made.id or made.time),
                "oscal-version": OSCAL_VERSION,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [self._result()],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Plan",
                        "description": "Assay runs the checks of the framework over the window and adds up what they come to: "
                        + made.formulas["framework"],
                    }
                ]
            },
        }

    def _result(self) -> dict[str, Any]:
        made = self.assessment
        assessed = [each for each in made.controls if each.result != "not_assessed"]
        result = {
            "uuid": self._uuid("result"),
            "title": _line(made.title),
            "description": f"{len(assessed)} of {len(made.controls)} controls are assessed; this says nothing of the others. "
            + made.formulas["framework"],
            "start": format_time(made.start_ns),
            "end": format_time(made.end_ns),
            "props": [_property("score", f"{made.score:.2f}")] if made.score is not None else [],
            "local-definitions": {"components": [self._tool(), *self._services()]},
            "reviewed-controls": {"control-selections": [self._selection(assessed)]},
            "observations": [self._observation(each) for each in made.outcomes],
            "risks": [self._risk(each) for each in self._waivers()],
            "findings": [self._finding(each) for each in assessed],
            "remarks": "\n".join(made.problems),
        }
        return _given(result)

    def _selection(self, assessed: list[Assessed]) -> dict[str, Any]:
        # None cannot be written as an empty list: that is all but all.
        chosen = [{"control-id": self._control_id(each.control)} for each in assessed or self.assessment.controls]
        return {"include-controls": chosen} if assessed else {"include-all": {}, "exclude-controls": chosen}

    def _tool(self) -> dict[str, Any]:
        title, about = f"Assay {__version__}", "Keeps the telemetry and events, and runs the checks."
        return self._component("tool", "software", title, about)

    def _services(self) -> Iterator[dict[str, Any]]:
        for each in self.assessment.services:
            about = f"{each.passed} of {each.checks} checks found nothing wrong: {content.percentage(each.score)}"
            yield self._component(f"service/{each.service}", "service", each.service, about)

    def _component(self, name: str, kind: str, title: str, about: str) -> dict[str, Any]:
        state = {"state": "operational"}
        return {"uuid": self._uuid(name), "type": kind, "title": _line(title), "description": about, "status": state}

    def _observation(self, outcome: Outcome) -> dict[str, Any]:
        scored = {each.service for each in self.assessment.services}
        services = [share.service for share in outcome.services if share.service in scored]
        observation = {
            "uuid": self._uuid(f"check/{outcome.check}"),
            "title": _line(outcome.check),
            "description": content.why(outcome) or outcome.check,
            "props": [
                _property("result", outcome.result),
                _property("looked-at", str(outcome.looked_at)),
                _property("found", str(outcome.found)),
                _property("waived", str(outcome.waived)),
                _property("content-hash", outcome.content_hash),
            ],
            "methods": ["TEST"],
            "origins": [{"actors": [{"type": "tool", "actor-uuid": self._uuid("tool")}]}],
            "subjects": [{"subject-uuid": self._uuid(f"service/{name}"), "type": "component"} for name in services],
            "relevant-evidence": [{"description": _line(content.words(each))} for each in outcome.sample],
            "collected": self.assessment.time,
            "remarks": f"{content.counts(outcome)}\n\n" + _indented(outcome.sql),
        }
        return _given(observation)

    def _finding(self, control: Assessed) -> dict[str, Any]:
        key = self._control_id(control.control)
        state = "satisfied" if control.result == "passed" else "not-satisfied"
        risks = [each for each in self._waivers() if self._is_about(each, control)]
        finding = {
            "uuid": self._uuid(f"control/{control.control}"),
            "title": _line(control.title),
            "description": f"{control.control}: {content.WORDS[control.result]}",
            "target": {
                "type": "statement-id",
                "target-id": f"{key}_smt",
                "status": {"state": state, "reason": _REASONS.get(control.result, "other")},
            },
            "related-observations": [{"observation-uuid": self._uuid(f"check/{name}")} for name in control.checks],
            "related-risks": [{"risk-uuid": self._risk_id(each)} for each in risks],
            "remarks": "" if control.result in _REASONS else content.WORDS[control.result],
        }
        return _given(finding)

    def _risk(self, waiver: WaiverState) -> dict[str, Any]:
        return {
            "uuid": self._risk_id(waiver),
            "title": _line(f"Waiver: {content.about(waiver)}"),
            "description": f"{waiver.owner} answers for it.",
            "statement": waiver.reason,
            "status": "deviation-approved",
            "props": [_property("owner", waiver.owner), _property("findings", str(waiver.findings))],
            "deadline": f"{waiver.expires}T23:59:59Z",
        }

    def _waivers(self) -> list[WaiverState]:
        return [each for each in self.assessment.waivers if each.state == "in_force"]

    def _is_about(self, waiver: WaiverState, control: Assessed) -> bool:
        return waiver.check in control.checks or waiver.control == control.control

    def _risk_id(self, waiver: WaiverState) -> str:
        return self._uuid(f"waiver/{waiver}")

    def _control_id(self, control: str) -> str:
        """Return the id as a token; NIST writes those of its own catalogue small."""
        token = _NO_TOKEN.sub("_", control)
        token = token if token[0].isalpha() else f"_{token}"
        return token.lower() if self.assessment.framework.startswith("nist-800-53") else token

    def _uuid(self, name: str) -> str:
        made = self.assessment
        return str(uuid5(NAMESPACE_URL, f"{_NAMESPACE}:{made.id or made.time}:{made.framework}:{name}"))


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _NAMESPACE, "value": _line(value)}


def _line(text: str) -> str:
    return " ".join(text.split()) or "-"


def _indented(sql: str) -> str:
    """Return a statement as a block of code of Markdown."""
    return "\n".join(f"    {line}" for line in sql.splitlines())


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, which OSCAL does not allow."""
    return {name: value for name, value in members.items() if value not in ("", [])}
