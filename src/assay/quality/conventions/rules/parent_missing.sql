-- kind: rule
-- why: a trace with holes does not tell who called whom, nor where the time went
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: The parent of every span is known
-- topic: traces
-- weight: 5
-- looks_at: spans that have a parent and came early enough for it to have come as well; parents are looked for up to an hour around the time range
-- change: Let every service of the call report here; end and flush spans before a process ends; look whether the SDK drops spans, or a filter here does.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        assay_problem((TraceId, ParentSpanId) NOT IN
            (
                SELECT TraceId, SpanId FROM assay_examined_spans(start = {around_start:Int64}, end = {around_end:Int64}, service = '', one_in = {one_in:UInt64})
                WHERE TraceId IN (SELECT TraceId FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64}))
            ), SpanName, if(bitAnd(Flags, 768) = 768, 'the caller is another process: let it report here',
                'let the parent end, and flush it; let its service report here')) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE ParentSpanId != '' AND ReceivedAt < fromUnixTimestamp64Nano({settled:Int64})
)
GROUP BY service
ORDER BY service
