-- kind: rule
-- why: requests, service graph and gates count by kind: a call that is internal is not counted
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Spans have the kind that fits what they do
-- topic: traces
-- weight: 3
-- looks_at: spans that have an HTTP method, or attributes of a database, a queue or a remote call, or no kind at all; an embedded database may be internal
-- change: Set the kind when the span is started: SERVER and CLIENT for calls, PRODUCER and CONSUMER for queues, CLIENT for databases.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        firstNonDefault(SpanAttributes['db.system.name'], SpanAttributes['db.system']) AS database,
        firstNonDefault(SpanAttributes['messaging.operation.type'], SpanAttributes['messaging.operation'], SpanAttributes['messaging.operation.name']) AS operation,
        firstNonDefault(SpanAttributes['rpc.system.name'], SpanAttributes['rpc.system']) AS call,
        firstNonDefault(SpanAttributes['http.request.method'], SpanAttributes['http.method']) AS method,
        SpanKind IN ('Internal', 'Unspecified', '') AS none,
        assay_problem(none AND database NOT IN ('sqlite', 'h2', 'hsqldb', 'derby', 'duckdb') OR SpanKind IN ('Unspecified', ''), concat(SpanName, ' is ', lower(SpanKind)),
            multiIf(database != '', 'CLIENT', SpanAttributes['messaging.system'] != '', if(operation IN ('receive', 'process', 'settle', 'deliver'), 'CONSUMER', 'PRODUCER'),
                SpanAttributes['http.route'] != '', 'SERVER', call != '' OR method != '', 'CLIENT or SERVER', 'INTERNAL, if it is no call')) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE database != '' OR SpanAttributes['messaging.system'] != '' OR call != '' OR method != '' OR SpanKind IN ('Unspecified', '')
)
GROUP BY service
ORDER BY service
