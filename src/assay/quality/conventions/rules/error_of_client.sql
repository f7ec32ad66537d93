-- kind: rule
-- why: the mistake of a caller is none of the service: it would spoil its error rate and its gates
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: A server span is no error for a 4xx answer
-- topic: errors
-- weight: 1
-- looks_at: server spans that answered 4xx
-- change: Leave the status of server spans unset for 4xx answers.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, firstNonDefault(SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code']) AS http,
        assay_problem(StatusCode = 'Error', concat(SpanName, ' answered ', http), 'leave the status unset') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE SpanKind = 'Server' AND match(http, '^4[0-9][0-9]$')
)
GROUP BY service
ORDER BY service
