-- kind: rule
-- why: views, service graphs and alerts of every tool are built on these attributes
-- reads: assay_examined_spans
-- gives: one row per service that the rule applies to: how many were checked, how many of them found wrong, and the worst offenders (subject, instead, times,
--         traces)
-- title: Spans have what the semantic conventions require of their kind
-- topic: attributes
-- weight: 3
-- looks_at: spans that are of an HTTP server or client, or have an attribute of a database, a queue or a remote call
-- change: Set the attribute where the call is made, or use an instrumentation that does.
SELECT ServiceName AS service, count() AS checked, countIf(notEmpty(problems)) AS found, assay_offenders(problems, TraceId) AS offenders
FROM
(
    SELECT ServiceName, TraceId, mapKeys(SpanAttributes) AS keys, firstNonDefault(SpanAttributes['http.request.method'], SpanAttributes['http.method']) != '' AS http,
        arrayExists(key -> startsWith(key, 'db.'), keys) AS database, arrayExists(key -> startsWith(key, 'messaging.'), keys) AS queue,
        arrayExists(key -> startsWith(key, 'rpc.'), keys) AS call,
        arrayMap(needed -> concat(CAST(SpanName, 'String'), '\0', 'set ', needed.1[1]), arrayFilter(needed -> needed.2 AND NOT hasAny(keys, needed.1), [
            (['url.scheme', 'http.scheme'], http AND SpanKind = 'Server'),
            (['url.path', 'http.target', 'http.url', 'url.full'], http AND SpanKind = 'Server'),
            (['url.full', 'http.url'], http AND SpanKind = 'Client'),
            (['server.address', 'net.peer.name', 'http.host', 'http.url'], http AND SpanKind = 'Client'),
            (['http.response.status_code', 'http.status_code', 'error.type'], http AND SpanKind IN ('Server', 'Client') AND StatusCode != 'Error'),
            (['db.system.name', 'db.system'], database AND SpanKind = 'Client'),
            (['messaging.system'], queue AND SpanKind IN ('Producer', 'Consumer', 'Client')),
            (['messaging.operation.type', 'messaging.operation', 'messaging.operation.name'], queue AND SpanKind IN ('Producer', 'Consumer')),
            (['rpc.system.name', 'rpc.system'], call AND SpanKind IN ('Client', 'Server'))])) AS problems
    FROM assay_examined_spans(start = {start:Int64}, end = {end:Int64}, service = {service:String}, one_in = {one_in:UInt64})
    WHERE (http AND SpanKind IN ('Server', 'Client')) OR database OR queue OR call
)
GROUP BY service
ORDER BY service
