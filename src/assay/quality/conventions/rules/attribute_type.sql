-- kind: rule
-- why: a number that was sent as text sorts and compares as text in most tools
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Attributes have the types of the semantic conventions
-- topic: attributes
-- weight: 1
-- looks_at: spans that have an attribute whose type is a whole number or true/false by the semantic conventions
-- change: Set the attribute with a value of the type that the semantic conventions give it.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, mapKeys(SpanAttributes) AS keys,
        arrayMap((key, type) -> concat(CAST(key, 'String'), '\0', 'send ', transform(CAST(key, 'String'), typed, wanted, ''), ', not ', toString(type)),
            arrayFilter((key, type) -> has(typed, key) AND toString(type) != transform(CAST(key, 'String'), typed, wanted, ''), keys, SpanAttributeTypes),
            arrayFilter((type, key) -> has(typed, key) AND toString(type) != transform(CAST(key, 'String'), typed, wanted, ''), SpanAttributeTypes, keys)) AS problems
    FROM
    (
        SELECT *,
            ['http.response.status_code', 'http.status_code', 'http.request.body.size', 'http.response.body.size', 'http.request.resend_count', 'server.port',
             'client.port', 'network.peer.port', 'network.local.port', 'code.line.number', 'thread.id', 'messaging.batch.message_count',
             'messaging.message.body.size', 'db.response.returned_rows', 'process.pid', 'exception.escaped', 'messaging.destination.temporary'] AS typed,
            arrayConcat(arrayWithConstant(15, 'int'), ['bool', 'bool']) AS wanted
        FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    )
    WHERE hasAny(mapKeys(SpanAttributes), typed) AND length(SpanAttributeTypes) = length(SpanAttributes)
)
GROUP BY service
ORDER BY service
