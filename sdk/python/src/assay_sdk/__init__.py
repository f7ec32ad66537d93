"""Make a Python service observable for Assay: an OpenTelemetry distribution, and a small API for quality management.

Nothing here raises into the host program. What goes wrong is counted (`swallowed_errors`) and logged once.
"""

from assay_sdk.audits import Audit, audit
from assay_sdk.checks import ComplianceCheck, QualityGate, compliance_check, compliance_score, quality_gate
from assay_sdk.delivery import change, deployment, incident_opened, incident_resolved
from assay_sdk.failures import swallowed_errors
from assay_sdk.logs import TraceFilter, add_trace
from assay_sdk.messages import (
    extract_amqp,
    extract_envelope,
    extract_kafka,
    inject_amqp,
    inject_envelope,
    inject_kafka,
)
from assay_sdk.operations import Operation
from assay_sdk.requests import record_request
from assay_sdk.setup import initialize
from assay_sdk.version import __version__
from assay_sdk.workflows import Approval, Validation, Workflow, approval, workflow

__all__ = [
    "Approval",
    "Audit",
    "ComplianceCheck",
    "Operation",
    "QualityGate",
    "TraceFilter",
    "Validation",
    "Workflow",
    "__version__",
    "add_trace",
    "approval",
    "audit",
    "change",
    "compliance_check",
    "compliance_score",
    "deployment",
    "extract_amqp",
    "extract_envelope",
    "extract_kafka",
    "incident_opened",
    "incident_resolved",
    "initialize",
    "inject_amqp",
    "inject_envelope",
    "inject_kafka",
    "quality_gate",
    "record_request",
    "swallowed_errors",
    "workflow",
]
