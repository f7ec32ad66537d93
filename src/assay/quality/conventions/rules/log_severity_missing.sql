-- kind: rule
-- why: nobody can ask for errors if no record says that it is one
-- reads: otel_logs
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Log records have a severity
-- topic: logs
-- weight: 1
-- looks_at: log records that are no events
-- change: Map the levels of the logging library to SeverityNumber; the SDK's handler does.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, assay_problem(SeverityNumber = 0, concat(if(ScopeName = '', '(no logger)', ScopeName), ' ', SeverityText), 'set SeverityNumber') AS problems
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
        AND ({service:String} = '' OR ServiceName = {service:String}) AND EventName = ''
)
GROUP BY service
ORDER BY service
