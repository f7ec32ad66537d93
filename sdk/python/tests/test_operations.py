"""Workflows, approvals, audits, checks and gates make the spans, events and metrics of the guidelines, and break nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import StatusCode

import assay_sdk
from assay_sdk import telemetry as ours
from assay_sdk.testing import Captured


def test_a_workflow_is_a_span_with_its_metrics(telemetry: Captured) -> None:
    """One run: name, attributes and duration of the span as in the guidelines, and the three metrics."""
    with assay_sdk.workflow("WF-1", workflow_type="approval", user_id="ada", stage="review", priority="high") as run:
        assert telemetry.value("qms_workflows_active", workflow_type="approval", priority="high") == 1
        telemetry.clock.advance(1.5)
        with run.validation("schema_validation", rules_count=15) as validation:
            telemetry.clock.advance(0.45)
            validation.result = "failed"
    span = telemetry.span("qms.workflow.process")
    assert dict(span.attributes or {}) == {
        "qms.operation": "workflow_processing",
        "qms.workflow.id": "WF-1",
        "qms.workflow.type": "approval",
        "qms.user.id": "ada",
        "qms.workflow.status": "completed",
        "qms.workflow.duration_ms": 1950,
    }
    assert span.status.status_code is StatusCode.OK
    assert [(event.name, dict(event.attributes or {})) for event in span.events] == [
        (
            "qms.workflow.validation.started",
            {"qms.validation.type": "schema_validation", "qms.validation.rules_count": 15},
        ),
        ("qms.workflow.validation.completed", {"qms.validation.result": "failed", "qms.validation.duration_ms": 450}),
    ]
    assert telemetry.value("qms_workflows_active") == 0
    assert (
        telemetry.value("qms_workflows_processed_total", workflow_type="approval", result="completed", environment="test") == 1
    )
    (point,) = telemetry.points("qms_workflow_duration_seconds")
    assert (point.sum, dict(point.attributes)["stage"], point.explicit_bounds[0]) == (1.95, "review", 0.1)


def test_a_failure_is_recorded_with_what_it_means_and_goes_on(telemetry: Captured) -> None:
    """The exception reaches the caller; the span has it with category, severity and impact, and the recovery action."""
    with pytest.raises(ValueError, match="no such rule"), assay_sdk.workflow("WF-2", workflow_type="order") as run:
        run.on_error("validation_failure", "high", "workflow_blocked", recovery_action="manual_review_required")
        raise ValueError("no such rule")
    span = telemetry.span("qms.workflow.process")
    exception, error = span.events
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "no such rule")
    expected = {
        "exception.type": "ValueError",
        "qms.error.category": "validation_failure",
        "qms.error.severity": "high",
        "qms.error.impact": "workflow_blocked",
    }
    assert expected.items() <= dict(exception.attributes or {}).items()
    assert error.name == "qms.workflow.error"
    assert dict(error.attributes or {}) == {"error.type": "ValueError", "qms.recovery.action": "manual_review_required"}
    assert telemetry.value("qms_workflows_processed_total", result="failed") == 1
    assert telemetry.value("qms_workflows_active") == 0


async def test_decorated_functions_are_runs_of_their_own(telemetry: Captured) -> None:
    """Each call is a span, nested and concurrent ones too, with attributes from its arguments."""

    @assay_sdk.workflow(lambda number, **_: f"WF-{number}", workflow_type="order")
    async def process(number: int, deeper: bool = False) -> int:
        """Process one."""
        await asyncio.sleep(0)
        if deeper:
            await process(number + 100)
        return number

    assert list(await asyncio.gather(process(1, deeper=True), process(2))) == [1, 2]
    assert process.__doc__ == "Process one."
    spans = {str((span.attributes or {})["qms.workflow.id"]): span for span in telemetry.spans}
    assert sorted(spans) == ["WF-1", "WF-101", "WF-2"]
    parent = spans["WF-101"].parent
    assert parent is not None
    assert parent.span_id == spans["WF-1"].context.span_id
    assert spans["WF-2"].parent is None


def test_a_generator_stays_as_it_is(telemetry: Captured) -> None:
    """It has no one run, so it is left undecorated and that is said."""
    before = assay_sdk.swallowed_errors().get("the decoration of a generator", 0)

    @assay_sdk.workflow("WF-9")
    def numbers() -> Iterator[int]:
        yield from (1, 2)

    assert list(numbers()) == [1, 2]
    assert not telemetry.spans
    assert assay_sdk.swallowed_errors()["the decoration of a generator"] == before + 1


def test_an_approval_says_whether_it_was_given(telemetry: Captured) -> None:
    """A decorated function that returns False has refused; the operation is one that is always sampled."""

    @assay_sdk.approval(lambda order: order, user_id="grace")
    def approve(order: str) -> bool:
        return False

    assert approve("WF-3") is False
    attributes = dict(telemetry.span("qms.workflow.approve").attributes or {})
    assert attributes["qms.operation"] == "workflow_approval"
    assert attributes["qms.workflow.status"] == "rejected"


@pytest.mark.parametrize(("fails", "outcome", "status"), [(False, "success", "processed"), (True, "failure", "failed")])
def test_an_audit_is_a_span_and_an_event(fails: bool, outcome: str, status: str, telemetry: Captured) -> None:
    """Who did what to what, and how it ended, in both."""
    try:
        with assay_sdk.audit("ledger", action="book", user_id="ada", resource_id="WF-1", reason="order") as audit:
            audit.record_count = 3
            if fails:
                raise RuntimeError("closed")
    except RuntimeError:
        assert fails
    span, event = telemetry.span("qms.audit.process"), telemetry.event("qms.audit.recorded")
    assert dict(span.attributes or {})["qms.audit.status"] == status
    assert dict(span.attributes or {})["qms.audit.record_count"] == 3
    expected = {
        "qms.audit.type": "ledger",
        "qms.audit.action": "book",
        "qms.audit.user_id": "ada",
        "qms.audit.resource_id": "WF-1",
        "qms.audit.reason": "order",
        "qms.audit.outcome": outcome,
        "service.name": "tested",
    }
    assert expected.items() <= event.attributes.items()
    assert event.trace_id == span.context.trace_id


@pytest.mark.parametrize(
    ("verdict", "result"), [(True, "passed"), (False, "failed"), ("not_applicable", "not_applicable"), (None, "failed")]
)
def test_a_compliance_check_says_what_each_control_came_to(verdict: Any, result: str, telemetry: Captured) -> None:
    """One event and one count per control; a check without a verdict has not passed, and an inapplicable one is not counted."""

    @assay_sdk.compliance_check("SOC2", ["AC-1", "AC-2"], evidence="run/7")
    def check() -> Any:
        telemetry.clock.advance(0.5)
        return verdict

    check()
    span = telemetry.span("qms.compliance.check")
    assert dict(span.attributes or {})["qms.compliance.result"] == result
    assert dict(span.events[0].attributes or {}) == {
        "qms.compliance.framework": "SOC2",
        "qms.compliance.controls": ("AC-1", "AC-2"),
    }
    events = telemetry.events("qms.compliance.checked")
    assert [event.attributes["qms.compliance.control"] for event in events] == ["AC-1", "AC-2"]
    assert {event.attributes["qms.compliance.result"] for event in events} == {result}
    assert len({event.attributes["qms.event.id"] for event in events}) == 2
    counted = 0 if result == "not_applicable" else 1
    assert telemetry.value("qms_compliance_checks_total", control="AC-1", passed=result == "passed") == counted
    assert telemetry.value("qms_compliance_check_duration_seconds", framework="SOC2") == 2 * counted


@pytest.mark.parametrize(
    ("checks", "result", "reasons"),
    [
        ([("purity", True, ""), ("weight", True, "")], "passed", None),
        ([("purity", True, ""), ("weight", False, "9 g < 10 g")], "failed", ("9 g < 10 g",)),
        ([], "failed", ("no verdict was given",)),
    ],
)
def test_a_gate_passes_when_all_criteria_are_met(
    checks: list[tuple[str, bool, str]], result: str, reasons: tuple[str, ...] | None, telemetry: Captured
) -> None:
    """And not when there are none: what was not decided has not passed."""
    with assay_sdk.quality_gate("release", stage="pre_production", gate_type="performance") as gate:
        for criterion, passed, reason in checks:
            gate.check(criterion, passed, reason)
    event = telemetry.event("qms.quality_gate.evaluated")
    assert dict(telemetry.span("qms.quality_gate.evaluate").attributes or {})["qms.quality_gate.result"] == result
    assert event.attributes["qms.quality_gate.result"] == result
    assert event.attributes.get("qms.quality_gate.reasons") == reasons
    labels = {"stage": "pre_production", "result": result, "qms.gate.type": "performance"}
    assert telemetry.value("qms_quality_gates_total", **labels) == 1 + len(checks)
    assert telemetry.value("qms_quality_gates_total", **{"qms.criteria": "weight"}) == (1 if checks else 0)
    assert telemetry.value("qms_quality_gate_duration_seconds", **labels) == 1
    assert telemetry.points("qms_quality_gate_pass_rate")


def test_a_warning_is_said_aloud(telemetry: Captured) -> None:
    """A gate may be passed with a warning."""
    with assay_sdk.quality_gate("release") as gate:
        gate.check("purity", True)
        gate.result = "warning"
    assert telemetry.event("qms.quality_gate.evaluated").attributes["qms.quality_gate.result"] == "warning"


def test_ours_never_breaks_theirs(
    telemetry: Captured, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With everything of ours failing, the host's code runs, returns and raises as without it; failures are logged once."""

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ours")

    for name in ("tracer", "logger", "_instrument", "environment"):
        monkeypatch.setattr(ours, name, broken)
    before = sum(assay_sdk.swallowed_errors().values())
    caplog.set_level(logging.WARNING, "assay_sdk")

    @assay_sdk.workflow(lambda: str(1 / 0), workflow_type="order")
    def work() -> int:
        with assay_sdk.quality_gate("release") as gate, assay_sdk.audit("a", action="b") as audit:
            gate.check("x", True)
            audit.set(None)  # type: ignore[arg-type]  # wrong on purpose
            return 7

    assert [work(), work()] == [7, 7]
    with pytest.raises(KeyError), assay_sdk.compliance_check("SOC2", "AC-1"):
        raise KeyError("theirs")
    assay_sdk.deployment("1.0", environment="production")
    assay_sdk.record_request("/orders", "GET", 200, 0.1)
    assert sum(assay_sdk.swallowed_errors().values()) > before + 5
    told = [record.getMessage() for record in caplog.records if record.name == "assay_sdk"]
    assert len(told) == len(set(told))
    assert trace.get_current_span() is trace.INVALID_SPAN
