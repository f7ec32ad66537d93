"""The ways in: telemetry of the world becomes OTLP request bytes."""

from assay.receivers.budget import Budget
from assay.receivers.event_handlers import event_handlers
from assay.receivers.legacy import Legacy
from assay.receivers.otlp_grpc import OtlpGrpc
from assay.receivers.otlp_http import OtlpHttp

__all__ = ["Budget", "Legacy", "OtlpGrpc", "OtlpHttp", "event_handlers"]
