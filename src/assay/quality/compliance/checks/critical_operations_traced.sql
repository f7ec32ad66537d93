-- kind: check
-- why: critical operations are traced: whoever reports audit records, quality gates or compliance checks has spans of such an operation
-- next: open a span with qms.operation around the operation, as the SDK's decorators do
-- reads: assay_event_records, assay_spans
-- gives: one row per service that reported such; finding is empty where it has a span whose qms.operation is a critical one
WITH traced AS
(
    SELECT DISTINCT toString(ServiceName) FROM assay_spans
    WHERE SpanAttributes['qms.operation'] IN ('compliance_check', 'audit_trail', 'quality_gate', 'workflow_approval')
        AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
)
SELECT toString(Service) AS service, '' AS environment, '' AS subject, if(service IN (SELECT * FROM traced), '', 'no span has a critical qms.operation') AS finding
FROM assay_event_records FINAL
WHERE NOT Retracted AND EventName IN ('qms.audit.recorded', 'qms.quality_gate.evaluated', 'qms.compliance.checked') AND Service NOT IN ('', 'assay')
    AND Source NOT IN ('api', 'cli') AND Attributes['qms.compliance.assessment_id'] = '' AND Attributes['qms.quality_gate.document'] = ''
    AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
GROUP BY Service
