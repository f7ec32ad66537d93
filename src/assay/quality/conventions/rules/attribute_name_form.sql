-- kind: rule
-- why: an attribute that has no namespace may mean something else to somebody else, and two spellings are two attributes
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Names of attributes are lower case, with a namespace
-- topic: attributes
-- weight: 1
-- looks_at: spans that have attributes
-- change: Write lower case with dots between namespaces and underscores between words, such as shop.order_id; begin with a namespace of your own.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId,
        arrayMap(key -> concat(key, '\0', if(position(key, '.') = 0, '<namespace>.', ''),
                lower(replaceRegexpAll(replaceRegexpAll(key, '([a-z0-9])([A-Z])', '\\1_\\2'), '[^A-Za-z0-9_.]+', '_'))),
            arrayFilter(key -> NOT match(key, '^[a-z][a-z0-9_]*([.][a-z0-9_-]+)+$')
                AND NOT startsWith(key, 'http.request.header.') AND NOT startsWith(key, 'http.response.header.'),
                arrayMap(key -> CAST(key, 'String'), mapKeys(SpanAttributes)))) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE notEmpty(SpanAttributes)
)
GROUP BY service
ORDER BY service
