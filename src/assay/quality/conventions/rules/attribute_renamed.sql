-- kind: rule
-- why: other tools look for the new names; Assay finds an attribute under each name that only was renamed, but not what was split
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Attributes have the names of today's semantic conventions
-- topic: attributes
-- weight: 1
-- looks_at: spans that have attributes; a span that has the new name beside the old one is right
-- change: Update the instrumentation or set OTEL_SEMCONV_STABILITY_OPT_IN=http,database; in your own code use the new name.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, mapKeys(SpanAttributes) AS keys, if(SpanKind IN ('Server', 'Consumer'), 'client', 'server') AS peer,
        arrayMap(old -> (CAST(old, 'String'), replaceOne(transform(CAST(old, 'String'),
            ['http.target', 'http.flavor', 'http.host', 'http.server_name', 'net.transport', 'net.peer.name', 'net.peer.port', 'enduser.id',
             'code.function', 'code.namespace', 'rpc.grpc.status_code', 'rpc.service', 'messaging.protocol', 'messaging.url'],
            ['url.path', 'network.protocol.version', 'server.address', 'server.address', 'network.transport', '<peer>.address', '<peer>.port', 'user.id',
             'code.function.name', 'code.function.name', 'rpc.response.status_code', 'rpc.method', 'network.protocol.name', 'server.address'],
            assay_newest_name(old)), '<peer>', peer)), keys) AS names,
        arrayMap(pair -> concat(pair.1, '\0', pair.2), arrayFilter(pair -> pair.2 != pair.1 AND NOT has(keys, pair.2), names)) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE notEmpty(SpanAttributes)
)
GROUP BY service
ORDER BY service
