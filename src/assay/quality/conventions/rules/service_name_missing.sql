-- kind: rule
-- why: what has no name is of nobody: it is in no score, no gate and no graph
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Every span names its service
-- topic: resource
-- weight: 5
-- looks_at: all spans
-- change: Set OTEL_SERVICE_NAME, or service.name among the resource attributes.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, assay_problem(ServiceName = '' OR startsWith(ServiceName, 'unknown_service'), if(ServiceName = '', '(no name)', ServiceName),
        'set OTEL_SERVICE_NAME') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
)
GROUP BY service
ORDER BY service
