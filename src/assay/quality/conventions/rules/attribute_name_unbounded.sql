-- kind: rule
-- why: a name that differs from request to request is another attribute each time: it cannot be asked for, and the tables grow
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: No ids in the names of attributes
-- topic: attributes
-- weight: 5
-- looks_at: spans that have attributes
-- change: Put the id into the value of an attribute with a fixed name.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        arrayDistinct(arrayMap(key -> concat(assay_without_ids(key), '\0', 'put the id into a value of its own'),
            arrayFilter(key -> assay_without_ids(key) != key, arrayMap(key -> CAST(key, 'String'), mapKeys(SpanAttributes))))) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE notEmpty(SpanAttributes)
)
GROUP BY service
ORDER BY service
