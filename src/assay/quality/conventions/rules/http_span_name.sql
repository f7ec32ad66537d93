-- kind: rule
-- why: the semantic conventions ask for it, and it makes requests of one kind one operation
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: HTTP server spans are named {method} {route}
-- topic: names
-- weight: 3
-- looks_at: server spans that have an HTTP method and a route
-- change: Let the instrumentation name the span, or set its name to the method and the route once the route is known.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        firstNonDefault(SpanAttributes['http.request.method'], SpanAttributes['http.method']) AS method,
        concat(if(method = '_OTHER', 'HTTP', method), ' ', SpanAttributes['http.route']) AS proper,
        assay_problem(SpanName != proper, SpanName, proper) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE SpanKind = 'Server' AND method != '' AND SpanAttributes['http.route'] != ''
)
GROUP BY service
ORDER BY service
