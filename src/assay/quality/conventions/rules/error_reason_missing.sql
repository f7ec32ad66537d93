-- kind: rule
-- why: an error without a reason has to be reproduced to be understood
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: A span with status ERROR says why
-- topic: errors
-- weight: 3
-- looks_at: spans that have status ERROR
-- change: Record the exception on the span, or give the status a description or the span an error.type.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        assay_problem(StatusMessage = '' AND NOT has(`Events.Name`, 'exception') AND firstNonDefault(SpanAttributes['error.type'],
            SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code'], SpanAttributes['rpc.grpc.status_code'],
            SpanAttributes['rpc.response.status_code'], SpanAttributes['db.response.status_code'], SpanAttributes['exception.type'],
            SpanAttributes['exception.message']) = '', SpanName, 'record the exception or describe the status') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE StatusCode = 'Error'
)
GROUP BY service
ORDER BY service
