"""Verdicts: compliance checks and quality gates. What was not decided has not passed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from opentelemetry.context import Context

from assay_sdk import events, names, telemetry
from assay_sdk.failures import guarded
from assay_sdk.operations import Operation, Text

ComplianceResult: TypeAlias = Literal["passed", "failed", "not_applicable"]
GateResult: TypeAlias = Literal["passed", "warning", "failed"]

UNDECIDED = "no verdict was given"
_gates: Counter[tuple[str, str, bool]] = Counter()
_lock = threading.Lock()


class ComplianceCheck(Operation):
    """A check of controls, as the span `qms.compliance.check`, an event per control and metrics; made by `compliance_check`.

    Set `result`. Without one, or after an exception, the check has failed. As a decorator it takes what the function returns:
    True, False or a result.
    """

    span_name = names.SPAN_QMS_COMPLIANCE_CHECK
    operation = "compliance_check"
    result: ComplianceResult | None = None
    evidence: Iterable[str] | None = None
    controls: tuple[str, ...] = ()
    check_id: str | None = None

    def _take(self, returned: Any) -> None:
        if self.result is None:
            self.result = _verdict(returned)

    def _on_begin(self) -> None:
        framework = self.attributes[names.QMS_COMPLIANCE_FRAMEWORK]
        self.event(
            names.SPAN_EVENT_QMS_COMPLIANCE_CHECK_INITIATED,
            {names.QMS_COMPLIANCE_FRAMEWORK: framework, names.QMS_COMPLIANCE_CONTROLS: self.controls},
        )

    def _on_end(self, error: BaseException | None, seconds: float) -> None:
        result = "failed" if error is not None or self.result is None else self.result
        self.set({names.QMS_COMPLIANCE_RESULT: result})
        framework = self.attributes[names.QMS_COMPLIANCE_FRAMEWORK]
        ended_ns = telemetry.sources.clock()
        check_id = self.check_id or telemetry.sources.new_id()
        for control in self.controls:
            _count_check(framework, control, result, seconds)
            events.emit(
                names.EVENT_QMS_COMPLIANCE_CHECKED,
                {
                    names.QMS_COMPLIANCE_FRAMEWORK: framework,
                    names.QMS_COMPLIANCE_CONTROL: control,
                    names.QMS_COMPLIANCE_RESULT: result,
                    names.QMS_COMPLIANCE_CHECK_ID: f"{check_id}/{control}",
                    names.QMS_COMPLIANCE_DURATION_SECONDS: seconds,
                    names.QMS_COMPLIANCE_EVIDENCE: events.texts(self.evidence),
                    names.QMS_EVENT_ID: f"compliance/{check_id}/{control}",
                },
                time_ns=ended_ns,
            )


class QualityGate(Operation):
    """An evaluation of a gate, as the span `qms.quality_gate.evaluate`, an event and metrics; made by `quality_gate`.

    Tell it the criteria with `check`. It has passed if there is one and all are met. Set `result` to say otherwise. As a
    decorator it takes what the function returns: True, False or a result.
    """

    span_name = names.SPAN_QMS_QUALITY_GATE_EVALUATE
    operation = "quality_gate"
    result: GateResult | None = None
    stage: str | None = None
    gate_type: str | None = None
    evaluation_id: str | None = None

    def check(self, criterion: str, passed: bool, reason: str = "") -> None:
        """Add one criterion; `reason` says why it is not met."""
        # A new list, as runs of a decorator are copies of each other.
        self._checks = (*getattr(self, "_checks", ()), (criterion, passed, reason))

    def _take(self, returned: Any) -> None:
        if self.result is None:
            self.result = _verdict(returned)

    def _on_end(self, error: BaseException | None, seconds: float) -> None:
        checks: tuple[tuple[str, bool, str], ...] = getattr(self, "_checks", ())
        met = bool(checks) and all(passed for _, passed, _ in checks)
        result = "failed" if error is not None else self.result or ("passed" if met else "failed")
        reasons = [reason or f"{name} is not met" for name, passed, reason in checks if not passed]
        if error is not None:
            reasons.append(f"{type(error).__name__}: {error}")
        elif result == "failed" and not reasons and self.result is None:
            reasons.append(UNDECIDED)
        self.set({names.QMS_QUALITY_GATE_RESULT: result, names.QMS_QUALITY_GATE_REASONS: reasons})
        self._count(result, checks, seconds)
        evaluation_id = self.evaluation_id or telemetry.sources.new_id()
        events.emit(
            names.EVENT_QMS_QUALITY_GATE_EVALUATED,
            {
                **{key: value for key, value in self.attributes.items() if key != names.QMS_OPERATION},
                names.QMS_QUALITY_GATE_RESULT: result,
                names.QMS_QUALITY_GATE_REASONS: events.texts(reasons),
                names.QMS_QUALITY_GATE_EVALUATION_ID: evaluation_id,
                names.QMS_QUALITY_GATE_DURATION_SECONDS: seconds,
                names.QMS_EVENT_ID: f"quality_gate/{evaluation_id}",
            },
            time_ns=telemetry.sources.clock(),
        )

    def _count(self, result: str, checks: Iterable[tuple[str, bool, str]], seconds: float) -> None:
        where = telemetry.environment()
        labels = _filled(stage=self.stage, result=result, environment=where, **{names.QMS_GATE_TYPE: self.gate_type})
        telemetry.add(names.METRIC_QMS_QUALITY_GATES_TOTAL, 1, labels)
        telemetry.record(names.METRIC_QMS_QUALITY_GATE_DURATION_SECONDS, seconds, labels)
        for criterion, passed, _ in checks:
            # The guidelines count the criteria in the same counter, told apart by these two labels.
            each = {names.QMS_CRITERIA: criterion, names.QMS_CRITERIA_RESULT: "passed" if passed else "failed"}
            telemetry.add(names.METRIC_QMS_QUALITY_GATES_TOTAL, 1, {**labels, **each})
        with _lock:
            _gates[self.stage or "", where, result != "failed"] += 1
            passes, failures = _gates[self.stage or "", where, True], _gates[self.stage or "", where, False]
        rate = 100.0 * passes / (passes + failures)
        telemetry.put(names.METRIC_QMS_QUALITY_GATE_PASS_RATE, rate, _filled(stage=self.stage, environment=where))


def compliance_check(
    framework: Text,
    control: str | Iterable[str],
    *,
    evidence: Iterable[str] | None = None,
    check_id: str | None = None,
    parent: Context | None = None,
) -> ComplianceCheck:
    """Record a check of one control or several of `framework`; `evidence` says where it can be looked at.

    Give `check_id` if the same check may be reported twice: its events are then one.
    """
    controls = (control,) if isinstance(control, str) else tuple(control)
    about = {names.QMS_COMPLIANCE_FRAMEWORK: framework, names.QMS_COMPLIANCE_CONTROLS: controls}
    single = {names.QMS_COMPLIANCE_CONTROL: controls[0]} if len(controls) == 1 else {}
    made = ComplianceCheck({**about, **single}, parent)
    made.controls, made.evidence, made.check_id = controls, evidence, check_id
    return made


def compliance_score(framework: str, percent: float) -> None:
    """Set `qms_compliance_score`: how many percent of the controls of `framework` hold."""
    telemetry.put(names.METRIC_QMS_COMPLIANCE_SCORE, percent, {names.LABEL_FRAMEWORK: framework})


def quality_gate(
    name: Text,
    *,
    stage: str | None = None,
    gate_type: str | None = None,
    evaluation_id: str | None = None,
    parent: Context | None = None,
) -> QualityGate:
    """Record an evaluation of the gate `name`; `gate_type` is the kind of gate, such as performance.

    Give `evaluation_id` if the same evaluation may be reported twice: its events are then one.
    """
    about = {names.QMS_QUALITY_GATE_NAME: name, names.QMS_QUALITY_GATE_STAGE: stage, names.QMS_GATE_TYPE: gate_type}
    made = QualityGate(about, parent)
    made.stage, made.gate_type, made.evaluation_id = stage, gate_type, evaluation_id
    return made


def _verdict(returned: Any) -> Any:
    if isinstance(returned, bool):
        return "passed" if returned else "failed"
    known = {*names.VALUES[names.QMS_COMPLIANCE_RESULT], *names.VALUES[names.QMS_QUALITY_GATE_RESULT]}
    return returned if isinstance(returned, str) and returned in known else None


def _filled(**labels: str | None) -> dict[str, str]:
    return {key: value for key, value in labels.items() if value}


@guarded("a metric")
def _count_check(framework: str, control: str, result: str, seconds: float) -> None:
    if result == "not_applicable":
        return  # it is neither a pass nor a failure, and the guidelines know only these
    labels: dict[str, str | bool] = {
        names.LABEL_FRAMEWORK: framework,
        names.LABEL_CONTROL: control,
        names.LABEL_PASSED: result == "passed",
    }
    where = telemetry.environment()
    if where:
        labels[names.LABEL_ENVIRONMENT] = where
    telemetry.add(names.METRIC_QMS_COMPLIANCE_CHECKS_TOTAL, 1, labels)
    telemetry.record(names.METRIC_QMS_COMPLIANCE_CHECK_DURATION_SECONDS, seconds, labels)
