-- kind: rule
-- why: error rates, gates and sampling go by the status: a failure without it is not seen
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: What failed has status ERROR
-- topic: errors
-- weight: 5
-- looks_at: spans that show a failure: error.type, an exception, a 5xx answer of a server, a 4xx or 5xx answer to a client, or a gRPC code other than 0; an exception
--            on a span with status OK was handled
-- change: Set the status to ERROR where the exception is recorded; set it to OK if the exception was handled.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, StatusCode,
        toUInt16OrZero(firstNonDefault(SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code'])) AS http,
        firstNonDefault(SpanAttributes['rpc.response.status_code'], SpanAttributes['rpc.grpc.status_code']) AS grpc,
        multiIf(
            SpanAttributes['error.type'] != '' AND NOT (SpanKind = 'Server' AND http BETWEEN 400 AND 499), concat('has error.type ', SpanAttributes['error.type']),
            SpanKind = 'Server' AND http >= 500, concat('answered ', toString(http)),
            SpanKind = 'Client' AND http >= 400, concat('was answered ', toString(http)),
            SpanKind = 'Client' AND SpanAttributes['rpc.grpc.status_code'] NOT IN ('', '0'), concat('was answered gRPC code ', grpc),
            has(`Events.Name`, 'exception') AND StatusCode != 'Ok', 'has an exception', '') AS failure,
        assay_problem(StatusCode != 'Error', concat(SpanName, ' ', failure), 'set the status to ERROR') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE failure != ''
)
GROUP BY service
ORDER BY service
