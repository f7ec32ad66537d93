-- kind: check
-- why: approvals and other audited operations leave an audit record
-- next: send qms.audit.recorded where such an operation ends, within its span
-- reads: assay_spans, assay_event_records
-- gives: one row per service with spans whose qms.operation is audit_trail or workflow_approval; finding is empty where it has audit records, or another
--        service has one in the same trace
WITH audited AS
(
    SELECT toString(Service) AS Service, TraceId FROM assay_event_records FINAL
    WHERE NOT Retracted AND EventName = 'qms.audit.recorded'
        AND Time >= fromUnixTimestamp64Nano({start:Int64}) AND Time < fromUnixTimestamp64Nano({end:Int64})
)
SELECT
    toString(ServiceName) AS service, '' AS environment, '' AS subject,
    if(service IN (SELECT Service FROM audited) OR countIf(TraceId IN (SELECT TraceId FROM audited)) > 0, '', 'no qms.audit.recorded') AS finding
FROM assay_spans
WHERE SpanAttributes['qms.operation'] IN ('audit_trail', 'workflow_approval')
    AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
GROUP BY ServiceName
