-- kind: check
-- why: a log record is found from its trace: at least half of those of a service have a trace id
-- next: let the logger put the trace id of the current span on each record, as OpenTelemetry's log appenders do
-- reads: otel_logs
-- gives: one row per service with log records that are no events; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, '' AS environment, '' AS subject,
    if(countIf(TraceId = '') > 0.5 * count(), concat(toString(countIf(TraceId = '')), ' of ', toString(count()), ' log records have no trace id'), '') AS finding
FROM otel_logs
WHERE EventName = '' AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
GROUP BY ServiceName
