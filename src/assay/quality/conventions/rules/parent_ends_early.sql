-- kind: rule
-- why: the time of the child is then not in the time of the parent, so durations mislead
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: No parent ends before its child begins
-- topic: traces
-- weight: 1
-- looks_at: spans that have a parent in the same service; what a queue is between, and detached work with a link, is right
-- change: End the span after what it waits for; for work that goes on later begin a trace of its own with a link to this one.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT child.ServiceName AS ServiceName, child.TraceId AS TraceId,
        assay_problem(toUnixTimestamp64Nano(child.Timestamp) > toUnixTimestamp64Nano(parent.Timestamp) + toInt64(parent.Duration) + 1000000,
            concat(parent.SpanName, ' → ', child.SpanName), 'end the parent later, or link instead') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64}) AS child
    INNER JOIN assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64}) AS parent ON child.TraceId = parent.TraceId AND child.ParentSpanId = parent.SpanId AND child.ServiceName = parent.ServiceName
    WHERE parent.SpanKind != 'Producer' AND child.SpanKind != 'Consumer'
)
GROUP BY service
ORDER BY service
