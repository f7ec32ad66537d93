-- kind: rule
-- why: the records of a request are found from its trace, and the trace from a record, only by these ids
-- reads: otel_logs
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Log records carry the ids of trace and span
-- topic: logs
-- weight: 3
-- looks_at: log records that are no events
-- change: Switch on the log correlation of the SDK (assay-sdk does), and write the record while the span is current; what is written outside of requests has
--          none.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, assay_problem(TraceId = '' OR SpanId = '', concat(if(ScopeName = '', '(no logger)', ScopeName), ' ', lower(SeverityText)),
        if(TraceId = '', 'send trace and span id', 'send the span id')) AS problems
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
        AND ({service:String} = '' OR ServiceName = {service:String}) AND EventName = ''
)
GROUP BY service
ORDER BY service
