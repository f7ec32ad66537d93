"""Workflows, their validation and their approval."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry.context import Context

from assay_sdk import names, telemetry
from assay_sdk.operations import Operation, Text


@dataclass(slots=True)
class Validation:
    """One validation of a workflow; set `result` to `failed` if it did."""

    result: str = "passed"


class Workflow(Operation):
    """One run of a workflow, as the span `qms.workflow.process`; made by `workflow`.

    `status` is what it comes to: set it to say so, otherwise it is `completed`, or `failed` after an exception.
    """

    span_name = names.SPAN_QMS_WORKFLOW_PROCESS
    operation = "workflow_processing"
    status: str = ""
    stage: str | None = None
    priority: str | None = None
    _counted: bool = False

    @contextmanager
    def validation(self, validation_type: str, rules_count: int | None = None) -> Iterator[Validation]:
        """Put two events around a validation: when it starts, and when it has ended with result and duration."""
        counted = {} if rules_count is None else {names.QMS_VALIDATION_RULES_COUNT: rules_count}
        self.event(names.SPAN_EVENT_QMS_WORKFLOW_VALIDATION_STARTED, {names.QMS_VALIDATION_TYPE: validation_type, **counted})
        started_ns = telemetry.sources.clock()
        validation = Validation()
        try:
            yield validation
        except BaseException:
            validation.result = "failed"
            raise
        finally:
            took_ms = max(0, (telemetry.sources.clock() - started_ns) // 1_000_000)
            self.event(
                names.SPAN_EVENT_QMS_WORKFLOW_VALIDATION_COMPLETED,
                {names.QMS_VALIDATION_RESULT: validation.result, names.QMS_VALIDATION_DURATION_MS: took_ms},
            )

    def _on_begin(self) -> None:
        self._counted = True
        telemetry.add(names.METRIC_QMS_WORKFLOWS_ACTIVE, 1, self._labels(priority=self.priority))

    def _on_end(self, error: BaseException | None, seconds: float) -> None:
        if self._counted:
            telemetry.add(names.METRIC_QMS_WORKFLOWS_ACTIVE, -1, self._labels(priority=self.priority))
        status = self.status or ("completed" if error is None else "failed")
        self.set({names.QMS_WORKFLOW_STATUS: status, names.QMS_WORKFLOW_DURATION_MS: round(seconds * 1000)})
        if error is not None:
            self._explain(error)
        where = telemetry.environment() or None
        timed = self._labels(stage=self.stage, environment=where)
        telemetry.record(names.METRIC_QMS_WORKFLOW_DURATION_SECONDS, seconds, timed)
        telemetry.add(names.METRIC_QMS_WORKFLOWS_PROCESSED_TOTAL, 1, self._labels(result=status, environment=where))

    def _explain(self, error: BaseException) -> None:
        recovery = {names.QMS_RECOVERY_ACTION: self._recovery} if self._recovery else {}
        self.event(names.SPAN_EVENT_QMS_WORKFLOW_ERROR, {names.ERROR_TYPE: type(error).__name__, **recovery})

    def _labels(self, **labels: str | None) -> dict[str, str]:
        kind = self.attributes.get(names.QMS_WORKFLOW_TYPE)
        return {key: value for key, value in {names.LABEL_WORKFLOW_TYPE: kind, **labels}.items() if value}


class Approval(Operation):
    """One approval, as the span `qms.workflow.approve`, which is always sampled; made by `approval`.

    Set `approved` to False if it is refused.
    """

    span_name = names.SPAN_QMS_WORKFLOW_APPROVE
    operation = "workflow_approval"
    approved: bool = True

    def _take(self, returned: object) -> None:
        if isinstance(returned, bool):
            self.approved = returned

    def _on_end(self, error: BaseException | None, seconds: float) -> None:
        status = "failed" if error is not None else "approved" if self.approved else "rejected"
        self.set({names.QMS_WORKFLOW_STATUS: status})


def workflow(
    workflow_id: Text = None,
    *,
    workflow_type: Text = None,
    user_id: Text = None,
    session_id: Text = None,
    stage: str | None = None,
    priority: str | None = None,
    parent: Context | None = None,
) -> Workflow:
    """Record one run of a workflow: a span, and `qms_workflows_active`, `…_duration_seconds` and `…_processed_total`.

    `stage` and `priority` are labels of the metrics. `parent` is what an `extract_…` returned, for work that came in a message.
    """
    made = Workflow(_about(workflow_id, workflow_type, user_id, session_id), parent)
    made.stage, made.priority = stage, priority
    return made


def approval(
    workflow_id: Text = None,
    *,
    workflow_type: Text = None,
    user_id: Text = None,
    session_id: Text = None,
    parent: Context | None = None,
) -> Approval:
    """Record that somebody approves a workflow; `user_id` is who. A decorated function that returns False has refused."""
    return Approval(_about(workflow_id, workflow_type, user_id, session_id), parent)


def _about(workflow_id: Text, workflow_type: Text, user_id: Text, session_id: Text) -> dict[str, Text]:
    return {
        names.QMS_WORKFLOW_ID: workflow_id,
        names.QMS_WORKFLOW_TYPE: workflow_type,
        names.QMS_USER_ID: user_id,
        names.QMS_SESSION_ID: session_id,
    }
