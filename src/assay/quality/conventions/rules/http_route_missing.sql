-- kind: rule
-- why: without http.route the requests to one handler cannot be put together
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: HTTP server spans have a route
-- topic: attributes
-- weight: 1
-- looks_at: server spans that have an HTTP method and did not answer 404 or 405
-- change: Use an instrumentation of the web framework, not only of its server, or set http.route to the pattern of the route.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, assay_problem(SpanAttributes['http.route'] = '', SpanName, 'set http.route') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE SpanKind = 'Server' AND firstNonDefault(SpanAttributes['http.request.method'], SpanAttributes['http.method']) != ''
        AND firstNonDefault(SpanAttributes['http.response.status_code'], SpanAttributes['http.status_code']) NOT IN ('404', '405')
)
GROUP BY service
ORDER BY service
