"""Audit records: who did what to what, and how it ended."""

from __future__ import annotations

from opentelemetry.context import Context

from assay_sdk import events, names, telemetry
from assay_sdk.operations import Operation, Text


class Audit(Operation):
    """Something that has to be provable later, as the span `qms.audit.process` and the event `qms.audit.recorded`.

    Made by `audit`. Set `outcome` to `denied` if it was not allowed, and `record_count` to the number of records made.
    """

    span_name = names.SPAN_QMS_AUDIT_PROCESS
    operation = "audit_trail"
    outcome: str = "success"
    record_count: int | None = None
    reason: str | None = None

    def _on_end(self, error: BaseException | None, seconds: float) -> None:
        status = "processed" if error is None else "failed"
        counted = {} if self.record_count is None else {names.QMS_AUDIT_RECORD_COUNT: self.record_count}
        self.set({names.QMS_AUDIT_STATUS: status, **counted})
        about = {key: value for key, value in self.attributes.items() if key != names.QMS_OPERATION}
        outcome = self.outcome if error is None else "failure"
        events.emit(
            names.EVENT_QMS_AUDIT_RECORDED,
            {**about, names.QMS_AUDIT_OUTCOME: outcome, names.QMS_AUDIT_REASON: self.reason},
            time_ns=telemetry.sources.clock(),
        )


def audit(
    audit_type: Text,
    *,
    action: Text,
    user_id: Text = None,
    resource_id: Text = None,
    resource_type: Text = None,
    reason: str | None = None,
    parent: Context | None = None,
) -> Audit:
    """Record that somebody (`user_id`) does something (`action`) to something: a span that is always sampled, and an event.

    An exception makes the outcome `failure`. The event is sent however the trace is sampled.
    """
    made = Audit(
        {
            names.QMS_AUDIT_TYPE: audit_type,
            names.QMS_AUDIT_ACTION: action,
            names.QMS_AUDIT_USER_ID: user_id,
            names.QMS_AUDIT_RESOURCE_ID: resource_id,
            names.QMS_AUDIT_RESOURCE_TYPE: resource_type,
        },
        parent,
    )
    made.reason = reason
    return made
