-- kind: rule
-- why: a name with an id is another operation for each request: nothing adds up, and the tables grow
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: No ids in the names of spans
-- topic: names
-- weight: 5
-- looks_at: all spans
-- change: Put what differs from request to request into attributes, and into the name only the pattern, such as the route.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        assay_problem(assay_without_ids(SpanName) != SpanName, assay_without_ids(SpanName), 'name it so; what differs belongs into attributes') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
)
GROUP BY service
ORDER BY service
