-- kind: rule
-- why: a cycle has no beginning: the trace cannot be drawn, and no path through it be measured
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: No span is its own ancestor
-- topic: traces
-- weight: 5
-- looks_at: spans that have a parent; in traces of more than 500 spans nothing is found
-- change: Look for span ids that are used twice: a copied random state after a fork, or a span context that is set by hand.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, assay_problem((TraceId, SpanId) IN
        (
            -- Each step doubles how far up it looks: after ten, only a span in or below a cycle still has an ancestor.
            SELECT TraceId, arrayJoin(arrayFilter((id, ancestor) -> ancestor > 0, ids,
                arrayFold((reached, step) -> arrayMap(place -> if(place = 0, toUInt64(0), reached[place]), reached), range(10), above)))
            FROM
            (
                SELECT TraceId, groupArray((SpanId, ParentSpanId)) AS spans, tupleElement(spans, 1) AS ids,
                    arrayMap(parent -> indexOf(ids, parent), tupleElement(spans, 2)) AS above
                FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = '', one_in = {one_in:UInt64})
                WHERE TraceId IN
                (
                    -- Somewhere around a cycle a span does not begin after its parent.
                    SELECT child.TraceId
                    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = '', one_in = {one_in:UInt64}) AS child
                    INNER JOIN assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = '', one_in = {one_in:UInt64}) AS parent
                        ON child.TraceId = parent.TraceId AND child.ParentSpanId = parent.SpanId
                    WHERE child.Timestamp <= parent.Timestamp AND child.TraceId IN
                    (
                        SELECT TraceId FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
                    )
                )
                GROUP BY TraceId
                HAVING count() <= 500
            )
        ), SpanName, 'give every span an id of its own') AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE ParentSpanId != ''
)
GROUP BY service
ORDER BY service
