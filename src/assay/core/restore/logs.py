"""Rows of `otel_logs` back to log records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from assay.core.restore.attributes import restore_attributes, restore_value
from assay.core.restore.groups import Groups, Row


def logs(rows: Iterable[Row]) -> ExportLogsServiceRequest:
    """Return a request with one log record for each row of `otel_logs`."""
    request = ExportLogsServiceRequest()
    groups = Groups(request.resource_logs, "scope_logs")
    for row in rows:
        _add_record(groups.scope(row).log_records, row)
    return request


def _add_record(records: Any, row: Row) -> None:
    overflow: dict[str, str] = dict(row["Overflow"])
    record = records.add(
        time_unix_nano=row["TimeUnixNano"],
        observed_time_unix_nano=row["ObservedTimeUnixNano"],
        severity_text=row["SeverityText"],
        dropped_attributes_count=row["DroppedAttributesCount"],
        flags=int(overflow.get("flags") or row["TraceFlags"]),
        trace_id=bytes.fromhex(row["TraceId"]),
        span_id=bytes.fromhex(row["SpanId"]),
        event_name=row["EventName"],
    )
    record.severity_number = int(overflow.get("severity_number") or row["SeverityNumber"])
    restore_attributes(record.attributes, row["LogAttributes"], row["LogAttributeTypes"])
    if row["BodyType"] != "empty":
        restore_value(record.body, row["Body"], row["BodyType"])
